"""Without being told otherwise, the audit reads the current and the previous period, from the openings before them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database import audit_log
from faye.database.audit import DatabaseLost, Report, audit
from faye.database.db import connect
from faye.database.ledger_periods import PeriodRefused, close_period
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.integration.database.played import forge, play, play_periods, tamper

FIRST_ESPRIT = (
    "(SELECT esprit_id FROM ledger WHERE player_id = 1 AND asset = 'esprit' AND period = 1 "
    "ORDER BY version, n LIMIT 1)"
)


@pytest.fixture
def empty(patient_engine: AsyncEngine) -> AsyncEngine:
    """A database in which nobody has played."""
    return patient_engine


@pytest.fixture
async def played(patient_engine: AsyncEngine, config: Config) -> AsyncEngine:
    """A database of two closed periods and an open one."""
    await play_periods(patient_engine, config, closed=2)
    return patient_engine


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


def kinds(report: Report) -> set[str]:
    return {violation.what for violation in report.violations}


async def test_an_honest_system_is_clean_and_its_first_period_is_not_read(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    report = await audit(played, files, config.engine)
    whole = await audit(played, files, config.engine, every_period=True)
    assert report.clean, report.violations
    assert whole.clean, whole.violations
    assert (report.first_period, report.last_period) == (2, 3)
    assert (whole.first_period, whole.last_period) == (1, 3)
    assert 0 < report.ledger_entries == report.logged_entries < whole.ledger_entries == whole.logged_entries


@pytest.mark.parametrize("closed", [0, 1])
async def test_the_first_two_periods_are_read_from_the_beginning(
    empty: AsyncEngine, files: LogFiles, config: Config, closed: int
) -> None:
    await play_periods(empty, config, closed)
    report = await audit(empty, files, config.engine)
    assert report.clean, report.violations
    assert (report.first_period, report.last_period) == (1, closed + 1)


async def test_a_period_that_could_not_be_closed_is_read(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await tamper(
        played, "UPDATE ledger SET delta = delta + 1 WHERE period = 3 AND asset = 'faylen' AND player_id = 1"
    )
    for _ in range(2):
        with pytest.raises(PeriodRefused):
            await close_period(played)
    report = await audit(played, files, config.engine)
    assert (report.first_period, report.last_period) == (3, 4)
    assert "a balance differs from its ledger" in kinds(report)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE players SET faylen = faylen + 1 WHERE id = 1", "a balance differs from its ledger"),
        (
            "UPDATE ledger_openings SET balance = balance + 1 WHERE period = 1 AND asset = 'faylen'",
            "a balance differs from its ledger",
        ),
        (
            "UPDATE ledger_openings SET balance = balance + 1 WHERE period = 1 AND asset = 'faylen'",
            "a ledger line's balance is not the sum up to it",
        ),
        (
            "DELETE FROM ledger_openings WHERE period = 1 AND player_id = 2",
            "a balance differs from its ledger",
        ),
        ("UPDATE ledger_openings SET version = version + 1 WHERE period = 1", "versions have gaps"),
        (
            "UPDATE ledger_openings SET balance = balance + 1 WHERE period = 2",
            "an opening differs from its lines",
        ),
        (
            "UPDATE ledger_openings SET digest = digest + 1 WHERE period = 2",
            "an opening differs from its lines",
        ),
        (
            "UPDATE ledger_openings SET version = version - 1 WHERE period = 2",
            "an opening differs from its lines",
        ),
        (
            "DELETE FROM ledger_openings WHERE period = 2 AND asset = 'faylen'",
            "an opening differs from its lines",
        ),
        (
            "INSERT INTO ledger_openings SELECT 77, period, asset, version, balance, digest "
            "FROM ledger_openings WHERE period = 1 AND player_id = 1",
            "a player that does not exist",
        ),
        (f"UPDATE esprits SET species = 'somebody_else' WHERE id = {FIRST_ESPRIT}", "another species"),
        (f"DELETE FROM esprits WHERE id = {FIRST_ESPRIT}", "otherwise than it was granted"),
        (f"UPDATE esprits SET player_id = 2 WHERE id = {FIRST_ESPRIT}", "otherwise than it was granted"),
        (f"UPDATE esprits SET id = 7 WHERE id = {FIRST_ESPRIT}", "otherwise than it was granted"),
        (
            "INSERT INTO esprits (id, player_id, species, gained_at) "
            f"SELECT 5, 1, species, now() FROM esprits WHERE id = {FIRST_ESPRIT}",
            "otherwise than it was granted",
        ),
        (
            "UPDATE ledger SET period = 2 WHERE period = 3 AND event = 'transfer.receive'",
            "an opening differs",
        ),
        (
            "UPDATE ledger SET period = 3 WHERE period = 2 AND asset = 'fayrites' AND player_id = 1",
            "periods do not follow",
        ),
        ("DELETE FROM ledger WHERE period = 2 AND player_id = 1", "versions have gaps"),
    ],
)
async def test_what_is_off_is_named(
    played: AsyncEngine, files: LogFiles, config: Config, statement: str, what: str
) -> None:
    await tamper(played, statement)
    report = await audit(played, files, config.engine)
    assert any(what in kind for kind in kinds(report)), report.violations


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE players SET ethryl = ethryl + 1 WHERE id = 4", "a balance differs from its ledger"),
        ("UPDATE players SET version = version - 1 WHERE id = 4", "versions have gaps"),
        ("UPDATE esprits SET species = 'somebody_else' WHERE player_id = 4", "another species"),
        ("DELETE FROM players WHERE id = 4", "a player that does not exist"),
    ],
)
async def test_who_has_not_played_for_long_is_held_against_the_last_opening(
    empty: AsyncEngine, files: LogFiles, config: Config, statement: str, what: str
) -> None:
    await play(empty, config, (3, 4))
    await close_period(empty)
    await play_periods(empty, config, closed=3)
    assert (await audit(empty, files, config.engine)).clean
    assert (await audit(empty, files, config.engine, every_period=True)).clean
    await tamper(empty, statement)
    report = await audit(empty, files, config.engine)
    assert any(what in kind for kind in kinds(report)), report.violations


async def test_openings_and_lines_of_long_ago_are_checked_when_every_period_is_read(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await tamper(
        played,
        "UPDATE ledger SET delta = delta + 1, balance = balance + 1 WHERE period = 1 AND asset = 'faylen'",
    )
    assert "an opening differs from its lines" not in kinds(await audit(played, files, config.engine))
    whole = await audit(played, files, config.engine, every_period=True)
    assert "an opening differs from its lines" in kinds(whole)


async def test_what_the_log_tells_of_earlier_periods_is_left_out(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    assert (await audit(played, files, config.engine)).clean
    forge(files, lambda lines: lines[1:])
    assert (await audit(played, files, config.engine)).clean
    assert "an entry that the log lacks" in kinds(
        await audit(played, files, config.engine, every_period=True)
    )
    forge(files, lambda lines: lines[:-1])
    assert "an entry that the log lacks" in kinds(await audit(played, files, config.engine))


async def test_log_files_that_end_before_the_window_are_not_read(
    empty: AsyncEngine, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for _ in range(3):
        await play(empty, config)
        with monkeypatch.context() as later:
            later.setattr("faye.utils.transaction_logger._today", lambda: tomorrow)
            await TransactionLogger(empty, files, config.engine).catch_up()
        await close_period(empty)
    oldest = files.all()[0]
    *lines, marker = oldest.read_bytes().splitlines(keepends=True)
    oldest.write_bytes(b"".join([*(b"-" * (len(line) - 1) + b"\n" for line in lines), marker]))
    report = await audit(empty, files, config.engine)
    assert report.clean, report.violations
    assert (report.first_period, report.last_period) == (3, 4)
    assert 0 < report.ledger_entries == report.logged_entries
    assert "an entry that the log lacks" in kinds(await audit(empty, files, config.engine, every_period=True))


async def test_the_report_says_what_the_log_lacked_when_the_audit_began(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    began = datetime.now(UTC)
    first, second = [await audit(played, files, config.engine, every_period=True) for _ in range(2)]
    assert first.log_lag.entries == first.ledger_entries
    assert first.log_lag.since is not None
    assert began - timedelta(minutes=2) < first.log_lag.since < began
    assert (second.log_lag.entries, second.log_lag.since) == (0, None)
    await play(played, config)
    third = await audit(played, files, config.engine, every_period=True)
    assert third.log_lag.entries == third.ledger_entries - second.ledger_entries > 0
    assert third.clean
    assert third.log_trouble is None


async def test_a_log_that_stands_still_in_its_writers_hands_is_reported(
    played: AsyncEngine, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "STILL_MAX_S", 0.3)
    async with TransactionLogger(played, files, config.engine)._elected() as elected:
        assert elected is not None
        report = await audit(played, files, config.engine)
    assert report.log_trouble is not None
    assert "has not written" in report.log_trouble
    assert "an entry that the log lacks" in kinds(report)


async def test_a_log_that_moves_is_waited_for(played: AsyncEngine, files: LogFiles, config: Config) -> None:
    writing = asyncio.create_task(TransactionLogger(played, files, config.engine).run())
    try:
        for _ in range(3):
            await play(played, config)
            report = await audit(played, files, config.engine)
            assert report.clean, report.violations
            assert report.log_trouble is None
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


async def test_a_log_that_cannot_be_written_is_reported_with_the_reason(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await audit(played, files, config.engine)
    newer = re.sub(r'"through":"(\d+):(\d+)', r'"through":"\1:9\2', files.current.read_text())
    files.current.write_text(newer)
    report = await audit(played, files, config.engine)
    assert report.log_trouble is not None
    assert "newer than the database" in report.log_trouble


async def test_an_audit_whose_sessions_end_says_so(
    played: AsyncEngine, database_url: str, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = audit_log.copy

    async def copy_without_a_session(*arguments: Any) -> int:
        ended = sa.text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with played.connect() as connection:
            await connection.execute(ended)
        return await copied(*arguments)

    monkeypatch.setattr(audit_log, "copy", copy_without_a_session)
    audited = connect(database_url, config.engine, patient=True)
    try:
        with pytest.raises(DatabaseLost):
            await audit(audited, files, config.engine)
    finally:
        await audited.dispose()
