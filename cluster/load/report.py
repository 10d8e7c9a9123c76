"""What a load run found: as one document for programs, and as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cluster.load.deeds import Verdict
from cluster.load.histogram import Histogram
from cluster.load.tally import Counted, Tally

_BAR_CHARS: Final = 40


class Latencies(Struct, frozen=True):
    """Quantiles in ms."""

    p50: float
    p90: float
    p99: float
    largest: float


class KindFigures(Struct, frozen=True):
    """One kind of request, or all of them: how many ended how, and how long they took."""

    answers: int
    verdicts: dict[str, int]
    latency_ms: Latencies | None
    acknowledged_ms: Latencies | None
    """Until the first sign, where there is one before the answer."""


class HostFigures(Struct, frozen=True):
    """What the hosts did meanwhile, for everybody who used them; None where they did nothing of the kind."""

    commands_per_commit: float | None
    requests_per_batch: float | None
    ms_per_commit: float | None
    warm_fraction: float | None


class AuditFigures(Struct, frozen=True):
    """The verdict of the audit after the run."""

    clean: bool
    violations_total: int
    ledger_entries: int
    seconds: float
    first_violations: list[str]


class LoadReport(Struct, frozen=True):
    """One run."""

    through: str
    mix: str
    players: int
    concurrency: int | None
    """Requests kept under way (closed loop); None in an open loop."""
    rate_wanted: float | None
    """Requests a second by the schedule (open loop); None in a closed loop."""
    seconds: float
    interrupted: bool
    rate: float
    """Requests done a second, refusals not among them."""
    overload: int
    total: KindFigures
    kinds: dict[str, KindFigures]
    histogram_ms: list[tuple[float, float, int]]
    hosts: HostFigures | None
    left_out: list[str]
    """Kinds of the mix that this way in does not have."""
    audit: AuditFigures | None
    """None if it was broken off."""


def figures(counted: Counted) -> KindFigures:
    """`counted` as a document has it."""
    return KindFigures(
        answers=counted.latencies.count,
        verdicts={verdict.value: number for verdict, number in sorted(counted.verdicts.items())},
        latency_ms=quantiles(counted.latencies),
        acknowledged_ms=quantiles(counted.acknowledgements),
    )


def kinds(tally: Tally) -> dict[str, KindFigures]:
    """The figures of every kind, by name."""
    return {kind: figures(counted) for kind, counted in sorted(tally.kinds.items())}


def quantiles(histogram: Histogram) -> Latencies | None:
    """The quantiles that are told of a histogram; None of an empty one."""
    p50, p90, p99 = (histogram.quantile(fraction) for fraction in (0.5, 0.9, 0.99))
    if p50 is None or p90 is None or p99 is None:
        return None
    return Latencies(*(round(each, 3) for each in (p50, p90, p99, histogram.largest_ms)))


def lines(report: LoadReport) -> Iterator[str]:
    """`report` as text."""
    yield _headline(report)
    yield ""
    yield from _table(report)
    yield ""
    yield from _bars(report)
    yield from _remarks(report)


def progress_line(second: float, recent: Counted, tally: Tally, hosts: HostFigures | None) -> str:
    """What is told of the last second while a run goes on."""
    latency = quantiles(recent.latencies)
    parts = [
        f"{second:5.0f} s",
        f"{recent.verdicts[Verdict.DONE]:>7}/s",
        f"p50 {_ms(latency.p50 if latency else None)}",
        f"p99 {_ms(latency.p99 if latency else None)}",
        f"refused {recent.verdicts[Verdict.REFUSED]}",
        f"unanswered {tally.unanswered}",
    ]
    failed = recent.latencies.count - recent.verdicts[Verdict.DONE] - recent.verdicts[Verdict.REFUSED]
    if failed:
        parts.append(f"failed {failed}")
    if tally.overload:
        parts.append(f"overload {tally.overload}")
    if hosts is not None and hosts.commands_per_commit is not None:
        parts.append(f"{hosts.commands_per_commit:.0f} commands a commit")
    return "  ".join(parts)


def _headline(report: LoadReport) -> str:
    loop = (
        f"{report.concurrency} at a time"
        if report.rate_wanted is None
        else f"{report.rate_wanted:g} requested a second"
    )
    broken_off = ", broken off" if report.interrupted else ""
    return (
        f"{report.rate:.1f} requests done a second: mix {report.mix}, {report.players} players, {loop}, "
        f"through {report.through}, {report.seconds:.1f} s{broken_off}"
    )


def _table(report: LoadReport) -> Iterator[str]:
    yield f"{'':<12}{'answers':>9}{'done':>9}{'refused':>9}{'failed':>9}{'p50 ms':>10}{'p90':>10}{'p99':>10}{'max':>10}"
    for name, row in [*report.kinds.items(), ("all", report.total)]:
        done, refused = (row.verdicts.get(verdict, 0) for verdict in (Verdict.DONE, Verdict.REFUSED))
        counts = f"{row.answers:>9}{done:>9}{refused:>9}{row.answers - done - refused:>9}"
        latency = row.latency_ms
        times = (latency.p50, latency.p90, latency.p99, latency.largest) if latency else ()
        yield f"{name:<12}{counts}" + "".join(f"{ms:>10.2f}" for ms in times)
    if (first := report.total.acknowledged_ms) is not None:
        counts = f"{'until acknowledged':<48}"
        yield counts + "".join(f"{ms:>10.2f}" for ms in (first.p50, first.p90, first.p99, first.largest))


def _bars(report: LoadReport) -> Iterator[str]:
    most = max((number for _, _, number in report.histogram_ms), default=0)
    for low, high, number in report.histogram_ms:
        bar = "█" * round(_BAR_CHARS * number / most) or ("▏" if number else "")
        yield f"{low:>10.2f} to {high:>9.2f} ms {number:>9}  {bar}".rstrip()


def _remarks(report: LoadReport) -> Iterator[str]:
    yield ""
    if report.overload:
        yield f"{report.overload} requests were due and not sent: too many were unanswered"
    if report.left_out:
        yield f"left out, since there is no such thing through {report.through}: {', '.join(report.left_out)}"
    if (hosts := report.hosts) is not None:
        yield (
            f"hosts: {_number(hosts.commands_per_commit)} commands a commit, "
            f"{_number(hosts.requests_per_batch)} requests a batch, {_ms(hosts.ms_per_commit)} a commit, "
            f"{_percent(hosts.warm_fraction)} found their grain in memory"
        )
    if (audit := report.audit) is None:
        yield "audit: broken off"
        return
    yield from (f"audit: {violation}" for violation in audit.first_violations)
    verdict = "clean" if audit.clean else f"{audit.violations_total} violations"
    yield f"audit: {verdict}, {audit.ledger_entries} ledger entries read in {audit.seconds} s"


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.0f} %"
