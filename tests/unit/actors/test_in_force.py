"""A host whose figures are no longer in force writes nothing until it has learnt the new ones."""

import pytest
from msgspec.structs import replace

from actors.in_force import InForce
from actors.memory_store import MemoryStore
from actors.runtime import Runtime
from faye.config import GameConfig
from faye.messages.craft import Crafted
from faye.messages.transfer import Transfer, Transferred
from tests.builders import small_config
from tests.simulation.virtual_time import run_virtually
from tests.unit.actors.one_runtime import World

OLD = small_config().game
NEW = replace(OLD, craft=replace(OLD.craft, shards_per_fayrite=7), id=7)


class Database:
    """What is in force, as far as it can be asked."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.outages = 0
        """So often it does not answer yet."""
        self.asked = 0

    async def newest(self, known: GameConfig) -> GameConfig | None:
        self.asked += 1
        if self.outages:
            self.outages -= 1
            raise ConnectionError
        return NEW if self.store.in_force == NEW.id else OLD


def world() -> tuple[World, Database]:
    made = World()
    database = Database(made.store)
    made.store.in_force = OLD.id
    made.runtime = Runtime(made.store, made.config, clock=made.clock, newest=database.newest)
    return made, database


@pytest.mark.parametrize("outages", [0, 1])
def test_what_was_decided_under_old_figures_is_decided_again_under_the_new(outages: int) -> None:
    async def play() -> None:
        made, database = world()
        await made.start(1, 2)
        made.store.in_force, database.outages = NEW.id, outages
        crafted, other = await made.ask(made.craft(1), made.craft(2))
        assert isinstance(crafted, Crafted)
        assert isinstance(other, Crafted)
        assert (crafted.shards_spent, other.shards_spent) == (7, 7)
        assert made.runtime.in_force.game is NEW
        assert database.asked >= outages + 1
        assert made.runtime.meters.outages == 0, "nothing was wrong"

    run_virtually(play())


def test_so_is_what_a_grain_does_by_itself() -> None:
    async def play() -> None:
        made, _ = world()
        await made.start(1, 2)
        made.store.in_force = NEW.id
        gift = Transfer(player_id=1, idempotency_key=made.key(), to_player_id=2, amount=5)
        (given,) = await made.ask(gift)
        assert isinstance(given, Transferred)
        assert made.runtime.in_force.game is NEW
        assert sum(line.key == gift.idempotency_key for line in made.store.ledger.values()) == 2

    run_virtually(play())


async def test_nothing_to_follow_is_nothing_new() -> None:
    async def none(known: GameConfig) -> GameConfig | None:
        return None

    for in_force in (InForce(OLD), InForce(OLD, none)):
        assert not await in_force.follow()
        assert in_force.game is OLD
