"""The audit passes what is right and names what is off, in one period or over several."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.audit import Report, audit
from faye.database.db import connect
from faye.messages.codec import encode
from faye.messages.refusals import Abandoned
from faye.utils.log_files import LogFiles
from tests.integration.database.played import forge, play_periods, tamper


@pytest.fixture(params=[0, 2], ids=["one-period", "three-periods"])
async def engine(
    database_url: str, config: Config, request: pytest.FixtureRequest
) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url, config.engine, patient=True)
    await play_periods(engine, config, request.param)
    yield engine
    await engine.dispose()


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


async def audited(engine: AsyncEngine, files: LogFiles, config: Config) -> Report:
    return await audit(engine, files, config.engine, every_period=True)


async def test_an_honest_system_is_clean(engine: AsyncEngine, files: LogFiles, config: Config) -> None:
    report = await audited(engine, files, config)
    assert report.clean, report.violations
    assert report.players == 2
    assert report.ledger_entries == report.logged_entries > 15


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE players SET faylen = faylen + 1 WHERE id = 1", "a balance differs from its ledger"),
        ("UPDATE ledger SET balance = 3 WHERE player_id = 1 AND asset = 'ethryl'", "not the sum up to it"),
        ("DELETE FROM esprits WHERE player_id = 1", "a collection differs"),
        ("DELETE FROM esprits WHERE player_id = 1", "otherwise than it was granted"),
        (
            "INSERT INTO esprits (id, player_id, species, gained_at) SELECT 5, 1, species, now() FROM esprits LIMIT 1",
            "otherwise than it was granted",
        ),
        ("UPDATE players SET version = version + 1 WHERE id = 2", "versions have gaps"),
        ("DELETE FROM ledger WHERE event = 'transfer.receive'", "a transfer that does not add up"),
        (
            "UPDATE ledger SET idempotency_key = (SELECT min(idempotency_key) FROM ledger)",
            "one key has two effects",
        ),
        (
            "DELETE FROM ledger WHERE player_id = 1 AND asset = 'virelite'",
            "a balance differs from its ledger",
        ),
        ("UPDATE esprits SET species = 'somebody_else' WHERE player_id = 1", "another species"),
        ("DELETE FROM players WHERE id = 2", "a player that does not exist"),
        ("DELETE FROM processed_commands WHERE player_id = 1", "an effect without a stored reply"),
        ("UPDATE processed_commands SET player_id = 3 - player_id", "an effect without a stored reply"),
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
        (
            "UPDATE ledger SET idempotency_key = (SELECT min(idempotency_key) FROM ledger) WHERE player_id = 2",
            "one key has effects on strangers",
        ),
    ],
)
async def test_what_is_off_is_named(
    engine: AsyncEngine, files: LogFiles, config: Config, statement: str, what: str
) -> None:
    await tamper(engine, statement)
    report = await audited(engine, files, config)
    assert any(what in violation.what for violation in report.violations), report.violations


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], "an entry that the log lacks"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], "more than once"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "out of order"),
        (lambda lines: [lines[0].replace('"delta":', '"delta":1'), *lines[1:]], "tells differently"),
        (lambda lines: [lines[0].replace('"n":0', '"n":99'), *lines[1:]], "that the ledger lacks"),
        (lambda lines: [lines[0].replace('"version":1', '"version":99'), *lines], "that the ledger lacks"),
        (lambda lines: [lines[0].replace('"player":1', '"player":77'), *lines], "that the ledger lacks"),
        (lambda lines: [lines[0].replace('"event":"', '"event":"not '), *lines[1:]], "tells differently"),
    ],
)
async def test_a_log_that_lies_is_named(
    engine: AsyncEngine,
    files: LogFiles,
    config: Config,
    change: Callable[[list[str]], list[str]],
    what: str,
) -> None:
    assert (await audited(engine, files, config)).clean
    forge(files, change)
    report = await audited(engine, files, config)
    assert any(what in violation.what for violation in report.violations), report.violations


async def test_a_reply_that_only_a_newer_release_can_read_is_no_violation(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await tamper(engine, "UPDATE processed_commands SET reply_schema = 99, reply = 'of tomorrow'")
    assert (await audited(engine, files, config)).clean
