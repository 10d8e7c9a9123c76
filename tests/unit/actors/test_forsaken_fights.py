"""A fight that nobody goes on with ends by time alone: whoever asks for the player next meets it ended, once."""

import asyncio

import pytest

from actors.rows import PLAYER_COLUMNS
from faye.messages import Command, Query
from faye.messages.craft import Crafted
from faye.messages.explore import Explore, Explored
from faye.messages.fight import Act, FightView, GetFight, NoFight, OpenFight
from faye.messages.history import GetHistory
from faye.messages.profile import GetInventory, Inventory
from faye.messages.refusals import Abandoned, NotEnough
from tests.simulation.virtual_time import run_virtually
from tests.unit.actors.one_runtime import World

LONG_S = 16 * 60


async def into_a_fight(world: World) -> FightView:
    """Let player 1 explore until somebody is met."""
    await world.start(1)
    for _ in range(20):
        (reply,) = await world.ask(Explore(player_id=1, idempotency_key=world.key()))
        assert isinstance(reply, Explored)
        if reply.fight is not None:
            return reply.fight
        await asyncio.sleep(3600)
    raise AssertionError("nobody was met in twenty outings")


def spoil_fight(world: World) -> None:
    """Let what is kept of player 1's fight be nothing that can be read, and forget what memory has of it."""
    row = list(world.store.players[1])
    row[PLAYER_COLUMNS.index("fight")] = "[]"
    world.store.players[1] = tuple(row)
    world.runtime = World(world.store).runtime


def events(world: World) -> list[str]:
    """What happened to player 1, in order."""
    return [line.posting.event for _, line in sorted(world.store.ledger.items())]


def test_a_reader_meets_it_ended_and_so_does_the_next() -> None:
    async def scenario() -> None:
        world = World()
        fight = await into_a_fight(world)
        (reply,) = await world.ask(GetFight(player_id=1))
        assert isinstance(reply, OpenFight)
        assert reply.fight == fight
        await asyncio.sleep(LONG_S)
        for _ in range(3):
            (reply,) = await world.ask(GetFight(player_id=1))
            assert isinstance(reply, NoFight)
        assert events(world).count("fight.abandoned") == 1

    run_virtually(scenario())


def test_a_turn_that_comes_too_late_is_told_so() -> None:
    async def scenario() -> None:
        world = World()
        fight = await into_a_fight(world)
        await asyncio.sleep(LONG_S)
        act = Act(player_id=1, idempotency_key=world.key(), fight_id=fight.id, turn=1, action="strike")
        (reply,) = await world.ask(act)
        assert isinstance(reply, NoFight)
        assert events(world)[-1] == "fight.abandoned"
        assert await world.ask(act) == [reply]

    run_virtually(scenario())


@pytest.mark.parametrize("restarted", [False, True])
def test_the_next_outing_needs_no_farewell(restarted: bool) -> None:
    async def scenario() -> None:
        world = World()
        await into_a_fight(world)
        await asyncio.sleep(LONG_S)
        world = World(world.store) if restarted else world
        world.key()  # of the same millisecond, the first is the one that ends player 1's fight
        (reply,) = await world.ask(Explore(player_id=1, idempotency_key=world.key()))
        assert isinstance(reply, Explored)
        assert events(world).count("fight.abandoned") == 1

    run_virtually(scenario())


def test_two_who_own_the_player_end_it_once() -> None:
    async def scenario() -> None:
        one = World()
        await into_a_fight(one)
        await asyncio.sleep(LONG_S)
        other = World(one.store)

        async def look(world: World, request: Command | Query) -> None:
            await world.ask(request)

        await asyncio.gather(
            *(look(world, request) for world in (one, other) for request in [GetInventory(player_id=1)] * 3)
        )
        (inventory,) = await other.ask(GetInventory(player_id=1))
        assert isinstance(inventory, Inventory)
        assert events(one).count("fight.abandoned") == 1

    run_virtually(scenario())


def test_a_refusal_that_meets_it_is_still_a_refusal() -> None:
    async def scenario() -> None:
        world = World()
        await into_a_fight(world)
        await asyncio.sleep(LONG_S)
        (reply,) = await world.ask(world.craft(1, 10**6))
        assert isinstance(reply, NotEnough)
        assert events(world)[-1] == "fight.abandoned"
        (page,) = await world.ask(GetHistory(player_id=1, limit=1))
        assert page.version == reply.version

    run_virtually(scenario())


def test_a_fight_that_cannot_be_read_harms_nobody_else() -> None:
    async def scenario() -> None:
        world = World()
        await into_a_fight(world)
        await world.start(2)
        spoil_fight(world)
        await asyncio.sleep(LONG_S)
        for _ in range(2):  # cold, and then with the other player warm
            spoilt, read, fine = await world.ask(world.craft(1), GetInventory(player_id=1), world.craft(2))
            assert isinstance(spoilt, Abandoned)
            assert isinstance(read, Abandoned)
            assert isinstance(fine, Crafted)
        assert world.runtime.measure().rules_failed == 4
        assert "fight.abandoned" not in events(world)

    run_virtually(scenario())
