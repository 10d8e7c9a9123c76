"""A report of a simulation as text."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cluster.pacing.report import DayFigures, PacingReport, Spread


def shown(report: PacingReport, *, as_json: bool) -> str:
    """`report` for people, or as JSON."""
    return msgspec.json.encode(report).decode() if as_json else "\n".join(lines(report))


def lines(report: PacingReport) -> Iterator[str]:
    """`report` for people."""
    yield f"{report.players} {report.policy} players, {report.days} days, seed {report.seed}"
    yield ""
    yield from _days(report)
    yield ""
    yield from _purses(report)
    yield ""
    yield from _milestones(report)
    yield ""
    if report.days_a_top is not None:
        yield f"a Supreme or better every {report.days_a_top:.1f} days"
    for currency, events in report.earned_by.items():
        shares = ", ".join(f"{event} {amount:,.1f}" for event, amount in events.items() if amount)
        yield f"{currency} a day: {shares}"
    yield (
        f"{report.commands:,} commands and {report.queries:,} queries in {report.core_seconds:.1f} s of one core: "
        f"{report.commands_a_second:,.0f} commands a second"
    )


def _days(report: PacingReport) -> Iterator[str]:
    yield (
        f"{'day':>4}{'level':>7}{'10-90 %':>9}{'cap':>5}  {'leader':<20}{'power':>8}{'won':>8}{'turns':>7}"
        f"{'trials':>9}{'explores':>10}{'Supreme+':>10}{'Esprits':>9}"
    )
    for row in report.rows:
        leader = f"{row.leader_rarity} {row.leader_level}" + (
            f" +{row.leader_breaks}" if row.leader_breaks else ""
        )
        trials = f"{row.trials_won}/{row.trials}" if row.trials else "–"
        yield (
            f"{row.day:>4}{row.level.p50:>7.0f}{_ends(row.level):>9}{row.level_cap:>5}  {leader:<20}"
            f"{row.leader_power:>8,}{row.won_percent:>7.1f}%{row.turns_a_fight:>7.1f}{trials:>9}"
            f"{row.explores:>10,.0f}{row.tops:>10.1f}{row.collection:>9,}"
        )


def _purses(report: PacingReport) -> Iterator[str]:
    """What is held at the end of a day, and what was earned a day until then since the row before."""
    currencies = list(report.rows[0].held)
    yield f"{'day':>4}" + "".join(f"{currency:>21}" for currency in currencies)
    for row in report.rows:
        yield f"{row.day:>4}" + "".join(f"{_purse(row, currency):>21}" for currency in currencies)


def _purse(row: DayFigures, currency: str) -> str:
    return f"{row.held[currency]:,} +{row.earned_a_day[currency]:,.0f}"


def _milestones(report: PacingReport) -> Iterator[str]:
    yield f"{'level':>6}{'on day':>8}{'10-90 %':>10}{'players':>9}"
    for level in report.levels:
        yield f"{level.level:>6}{level.day.p50:>8.0f}{_ends(level.day):>10}{level.players:>9}"
    yield ""
    yield f"{'trial':>6}{'on day':>8}{'10-90 %':>10}{'passed':>9}{'tries':>7}{'won':>8}{'unaffordable':>14}"
    for trial in report.trials:
        day = f"{trial.day.p50:>8.0f}{_ends(trial.day):>10}" if trial.day else f"{'–':>8}{'–':>10}"
        yield (
            f"{trial.level_cap:>6}{day}{trial.players:>9}{trial.tries:>7}{trial.won_percent:>7.1f}%"
            f"{trial.unaffordable:>14}"
        )


def _ends(spread: Spread) -> str:
    return f"{spread.p10:.0f}-{spread.p90:.0f}"
