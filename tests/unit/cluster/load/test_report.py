import msgspec

from actors.meters import Meters
from cluster.load.deeds import Verdict
from cluster.load.hosts import between
from cluster.load.report import AuditFigures, LoadReport, figures, kinds, lines, progress_line
from cluster.load.tally import Tally


def played() -> Tally:
    tally = Tally()
    for number in range(100):
        tally.note("craft", Verdict.DONE, 1 + number / 100, 0.5)
    tally.note("daily", Verdict.REFUSED, 40.0, None)
    tally.note("daily", Verdict.BUSY, 3.0, None)
    tally.close(2.0)
    return tally


def report(tally: Tally, audit: AuditFigures | None) -> LoadReport:
    total = tally.total()
    return LoadReport(
        through="engine",
        mix="evening",
        players=10,
        concurrency=4,
        rate_wanted=None,
        seconds=2.0,
        interrupted=False,
        rate=tally.rate,
        overload=tally.overload,
        total=figures(total),
        kinds=kinds(tally),
        histogram_ms=total.latencies.bars(),
        hosts=between({"a/1": Meters(commits=10, committed=100)}, {"a/1": Meters(commits=12, committed=164)}),
        left_out=[],
        audit=audit,
    )


CLEAN = AuditFigures(clean=True, violations_total=0, ledger_entries=400, seconds=0.1, first_violations=[])
BAD = AuditFigures(
    clean=False, violations_total=2, ledger_entries=400, seconds=0.1, first_violations=["off: {}"]
)


def test_the_document_has_every_kind_and_reads_back() -> None:
    raw = msgspec.json.encode(report(played(), CLEAN))
    found = msgspec.json.decode(raw, type=LoadReport)
    assert found.rate == 50
    assert found.kinds["craft"].verdicts == {"done": 100}
    assert found.kinds["daily"].verdicts == {"busy": 1, "refused": 1}
    assert found.kinds["craft"].latency_ms is not None
    assert found.kinds["craft"].acknowledged_ms is not None
    assert found.kinds["daily"].acknowledged_ms is None
    assert found.total.answers == 102


def test_the_text_tells_rates_kinds_bars_hosts_and_the_verdict() -> None:
    text = "\n".join(lines(report(played(), CLEAN)))
    assert text.startswith("50.0 requests done a second")
    assert "█" in text
    assert "32.0 commands a commit" in text
    assert "audit: clean, 400 ledger entries" in text


def test_what_the_audit_found_is_told() -> None:
    text = "\n".join(lines(report(played(), BAD)))
    assert "audit: off: {}" in text
    assert "audit: 2 violations" in text
    assert "audit: broken off" in "\n".join(lines(report(played(), None)))


def test_progress_tells_the_last_second_and_what_is_under_way() -> None:
    tally = played()
    tally.unanswered, tally.overload = 7, 3
    line = progress_line(2, tally.recent(), tally, between({}, {"a/1": Meters(commits=2, committed=64)}))
    for words in (
        "100/s",
        "p50 1.5 ms",
        "refused 1",
        "failed 1",
        "unanswered 7",
        "overload 3",
        "32 commands",
    ):
        assert words in line, line
    assert " 0/s" in progress_line(3, tally.recent(), tally, None)


def test_a_host_that_was_started_again_counts_from_zero() -> None:
    before = {"a/1": Meters(batches=100, envelopes=900)}
    found = between(before, {"a/2": Meters(batches=10, envelopes=40)})
    assert found is not None
    assert found.requests_per_batch == 4
    assert found.commands_per_commit is None
    assert between(before, {}) is None
