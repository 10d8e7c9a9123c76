"""The store's contract over the real PostgreSQL: the fence, the key, the counts, the snapshot."""

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.postgres_store import PostgresStore
from actors.store import DataRefused, Decided, Line, RowsLocked, Write
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Posting
from faye.database.models.player import Player
from faye.messages.history import GetHistory
from faye.utils.clock import SystemClock, at
from tests.builders import new_key

NOW_MS = SystemClock().time_ms()


@pytest.fixture
def store(engine: AsyncEngine) -> PostgresStore:
    return PostgresStore(engine)


def gain(
    player_id: int, amount: int, *, expected: int = 0, exists: bool = False, key: int | None = None
) -> Write:
    """A write that makes the player hold `amount` faylen, one version further."""
    key = key or new_key()
    version = expected + 1
    player = Player(id=player_id, version=version, faylen=amount)
    line = Line(version, 0, key, Posting("test", "faylen", amount, amount), None, NOW_MS)
    decided = Decided(key, player_id, 7, b"reply")
    return Write(player, expected, exists, version, [line], [decided])


def esprit(esprit_id: int, player_id: int, level: int = 1) -> Esprit:
    return Esprit(id=esprit_id, player_id=player_id, species="emberling", level=level, gained_at=at(NOW_MS))


async def test_a_write_is_there_when_it_is_loaded(store: PostgresStore) -> None:
    write = gain(1, 500)
    write.gained[9] = esprit(9, 1)
    assert await store.flush([write], 1) == {1}
    found = await store.load([1, 2], [write.decided[0].key], {})
    assert found.players[1].faylen == 500
    assert found.players[1].version == 1
    assert [e.id for e in found.esprits[1]] == [9]
    assert found.decided[write.decided[0].key].reply == b"reply"
    assert 2 not in found.players


@pytest.mark.parametrize("subject", ["half a pair \ud83d", "nul \x00"])
async def test_text_that_cannot_be_stored_is_refused(store: PostgresStore, subject: str) -> None:
    write = gain(1, 500)
    write.lines[0] = replace(write.lines[0], posting=replace(write.lines[0].posting, subject=subject))
    with pytest.raises(DataRefused):
        await store.flush([write], 1)
    assert await store.flush([gain(1, 500)], 1) == {1}


async def test_a_lock_that_is_not_given_in_time_is_told_apart(
    store: PostgresStore, engine: AsyncEngine
) -> None:
    await store.flush([gain(1, 500)], 1)
    async with engine.begin() as holder:
        await holder.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await holder.execute(text("SELECT id FROM players WHERE id = 1 FOR UPDATE"))
        with pytest.raises(RowsLocked):
            await store.flush([gain(1, 600, expected=1, exists=True)], 1)
    assert await store.flush([gain(1, 600, expected=1, exists=True)], 1) == {1}


async def test_a_stale_activation_writes_nothing_while_its_batch_mates_are_written(
    store: PostgresStore,
) -> None:
    await store.flush([gain(1, 500), gain(2, 500)], 1)
    stale, fresh = gain(1, 900, expected=0, exists=True), gain(2, 600, expected=1, exists=True)
    assert await store.flush([stale, fresh], 1) == {2}
    found = await store.load([1, 2], [stale.decided[0].key], {1: 1, 2: 1})
    assert (found.players[1].faylen, found.players[2].faylen) == (500, 600)
    assert not found.decided
    assert found.current == {1}


async def test_a_refusal_is_stored_only_under_the_fence(store: PostgresStore) -> None:
    await store.flush([gain(1, 500)], 1)
    player = (await store.load([1], [], {})).players[1]
    good, bad = new_key(), new_key()
    kept = Write(player, 1, True, 1, [], [Decided(good, 1, 7, b"no")])
    assert await store.flush([kept], 1) == {1}
    assert await store.flush([Write(player, 0, True, 0, [], [Decided(bad, 1, 7, b"no")])], 1) == set()
    assert (await store.load([], [good, bad], {})).decided.keys() == {good}
    assert (await store.load([1], [], {})).players[1].version == 1


async def test_one_key_that_stands_already_refuses_the_whole_batch(store: PostgresStore) -> None:
    first = gain(1, 500)
    await store.flush([first], 1)
    again = gain(1, 600, expected=1, exists=True, key=first.decided[0].key)
    with pytest.raises(DataRefused):
        await store.flush([again, gain(2, 500)], 1)
    found = await store.load([1, 2], [], {})
    assert found.players[1].faylen == 500
    assert found.players.get(2) is None or found.players[2].version == 0


async def test_a_negative_balance_is_refused_by_the_database(store: PostgresStore) -> None:
    with pytest.raises(DataRefused):
        await store.flush([gain(1, -1)], 1)


async def test_a_child_row_that_is_not_there_aborts_the_transaction(store: PostgresStore) -> None:
    write = gain(1, 500)
    write.changed[9] = esprit(9, 1, level=2)
    with pytest.raises(DataRefused, match="changed Esprits"):
        await store.flush([write], 1)
    write = gain(1, 500)
    write.lost.add(9)
    with pytest.raises(DataRefused, match="lost Esprits"):
        await store.flush([write], 1)
    assert (await store.load([1], [], {})).players[1].version == 0


async def test_somebody_elses_esprit_cannot_be_changed(store: PostgresStore) -> None:
    write = gain(2, 500)
    write.gained[9] = esprit(9, 2)
    await store.flush([write], 1)
    thief = gain(1, 500)
    thief.changed[9] = esprit(9, 1, level=5)
    with pytest.raises(DataRefused):
        await store.flush([thief], 1)


async def test_remembering_gives_what_stands_already(store: PostgresStore) -> None:
    key = new_key()
    assert await store.remember(Decided(key, 1, 7, b"first")) is None
    stood = await store.remember(Decided(key, 1, 7, b"second"))
    assert stood is not None
    assert stood.reply == b"first"


async def test_history_is_paged_newest_first(store: PostgresStore) -> None:
    for version in range(3):
        await store.flush([gain(1, version + 1, expected=version, exists=version > 0)], 1)
    first = await store.history(GetHistory(player_id=1, limit=2))
    assert [entry.version for entry in first.entries] == [3, 2]
    assert first.has_more
    last = first.entries[-1]
    rest = await store.history(GetHistory(player_id=1, limit=2, before=(last.version, last.n)))
    assert [entry.version for entry in rest.entries] == [1]
    assert not rest.has_more
    assert not (await store.history(GetHistory(player_id=1, asset="remna"))).entries


async def test_history_is_paged_towards_the_newest_too(store: PostgresStore) -> None:
    for version in range(4):
        await store.flush([gain(1, version + 1, expected=version, exists=version > 0)], 1)
    page = await store.history(GetHistory(player_id=1, limit=2, after=(1, 999)))
    assert [entry.version for entry in page.entries] == [3, 2]
    assert (page.has_newer, page.has_more) == (True, True)
    first = page.entries[0]
    page = await store.history(GetHistory(player_id=1, limit=2, after=(first.version, first.n)))
    assert [entry.version for entry in page.entries] == [4]
    assert (page.has_newer, page.has_more) == (False, True)


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger SET delta = 0", "DELETE FROM ledger", "TRUNCATE ledger"]
)
async def test_the_database_refuses_to_change_the_ledger(
    store: PostgresStore, engine: AsyncEngine, statement: str
) -> None:
    await store.flush([gain(1, 500)], 1)
    with pytest.raises(Exception, match="append-only"):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
