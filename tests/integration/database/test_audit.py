"""The audit passes what is right and names what is off."""

import re
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database.audit import audit
from faye.database.db import connect
from faye.messages.codec import encode
from faye.messages.craft import Craft
from faye.messages.refusals import Abandoned
from faye.messages.start import Start
from faye.messages.summon import Summon
from faye.messages.transfer import Transfer
from faye.utils.log_files import LogFiles
from tests.builders import new_key


@pytest.fixture
async def engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    """A database in which a few players have played."""
    engine = connect(database_url, config.engine)
    store = PostgresStore(engine)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    for player in (1, 2):
        await router.ask(Start(player_id=player, idempotency_key=new_key()))
        await router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=5))
        await router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=500))
        await router.ask(Summon(player_id=player, idempotency_key=new_key(), banner="standard"))
    await router.ask(Transfer(player_id=1, idempotency_key=new_key(), to_player_id=2, amount=7))
    await router.close()
    yield engine
    await engine.dispose()


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


async def tamper(engine: AsyncEngine, statement: str) -> None:
    """Change data as somebody with full rights could, past triggers and keys."""
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE esprits DROP CONSTRAINT esprits_player_id_fkey"))
        for table in await _append_only(connection):
            await connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER append_only"))
        await connection.execute(sa.text(statement))


async def _append_only(connection: AsyncConnection) -> list[str]:
    partitions = (
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'processed_commands'::regclass"
    )
    return ["ledger", "processed_commands", *(await connection.execute(sa.text(partitions))).scalars()]


async def test_an_honest_system_is_clean(engine: AsyncEngine, files: LogFiles, config: Config) -> None:
    report = await audit(engine, files, config.engine)
    assert report.clean, report.violations
    assert report.players == 2
    assert report.ledger_entries == report.logged_entries > 15


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE players SET faylen = faylen + 1 WHERE id = 1", "a balance differs from its ledger"),
        ("UPDATE ledger SET balance = 3 WHERE player_id = 1 AND asset = 'ethryl'", "not the sum up to it"),
        ("DELETE FROM esprits WHERE player_id = 1", "a collection differs"),
        (
            "INSERT INTO esprits (id, player_id, species, gained_at) SELECT 5, 1, species, now() FROM esprits LIMIT 1",
            "a collection differs",
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
    report = await audit(engine, files, config.engine)
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
    engine: AsyncEngine, files: LogFiles, config: Config, change: object, what: str
) -> None:
    assert (await audit(engine, files, config.engine)).clean
    *lines, marker = files.current.read_text().splitlines(keepends=True)
    forged = change(lines)  # type: ignore[operator]
    crc = zlib.crc32("".join(forged).encode())
    proof = re.sub(r'"entries":\d+,"crc":\d+', f'"entries":{len(forged)},"crc":{crc}', marker)
    files.current.write_text("".join([*forged, proof]))
    report = await audit(engine, files, config.engine)
    assert any(what in violation.what for violation in report.violations), report.violations
