"""An audit since a checkpoint reads what came since, and names what is off in it and in what everybody holds."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database import audit_checkpoint
from faye.database.audit import Report, audit, examine
from faye.database.audit_checkpoint import Checkpoint, CheckpointRefused
from faye.database.db import connect
from faye.database.ledger_periods import close_period
from faye.messages.codec import encode
from faye.messages.refusals import Abandoned
from faye.utils.log_files import LogFiles, Marker, encode_line
from faye.utils.transaction_logger import TransactionLogger
from tests.integration.database.played import play, play_periods, tamper

NEW = "(SELECT max(version) FROM ledger WHERE player_id = 1)"
ESPRIT = "(SELECT id FROM esprits WHERE player_id = 1 ORDER BY id LIMIT 1)"


@pytest.fixture
async def played(patient_engine: AsyncEngine, config: Config) -> AsyncEngine:
    """A database of a closed period and an open one; the player 4 will not play any more."""
    await play(patient_engine, config, (3, 4))
    await play_periods(patient_engine, config, closed=1)
    return patient_engine


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


@pytest.fixture
async def checkpoint(played: AsyncEngine, files: LogFiles, config: Config) -> Checkpoint:
    """What the second of two audits left, which found nothing; the log had been written by the first."""
    await audit(played, files, config.engine)
    return await left_by(played, files, config)


async def left_by(
    engine: AsyncEngine, files: LogFiles, config: Config, since: Checkpoint | None = None
) -> Checkpoint:
    examined = await examine(engine, files, config.engine, since=since)
    assert examined.checkpoint is not None, examined.report.violations
    return examined.checkpoint


async def audited(engine: AsyncEngine, files: LogFiles, config: Config, since: Checkpoint) -> Report:
    return (await examine(engine, files, config.engine, since=since)).report


def kinds(report: Report) -> set[str]:
    return {violation.what for violation in report.violations}


async def test_only_what_came_since_is_read(
    played: AsyncEngine, files: LogFiles, config: Config, checkpoint: Checkpoint
) -> None:
    nothing = await audited(played, files, config, checkpoint)
    assert nothing.clean, nothing.violations
    assert (nothing.ledger_entries, nothing.logged_entries) == (0, 0)
    before = (await audit(played, files, config.engine, every_period=True)).ledger_entries
    await play(played, config, (1, 5))
    since = await audited(played, files, config, checkpoint)
    assert since.clean, since.violations
    after = (await audit(played, files, config.engine, every_period=True)).ledger_entries
    assert since.ledger_entries == since.logged_entries == after - before > 0
    assert since.since == since.whole_at == checkpoint.at


async def test_checkpoints_follow_one_another_and_remember_the_last_whole_audit(
    played: AsyncEngine, files: LogFiles, config: Config, checkpoint: Checkpoint
) -> None:
    latest = checkpoint
    for number in range(3):
        await play(played, config, (1, 10 + number))
        if number == 1:
            await close_period(played)
        latest = await left_by(played, files, config, since=latest)
    assert latest.whole_at == checkpoint.whole_at < latest.at
    await play(played, config)
    report = await audited(played, files, config, latest)
    assert report.clean, report.violations


async def test_a_checkpoint_of_a_log_that_lagged_reads_the_rest_of_it_then(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    checkpoint = await left_by(played, files, config)
    assert checkpoint.marker is None
    await play(played, config)
    report = await audited(played, files, config, checkpoint)
    assert report.clean, report.violations
    assert report.logged_entries > report.ledger_entries > 0


async def test_a_log_that_was_put_away_meanwhile_is_read_on(
    played: AsyncEngine,
    files: LogFiles,
    config: Config,
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for _ in range(2):
        await play(played, config)
        with monkeypatch.context() as later:
            later.setattr("faye.utils.transaction_logger._today", lambda: tomorrow)
            await TransactionLogger(played, files, config.engine).catch_up()
        report = await audited(played, files, config, checkpoint)
        assert report.clean, report.violations
    assert len(files.all()) > 1


async def test_everything_is_right_since_any_moment_of_a_system_that_is_played_on(
    played: AsyncEngine, database_url: str, files: LogFiles, config: Config
) -> None:
    games = connect(database_url, config.engine, patient=True)
    logger = asyncio.create_task(TransactionLogger(games, files, config.engine).run())

    async def go_on(players: tuple[int, int]) -> None:
        while True:
            await play(games, config, players)

    playing = [asyncio.create_task(go_on((20 + number, 30 + number))) for number in range(4)]
    try:
        latest: Checkpoint | None = None
        read = 0
        for _ in range(12):
            examined = await examine(played, files, config.engine, since=latest)
            assert examined.checkpoint is not None, examined.report.violations
            read += examined.report.ledger_entries if latest else 0
            latest = examined.checkpoint
        assert read > 0
    finally:
        for task in [*playing, logger]:
            task.cancel()
        await asyncio.gather(*playing, logger, return_exceptions=True)
        await games.dispose()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE players SET faylen = faylen + 1 WHERE id = 4", "balances or versions changed without"),
        ("UPDATE players SET faylen = faylen + 1 WHERE id = 1", "a balance differs from its ledger"),
        ("UPDATE players SET remna = remna + 1 WHERE id = 1", "balances or versions changed without"),
        ("UPDATE players SET version = version + 1 WHERE id = 4", "balances or versions changed without"),
        ("UPDATE players SET version = version + 1 WHERE id = 1", "versions have gaps"),
        ("DELETE FROM players WHERE id = 4", "balances or versions changed without"),
        (
            "INSERT INTO players (id, version, faylen) VALUES (9, 1, 5)",
            "balances or versions changed without",
        ),
        ("INSERT INTO players (id, faylen) VALUES (9, 5)", "a balance differs from its ledger"),
        ("DELETE FROM players WHERE id = 1", "a player that does not exist"),
        ("DELETE FROM esprits WHERE player_id = 4", "Esprits changed without a ledger line"),
        (f"DELETE FROM esprits WHERE id = {ESPRIT}", "a collection differs"),
        (f"UPDATE esprits SET species = 'somebody_else' WHERE id = {ESPRIT}", "Esprits changed without"),
        (f"UPDATE esprits SET player_id = 2 WHERE id = {ESPRIT}", "Esprits changed without"),
        (f"UPDATE esprits SET id = 7 WHERE id = {ESPRIT}", "Esprits changed without"),
        (
            f"UPDATE ledger SET balance = balance + 3 WHERE player_id = 1 AND version = {NEW}",
            "tells differently",
        ),
        (
            f"UPDATE ledger SET balance = balance + 3 WHERE player_id = 1 AND version = {NEW}",
            "a balance differs from its ledger",
        ),
        (
            f"DELETE FROM ledger WHERE player_id = 1 AND version = {NEW}",
            "balances or versions changed without",
        ),
        ("DELETE FROM ledger WHERE event = 'transfer.receive'", "a transfer that does not add up"),
        ("DELETE FROM processed_commands WHERE player_id = 1", "an effect without a stored reply"),
        ("UPDATE processed_commands SET reply = 'no message'", "a stored reply cannot be read"),
        (
            f"UPDATE processed_commands SET reply = '\\x{encode(Abandoned()).hex()}'",
            "a refusal stands where an effect was",
        ),
        (
            "INSERT INTO processed_commands SELECT idempotency_key + 1, 1, 1, 1, reply FROM processed_commands "
            "ORDER BY idempotency_key LIMIT 1",
            "a reply tells of an effect that was not",
        ),
    ],
)
async def test_what_is_off_is_named(
    played: AsyncEngine,
    files: LogFiles,
    config: Config,
    checkpoint: Checkpoint,
    statement: str,
    what: str,
) -> None:
    await play(played, config)
    await TransactionLogger(played, files, config.engine).catch_up()
    await tamper(played, statement)
    examined = await examine(played, files, config.engine, since=checkpoint)
    assert any(what in kind for kind in kinds(examined.report)), examined.report.violations
    assert examined.checkpoint is None


async def test_a_key_that_had_its_effect_before_has_no_second_one(
    played: AsyncEngine, files: LogFiles, config: Config, checkpoint: Checkpoint
) -> None:
    await play(played, config)
    await tamper(
        played,
        "UPDATE ledger SET idempotency_key = "
        "(SELECT max(idempotency_key) FROM ledger WHERE player_id = 1 AND period = 1) "
        f"WHERE player_id = 1 AND version = {NEW}",
    )
    assert "an effect without a stored reply" in kinds(await audited(played, files, config, checkpoint))


async def test_a_log_that_tells_again_or_leaves_out_is_named(
    played: AsyncEngine, files: LogFiles, config: Config, checkpoint: Checkpoint
) -> None:
    whole = files.current.read_bytes()
    await play(played, config)
    await audited(played, files, config, checkpoint)
    tail = files.current.read_bytes()[len(whole) :]
    files.current.write_bytes(whole + whole + tail)
    assert "an entry that stood in the log already" in kinds(await audited(played, files, config, checkpoint))
    marker = files.last_marker()
    assert marker is not None
    files.current.write_bytes(whole + encode_line(Marker(marker.through, marker.system)))
    assert "an entry that the log lacks" in kinds(await audited(played, files, config, checkpoint))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"system": "1/2"}, "another database"),
        ({"server": 17}, "another version of PostgreSQL"),
        ({"seen": "99999999:99999999:"}, "older than the last audit"),
        ({"log_end": 5}, "no longer as the last audit left it"),
    ],
)
async def test_a_checkpoint_of_something_else_is_refused(
    played: AsyncEngine,
    files: LogFiles,
    config: Config,
    checkpoint: Checkpoint,
    changes: dict[str, object],
    why: str,
) -> None:
    with pytest.raises(CheckpointRefused, match=why):
        await audited(played, files, config, msgspec.structs.replace(checkpoint, **changes))


async def test_a_checkpoint_is_read_as_it_was_written(checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    with pytest.raises(CheckpointRefused, match="no audit"):
        audit_checkpoint.read(path)
    path.write_bytes(msgspec.json.encode(checkpoint))
    assert audit_checkpoint.read(path) == checkpoint
