"""What an audit found, in words."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from cluster.audit import Audited
from faye.database.audit import Report


def audited_lines(audited: Audited) -> Iterator[str]:
    """An audit's report for people, and what a repair would append or has appended."""
    yield from _lines(audited.report)
    if audited.plan is not None:
        yield from audited.plan.lines()
    for player in audited.moved:
        yield f"player {player} has played on meanwhile and was left alone; repair again"
    if audited.repaired is not None:
        yield "after the repair:"
        yield from _lines(audited.repaired)


def _lines(report: Report) -> Iterator[str]:
    for violation in report.violations:
        yield f"{violation.what}: {violation.row}"
    if report.log_lag.since is not None:
        since = f"{report.log_lag.since:%Y-%m-%d %H:%M:%S} UTC"
        lacking = _count(report.log_lag.entries, "entry", "entries")
        yield f"when the audit began, the log lacked {lacking}, since {since}"
    if report.log_trouble is not None:
        yield typer.style(f"transactions.log does not keep up: {report.log_trouble}", fg=typer.colors.YELLOW)
    yield (
        f"{_count(report.violations_total, 'violation')} in {_count(report.players, 'player')}, "
        f"{_count(report.esprits, 'Esprit')}, {_count(report.ledger_entries, 'ledger entry', 'ledger entries')} "
        f"of {report.periods}, {report.logged_entries} logged ({report.seconds} s)"
    )


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
