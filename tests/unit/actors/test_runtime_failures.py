"""What one host promises when rules, data or the database fail under it."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from actors.memory_store import MemoryStore
from actors.rows import PLAYER_COLUMNS
from actors.runtime import Runtime
from actors.store import DataRefused, Decided, Exchanger, RowsLocked, Snapshot, StoreUnavailable, Write
from faye.database.models.player import Player
from faye.messages.codec import decode_reply
from faye.messages.craft import Crafted
from faye.messages.history import GetHistory, HistoryPage
from faye.messages.profile import GetInventory, Inventory
from faye.messages.refusals import Abandoned
from faye.messages.start import Start, Started
from faye.messages.transfer import Transfer
from faye.utils.clock import at
from tests.simulation.virtual_time import run_virtually
from tests.unit.actors.one_runtime import HeldStore, World, kinds


class PoisonStore(MemoryStore):
    """A store that refuses one player's data, as a violated check would."""

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        if any(write.player.id == 13 and write.lines for write in writes):
            raise DataRefused("a check was violated")
        return await super().flush(writes, config_id)


def test_a_refused_batch_runs_one_by_one_and_only_the_poison_is_abandoned() -> None:
    async def scenario() -> None:
        world = World(PoisonStore())
        starts = [Start(player_id=player, idempotency_key=world.key()) for player in (11, 12, 13, 14)]
        replies = await world.ask(*starts)
        assert [type(reply) for reply in replies] == [Started, Started, Abandoned, Started]
        assert await world.ask(starts[2]) == [Abandoned()], "what was said stays true"

    run_virtually(scenario())


class LockedStore(MemoryStore):
    """A store in which somebody holds one player's row for as long as `held` says."""

    __slots__ = ("flushes", "held")

    def __init__(self) -> None:
        super().__init__()
        self.held = False
        self.flushes = 0

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        if self.held and any(write.player.id == 13 for write in writes):
            self.flushes += 1
            await asyncio.sleep(0.2)
            raise RowsLocked("55P03")
        return await super().flush(writes, config_id)


def test_a_locked_row_holds_up_its_player_alone_and_abandons_nobody() -> None:
    async def scenario() -> None:
        store = LockedStore()
        world = World(store)
        await world.start(11, 12, 13)
        store.held = True
        asked = [world.envelope(world.craft(player)) for player in (11, 12, 13)]
        assert kinds(await world.runtime.deliver(asked)) == ["PENDING"] * 3
        await asyncio.sleep(0.3)
        again = kinds(await world.runtime.deliver(asked))
        assert again == ["Crafted", "Crafted", "PENDING"], "two players wait for one lock at most once"
        store.held = False
        await asyncio.sleep(0.5)
        assert kinds(await world.runtime.deliver(asked)) == ["Crafted"] * 3
        assert store.flushes > 1, "it was tried again rather than given up"

    run_virtually(scenario())


def test_a_rule_that_raises_changes_nothing_and_harms_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1, 2)
        good, bad = world.craft(2), world.craft(1, amount=3)
        before = world.craft(1)
        honest = Player.craft

        def broken(self: Player, amount: int, **rest: object) -> object:
            if amount == 3:
                self.fayrites += 100
                raise RuntimeError("a bug")
            return honest(self, amount, **rest)  # type: ignore[arg-type]

        monkeypatch.setattr(Player, "craft", broken)
        replies = await world.ask(before, bad, good)
        assert [type(reply) for reply in replies] == [Crafted, Abandoned, Crafted]
        (inventory,) = await world.ask(GetInventory(player_id=1))
        assert isinstance(inventory, Inventory)
        assert inventory.balances["fayrites"] == 1

    run_virtually(scenario())


def fighting(world: World, player_id: int, fight: str) -> None:
    """Have a player in the store be in a fight that nobody went on with."""
    row = list(world.store.players[player_id])
    row[PLAYER_COLUMNS.index("fight")] = fight
    row[PLAYER_COLUMNS.index("fight_until")] = at(world.clock.time_ms() - 1)
    world.store.players[player_id] = tuple(row)


@pytest.mark.parametrize("alone", [True, False])
def test_a_forsaken_fight_that_cannot_be_read_harms_nobody_else(alone: bool) -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1, 2)
        world.runtime = Runtime(world.store, world.config, clock=world.clock)
        fighting(world, 1, '["what a later release wrote"]')
        if not alone:
            assert isinstance((await world.ask(world.craft(2)))[0], Crafted)
        for _ in range(2):
            async with asyncio.timeout(1):
                replies = await world.ask(GetInventory(player_id=1), world.craft(1), world.craft(2))
            assert [type(reply) for reply in replies] == [Abandoned, Abandoned, Crafted]

    run_virtually(scenario())


