"""How tables are stored decides how fast they stay: whoever changes it meets these tests."""

import asyncio
import random
import time

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.postgres_store import PostgresStore
from actors.store import Decided, Line, Write
from faye.database.ledger_periods import close_period
from faye.database.models.outcome import Posting
from faye.database.models.player import Player
from faye.utils.clock import SystemClock
from tests.builders import new_key

PLAYERS = 300
ROUNDS = 12


async def column(engine: AsyncEngine, query: str) -> list[object]:
    async with engine.connect() as connection:
        return list((await connection.execute(sa.text(query))).scalars())


async def settings_of(engine: AsyncEngine, table: str) -> set[object]:
    return set(
        await column(engine, f"SELECT unnest(reloptions) FROM pg_class WHERE oid = '{table}'::regclass")
    )


async def test_players_have_no_index_but_their_primary_key(engine: AsyncEngine) -> None:
    """A column that changes with nearly every command and stands in an index ends updates in place."""
    indexed = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'players'::regclass"
    assert await column(engine, indexed) == ["players_pkey"]


async def test_tables_leave_room_and_are_vacuumed_as_they_are_written(engine: AsyncEngine) -> None:
    await close_period(engine)
    assert await settings_of(engine, "players") == {"fillfactor=70", "autovacuum_vacuum_scale_factor=0.05"}
    assert await settings_of(engine, "esprits") == {"fillfactor=80"}
    leaves = await column(
        engine, "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger'::regclass"
    )
    assert len(leaves) == 2
    for leaf in leaves:
        assert await settings_of(engine, str(leaf)) == {
            "autovacuum_vacuum_insert_scale_factor=0.02",
            "autovacuum_vacuum_insert_threshold=10000",
        }
    days = await column(
        engine,
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'processed_commands'::regclass",
    )
    for day in days:
        assert await settings_of(engine, str(day)) == {"autovacuum_vacuum_insert_threshold=-1"}


async def test_every_ledger_partition_has_the_keys_and_triggers_of_the_first(engine: AsyncEngine) -> None:
    await close_period(engine)
    await close_period(engine)
    indexes = "SELECT replace(indexdef, '{0}', 'leaf') FROM pg_indexes WHERE tablename = '{0}' ORDER BY 1"
    triggers = (
        "SELECT tgname || tgtype FROM pg_trigger WHERE tgrelid = '{0}'::regclass AND tgname <> 'closed'"
    )
    first, *others = [
        [await column(engine, query.format(leaf)) for query in (indexes, triggers)]
        for leaf in ("ledger_1", "ledger_2", "ledger_3")
    ]
    assert others == [first, first]
    assert [len(found) for found in first] == [2, 1]


async def test_commands_update_players_in_place(engine: AsyncEngine) -> None:
    """Such an update, a HOT one, touches no index and leaves nothing that only vacuum can clear away."""
    store, chance = PostgresStore(engine), random.Random(1)
    await store.flush([balance_of(player, 1) for player in range(1, PLAYERS + 1)], 1)
    for version in range(2, ROUNDS + 2):
        players = list(range(1, PLAYERS + 1))
        chance.shuffle(players)
        for begin in range(0, PLAYERS, 50):
            batch = [balance_of(player, version) for player in players[begin : begin + 50]]
            assert len(await store.flush(batch, 1)) == 50
    await engine.dispose()  # sessions tell what they counted when they end
    deadline = time.monotonic() + 15
    while (counted := await updates_of_players(engine))[0] < PLAYERS * ROUNDS:
        assert time.monotonic() < deadline, counted
        await asyncio.sleep(0.05)
    assert counted[1] > 0.95 * counted[0]


def balance_of(player_id: int, version: int) -> Write:
    """A write that makes the player hold as many faylen as the version says."""
    key = new_key()
    line = Line(version, 0, key, Posting("test", "faylen", 1, version), None, SystemClock().time_ms())
    player = Player(id=player_id, version=version, faylen=version)
    return Write(player, version - 1, version > 1, version, [line], [Decided(key, player_id, 7, b"reply")])


async def updates_of_players(engine: AsyncEngine) -> tuple[int, int]:
    """How many updates of players there were, and how many of them in place."""
    async with engine.connect() as connection:
        query = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'players'"
        updates, hot = (await connection.execute(sa.text(query))).one()
        return updates, hot
