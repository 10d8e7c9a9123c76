"""Commands played again from the ledger alone: summons with their pity, outings, fights to their end."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from msgspec.structs import replace as but
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database.data_loader import load_data
from faye.database.replay import CannotReplay, replay
from faye.messages.craft import Craft
from faye.messages.explore import Explore, Explored
from faye.messages.fight import Act, FightView, TurnPlayed
from faye.messages.start import Start
from faye.messages.summon import Summon, Summoned
from tests.builders import new_key
from tests.integration.database.played import tamper

PLAYER = 7


@pytest.fixture
def engine(patient_engine: AsyncEngine) -> AsyncEngine:
    return patient_engine


@pytest.fixture
async def router(engine: AsyncEngine, config: Config) -> AsyncIterator[ShardRouter]:
    """The engine over a database in which player 7 has started and is rich and rested."""
    await load_data(engine, config.game)
    store = PostgresStore(engine)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    await router.ask(Start(player_id=PLAYER, idempotency_key=new_key()))
    await tamper(engine, "UPDATE players SET fayrites = 10000, energy = 10000")
    yield router
    await router.close()


@pytest.fixture
async def rested(router: ShardRouter, engine: AsyncEngine, config: Config) -> AsyncIterator[ShardRouter]:
    """Another host, which finds the player as rich as that."""
    store = PostgresStore(engine)
    other = ShardRouter(LocalDelivery({"there": Runtime(store, config)}), store, ["there"], config.engine)
    yield other
    await other.close()


async def explore(router: ShardRouter) -> Explored:
    reply = await router.ask(Explore(player_id=PLAYER, idempotency_key=new_key()))
    assert isinstance(reply, Explored), reply
    return reply


async def fight_out(router: ShardRouter, fight: FightView) -> list[int]:
    """Strike and guard to the end; returns the keys of the turns."""
    keys: list[int] = []
    while True:
        keys.append(new_key())
        action = "guard" if fight.intent == "smash" else "strike"
        act = Act(
            player_id=PLAYER, idempotency_key=keys[-1], fight_id=fight.id, turn=fight.turn, action=action
        )
        reply = await router.ask(act)
        assert isinstance(reply, TurnPlayed), reply
        if reply.end is not None:
            return keys
        fight = reply.fight


async def test_every_summon_is_drawn_again_exactly_with_its_pity(
    rested: ShardRouter, engine: AsyncEngine
) -> None:
    keys: list[int] = []
    by_pity = False
    while not by_pity:
        keys.append(new_key())
        summon = Summon(player_id=PLAYER, idempotency_key=keys[-1], banner="standard", count=10)
        last = await rested.ask(summon)
        assert isinstance(last, Summoned)
        by_pity = any(pull.by_pity for pull in last.pulls)
    for key in keys:
        (story,) = await replay(engine, key)
        assert story.differs == []
        assert len(story.told) == 11
    assert story.told[-1].endswith(f"pity {last.pity}")
    assert any("(by pity)" in line for line in story.told)


async def test_outings_and_fights_are_played_again_exactly(rested: ShardRouter, engine: AsyncEngine) -> None:
    fights = 0
    while fights < 3:
        out = await explore(rested)
        lines = "SELECT idempotency_key FROM ledger ORDER BY version DESC LIMIT 1"
        async with engine.connect() as connection:
            key = await connection.scalar(sa.text(lines))
        (story, *more) = await replay(engine, key)
        assert story.differs == []
        assert bool(more) == (out.fight is not None)
        if out.fight is None:
            continue
        fights += 1
        assert more[0].told[-1] == "it still goes on"
        turns = await fight_out(rested, out.fight)
        whole = await replay(engine, key)
        for turn in turns:
            (fought,) = await replay(engine, turn)
            assert fought.differs == []
            assert fought == whole[1]
        assert "it ends: won" in fought.told or fought.told[-1] == "it ends: lost"


async def test_a_ledger_that_lies_is_told_apart(rested: ShardRouter, engine: AsyncEngine) -> None:
    key = new_key()
    await rested.ask(Summon(player_id=PLAYER, idempotency_key=key, banner="standard"))
    while (out := await explore(rested)).fight is None:
        pass
    (turn, *_) = await fight_out(rested, out.fight)
    await tamper(
        engine,
        f"UPDATE ledger SET subject = 'noctavar' WHERE idempotency_key = {key} AND asset = 'esprit'",
        f"UPDATE ledger SET subject = '1 1 1' WHERE idempotency_key = {turn} AND asset = 'fight'",
    )
    for lied in (key, turn):
        (story,) = await replay(engine, lied)
        assert len(story.differs) == 1


async def test_spoils_that_were_not_drawn_are_told_apart(rested: ShardRouter, engine: AsyncEngine) -> None:
    while True:
        while (out := await explore(rested)).fight is None:
            pass
        turn = (await fight_out(rested, out.fight))[-1]
        (story,) = await replay(engine, turn)
        if "it ends: won" in story.told:
            break
    assert story.told[-1].startswith("it pays ")
    won = f"idempotency_key = {turn} AND event = 'fight.won' AND asset = 'faylen'"
    await tamper(engine, f"UPDATE ledger SET delta = delta + 1000 WHERE {won}")
    (story,) = await replay(engine, turn)
    (differs,) = story.differs
    assert "faylen" in differs


async def test_a_turn_beyond_the_end_is_told_apart(rested: ShardRouter, engine: AsyncEngine) -> None:
    while (out := await explore(rested)).fight is None:
        pass
    turns = await fight_out(rested, out.fight)
    await tamper(
        engine,
        f"UPDATE ledger SET event = 'fight.flee' WHERE idempotency_key = {turns[0]} AND asset = 'fight'",
    )
    (story,) = await replay(engine, turns[-1])
    assert story.differs


async def test_a_start_is_drawn_again(router: ShardRouter, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        key = await connection.scalar(
            sa.text("SELECT idempotency_key FROM ledger WHERE event = 'start' LIMIT 1")
        )
    (story,) = await replay(engine, key)
    assert story.differs == []
    await tamper(
        engine, f"UPDATE ledger SET subject = 'noctavar' WHERE idempotency_key = {key} AND asset = 'esprit'"
    )
    (story,) = await replay(engine, key)
    assert len(story.differs) == 1


async def test_a_later_configuration_does_not_change_what_was(
    rested: ShardRouter, engine: AsyncEngine, config: Config
) -> None:
    key = new_key()
    await rested.ask(Summon(player_id=PLAYER, idempotency_key=key, banner="standard", count=10))
    before = await replay(engine, key)
    summon = but(config.game.summon, pity_thresholds={"standard": 3, "premium": 3})
    await load_data(engine, but(config.game, summon=summon, id=4711))
    assert await replay(engine, key) == before


async def test_what_leaves_nothing_to_chance_and_what_never_happened(
    rested: ShardRouter, engine: AsyncEngine
) -> None:
    key = new_key()
    await rested.ask(Craft(player_id=PLAYER, idempotency_key=key, amount=1))
    assert await replay(engine, key) == []
    with pytest.raises(CannotReplay, match="had an effect"):
        await replay(engine, new_key())
