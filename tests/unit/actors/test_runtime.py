"""What one host promises, over a store in memory and on virtual time."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from msgspec import Raw

from actors.memory_store import MemoryStore
from actors.runtime import Runtime
from actors.store import DataRefused, Decided, Exchanger, Snapshot, StoreUnavailable, Write
from actors.wire import Answer, Envelope, Status
from faye.config import Config
from faye.database.models.player import Player
from faye.messages import Command, Query, Reply
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply, encode
from faye.messages.craft import Craft, Crafted
from faye.messages.history import GetHistory, HistoryPage
from faye.messages.profile import GetInventory, Inventory
from faye.messages.refusals import Abandoned, Expired, IdempotencyConflict, NotEnough, NotStarted
from faye.messages.start import Start, Started
from faye.messages.transfer import Transfer
from tests.simulation.virtual_time import VirtualClock, run_virtually
from tests.unit.actors.test_interleavings import small_config


class World:
    """One runtime over a store that tests can hold up."""

    def __init__(self, store: MemoryStore | None = None, config: Config | None = None) -> None:
        self.store = store or MemoryStore()
        self.config = config or small_config()
        self.clock = VirtualClock()
        self.runtime = Runtime(self.store, self.config, clock=self.clock)
        self._keys = 0

    def key(self) -> int:
        self._keys += 1
        return snowflake_at(self.clock.time_ms(), self._keys)

    def envelope(self, request: Command | Query, *, seen: int = 0, resent: bool = False) -> Envelope:
        token = request.idempotency_key if isinstance(request, Command) else -self.key()
        deadline = self.clock.time_ms() + 2000
        return Envelope(request.player_id, token, deadline, seen, resent, False, Raw(encode(request)))

    async def ask(self, *requests: Command | Query) -> list[Reply]:
        answers = await self.runtime.deliver([self.envelope(request) for request in requests])
        return [decode_reply(answer.reply) for answer in answers]

    async def start(self, *players: int) -> None:
        for player in players:
            (reply,) = await self.ask(Start(player_id=player, idempotency_key=self.key()))
            assert isinstance(reply, Started)

    def craft(self, player: int, amount: int = 1) -> Craft:
        return Craft(player_id=player, idempotency_key=self.key(), amount=amount)


class HeldStore(MemoryStore):
    """A store whose flushes wait until they are let go."""

    __slots__ = ("flushes", "gate")

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.flushes: list[list[int]] = []

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        self.flushes.append([write.player.id for write in writes])
        await self.gate.wait()
        return await super().flush(writes, config_id)


def kinds(answers: list[Answer]) -> list[str]:
    return [
        type(decode_reply(answer.reply)).__name__ if answer.status is Status.REPLIED else answer.status.name
        for answer in answers
    ]


def test_a_command_before_the_start_is_refused_and_remembered() -> None:
    async def scenario() -> None:
        world = World()
        craft = world.craft(1)
        assert await world.ask(craft) == [NotStarted()]
        await world.start(1)
        assert await world.ask(craft) == [NotStarted()], "a shown refusal does not turn into an effect"

    run_virtually(scenario())


def test_a_replayed_command_returns_the_first_reply_without_a_second_effect() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        craft = world.craft(1)
        first = await world.ask(craft)
        await world.ask(world.craft(1))
        assert await world.ask(craft) == first
        restarted = World(world.store)
        assert await restarted.ask(craft) == first
        (inventory,) = await restarted.ask(GetInventory(player_id=1))
        assert isinstance(inventory, Inventory)
        assert inventory.balances["fayrites"] == 2

    run_virtually(scenario())


def test_the_same_key_with_another_payload_is_a_conflict() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1, 2)
        craft = world.craft(1)
        await world.ask(craft)
        other = Craft(player_id=1, idempotency_key=craft.idempotency_key, amount=2)
        thief = Craft(player_id=2, idempotency_key=craft.idempotency_key, amount=1)
        for _ in range(2):
            assert await world.ask(other) == [IdempotencyConflict()]
            assert await world.ask(thief) == [IdempotencyConflict()]

    run_virtually(scenario())


def test_two_payloads_under_one_key_in_one_batch_have_one_effect() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        craft = world.craft(1)
        other = Craft(player_id=1, idempotency_key=craft.idempotency_key, amount=2)
        replies = await world.ask(craft, other)
        assert sorted(type(reply).__name__ for reply in replies) == ["Crafted", "IdempotencyConflict"]

    run_virtually(scenario())


def test_no_reply_leaves_before_the_commit() -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1)
        store.gate.clear()
        answers = await world.runtime.deliver([world.envelope(world.craft(1))])
        assert kinds(answers) == ["PENDING"]

    run_virtually(scenario())


def test_a_resent_command_joins_the_one_under_way() -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1)
        store.gate.clear()
        craft = world.craft(1)
        assert kinds(await world.runtime.deliver([world.envelope(craft)])) == ["PENDING"]
        again = asyncio.create_task(world.runtime.deliver([world.envelope(craft, resent=True)]))
        await asyncio.sleep(0.01)
        store.gate.set()
        assert kinds(await again) == ["Crafted"]
        assert len(store.flushes) == 2, "one for the start, one for the craft"

    run_virtually(scenario())


def test_one_flush_is_in_flight_for_a_grain_while_others_go_on() -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1, 2)
        store.flushes.clear()
        store.gate.clear()
        held = [world.envelope(world.craft(1)), world.envelope(world.craft(1))]
        first = asyncio.create_task(world.runtime.deliver(held[:1]))
        await asyncio.sleep(0.001)
        second = asyncio.create_task(world.runtime.deliver([held[1], world.envelope(world.craft(2))]))
        await asyncio.sleep(0.01)
        assert store.flushes == [[1], [2]], "player 1's second command waits for the first's acknowledgement"
        store.gate.set()
        assert kinds(await first + await second) == ["Crafted"] * 3

    run_virtually(scenario())


def test_commands_of_one_player_take_effect_in_the_order_of_their_arrival() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        replies = await world.ask(*(world.craft(1) for _ in range(5)))
        assert [reply.version for reply in replies] == [2, 3, 4, 5, 6]

    run_virtually(scenario())


def test_a_full_mailbox_answers_busy_at_once() -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1)
        store.gate.clear()
        depth = world.config.engine.mailbox_depth_max
        flush = world.config.engine.flush_commands_max
        many = [world.envelope(world.craft(1)) for _ in range(depth + flush + 3)]
        first = asyncio.create_task(world.runtime.deliver(many[:1]))
        await asyncio.sleep(0.001)
        answers = await world.runtime.deliver(many[1:])
        assert kinds(answers).count("Busy") == len(many) - 1 - depth
        store.gate.set()
        await first

    run_virtually(scenario())


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        late = Envelope(1, (craft := world.craft(1)).idempotency_key, 0, 0, False, False, Raw(encode(craft)))
        assert kinds(await world.runtime.deliver([late])) == ["DROPPED"]
        assert await world.store.find(craft.idempotency_key) is None

    run_virtually(scenario())


@pytest.mark.parametrize("days", [-8, 1])
def test_a_key_out_of_its_time_is_never_executed(days: int) -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        key = snowflake_at(world.clock.time_ms() + days * 86_400_000, 1)
        craft = Craft(player_id=1, idempotency_key=key, amount=1)
        assert await world.ask(craft) == [Expired()]
        assert await world.store.find(key) is None

    run_virtually(scenario())


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


def test_a_refusal_burns_nothing() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        (reply,) = await world.ask(world.craft(1, amount=1000))
        assert isinstance(reply, NotEnough)
        assert reply.version == 1
        assert max(version for _, version, _ in world.store.ledger) == 1

    run_virtually(scenario())


def test_a_read_waits_for_the_writes_before_it() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        replies = await world.ask(world.craft(1), GetInventory(player_id=1))
        assert isinstance(replies[1], Inventory)
        assert replies[1].balances["fayrites"] == 1

    run_virtually(scenario())


def test_a_grain_behind_what_the_sender_saw_reloads() -> None:
    async def scenario() -> None:
        here = World()
        await here.start(1)
        there = World(here.store)
        there._keys = 1000
        await there.ask(there.craft(1))
        (answer,) = await here.runtime.deliver([here.envelope(GetInventory(player_id=1), seen=2)])
        assert decode_reply(answer.reply).version == 2

    run_virtually(scenario())


def test_memory_older_than_a_lease_answers_no_read_unverified() -> None:
    async def scenario() -> None:
        here = World()
        await here.start(1)
        there = World(here.store)
        there._keys = 1000
        await there.ask(there.craft(1))
        await asyncio.sleep(here.config.engine.lease_duration_ms / 1000 + 0.01)
        (inventory,) = await here.ask(GetInventory(player_id=1))
        assert inventory.version == 2

    run_virtually(scenario())


def test_idle_grains_are_passivated_and_come_back() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1, 2)
        await asyncio.sleep(world.config.engine.grain_idle_s + 1)
        await world.ask(GetInventory(player_id=2))
        assert world.runtime.passivate() == 1
        assert world.runtime.grains == 1
        (inventory,) = await world.ask(GetInventory(player_id=1))
        assert inventory.version == 1

    run_virtually(scenario())


def test_an_envelope_that_lies_about_its_message_is_dropped() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        craft = world.craft(1)
        other_player = Envelope(2, craft.idempotency_key, 2**60, 0, False, False, Raw(encode(craft)))
        other_key = Envelope(1, craft.idempotency_key + 1, 2**60, 0, False, False, Raw(encode(craft)))
        garbage = Envelope(1, craft.idempotency_key, 2**60, 0, False, False, Raw(b"\x93\x01\x02\x03"))
        answers = await world.runtime.deliver([other_player, other_key, garbage])
        assert kinds(answers) == ["DROPPED"] * 3

    run_virtually(scenario())