class ForgetfulStore(MemoryStore):
    """A store whose connection breaks once, after the commit."""

    __slots__ = ("broken",)

    def __init__(self) -> None:
        super().__init__()
        self.broken = False

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        written = await super().flush(writes, config_id)
        if not self.broken and any(
            write.lines[0].posting.event == "craft" for write in writes if write.lines
        ):
            self.broken = True
            raise StoreUnavailable("the connection broke")
        return written


def test_a_commit_whose_acknowledgement_was_lost_is_not_done_twice() -> None:
    async def scenario() -> None:
        world = World(ForgetfulStore())
        await world.start(1)
        (reply,) = await world.ask(world.craft(1))
        assert isinstance(reply, Crafted)
        assert (reply.fayrites, reply.version) == (1, 2)

    run_virtually(scenario())


class BrokenOnceStore(MemoryStore):
    """A store that raises something that nobody foresaw, once, in one of its calls."""

    __slots__ = ("breaks",)

    def __init__(self) -> None:
        super().__init__()
        self.breaks = ""

    def _break(self, call: str) -> None:
        if self.breaks == call:
            self.breaks = ""
            raise RuntimeError("the handler is closed")

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        self._break("load")
        return await super().load(players, keys, verify)

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        self._break("flush")
        return await super().flush(writes, config_id)

    async def exchange(
        self, players: Sequence[int], key: int, decide: Exchanger, config_id: int
    ) -> Decided | None:
        self._break("exchange")
        return await super().exchange(players, key, decide, config_id)

    async def history(self, query: GetHistory) -> HistoryPage:
        self._break("history")
        return await super().history(query)


@pytest.mark.parametrize("call", ["load", "flush", "exchange", "history"])
def test_an_unforeseen_error_locks_nobody_out(call: str) -> None:
    async def scenario() -> None:
        store = BrokenOnceStore()
        world = World(store)
        await world.start(1, 2)
        store.breaks = call
        request = {
            "load": GetInventory(player_id=3),
            "flush": world.craft(1),
            "exchange": Transfer(player_id=1, idempotency_key=world.key(), to_player_id=2, amount=5),
            "history": GetHistory(player_id=1),
        }[call]
        (reply,) = await world.ask(request)
        assert store.breaks == ""
        assert type(reply).__name__ in ("NotStarted", "Crafted", "Transferred", "HistoryPage")
        assert isinstance((await world.ask(world.craft(1)))[0], Crafted)

    run_virtually(scenario())


def test_a_rule_that_raises_in_a_two_grain_command_abandons_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1, 2)
        gift = Transfer(player_id=1, idempotency_key=world.key(), to_player_id=2, amount=5)
        with monkeypatch.context() as broken:
            broken.setattr(Player, "transfer", lambda *rest, **config: 1 / 0)
            assert await world.ask(gift) == [Abandoned()]
        assert await world.ask(gift) == [Abandoned()]
        assert isinstance((await world.ask(world.craft(1)))[0], Crafted)

    run_virtually(scenario())


class SlowLoadStore(MemoryStore):
    """A store whose loads take their snapshot at once and deliver it late."""

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        snapshot = await super().load(players, keys, verify)
        await asyncio.sleep(0.03)
        return snapshot


def test_what_is_seen_while_a_grain_loads_is_not_forgotten() -> None:
    async def scenario() -> None:
        store = SlowLoadStore()
        there = World(store)
        await there.start(2)
        here = World(store)
        loading = asyncio.create_task(here.runtime.deliver([here.envelope(GetInventory(player_id=2))]))
        await asyncio.sleep(0.01)
        there._keys = 1000
        await there.ask(there.craft(2))
        (answer,) = await here.runtime.deliver([here.envelope(GetInventory(player_id=2), seen=2)])
        assert decode_reply(answer.reply).version == 2
        await loading

    run_virtually(scenario())


def test_a_closed_runtime_begins_nothing_more() -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1, 2)
        store.gate.clear()
        delivering = [
            asyncio.create_task(world.runtime.deliver([world.envelope(world.craft(player))]))
            for player in (1, 2)
        ]
        await asyncio.sleep(0.001)
        store.flushes.clear()
        await world.runtime.close()
        store.gate.set()
        await asyncio.gather(*delivering)
        assert store.flushes == []

    run_virtually(scenario())
