"""What one host promises, over a store in memory and on virtual time."""

import asyncio

import pytest
from msgspec import Raw
from msgspec.structs import replace

from actors.wire import Envelope
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply, encode
from faye.messages.craft import Craft
from faye.messages.profile import GetInventory, Inventory
from faye.messages.refusals import Expired, IdempotencyConflict, NotEnough, NotStarted
from tests.builders import small_config
from tests.simulation.virtual_time import run_virtually
from tests.unit.actors.one_runtime import HeldStore, World, kinds


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
        await asyncio.sleep(0.03)
        assert store.flushes == [[1], [2]], "player 1's second command waits for the first's acknowledgement"
        store.gate.set()
        assert kinds(await first + await second) == ["Crafted"] * 3

    run_virtually(scenario())


def test_what_arrives_during_a_flush_gathers_for_the_next_one_unless_it_stalls() -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1, 2, 3)
        store.flushes.clear()
        store.gate.clear()
        asked = []
        for player in (1, 2, 3):
            asked.append(asyncio.create_task(world.runtime.deliver([world.envelope(world.craft(player))])))
            await asyncio.sleep(0.001)
        assert store.flushes == [[1]]
        await asyncio.sleep(world.config.engine.flush_stall_ms / 1000)
        assert store.flushes == [[1], [2, 3]], (
            "the first one stalls: the others do not wait for it any longer"
        )
        store.gate.set()
        await asyncio.gather(*asked)

    run_virtually(scenario())


def test_a_full_flush_starts_beside_one_under_way() -> None:
    async def scenario() -> None:
        store = HeldStore()
        small = small_config()
        world = World(store, replace(small, engine=replace(small.engine, flush_commands_max=2)))
        await world.start(1, 2, 3)
        store.flushes.clear()
        store.gate.clear()
        first = asyncio.create_task(world.runtime.deliver([world.envelope(world.craft(1))]))
        await asyncio.sleep(0.001)
        rest = asyncio.create_task(
            world.runtime.deliver([world.envelope(world.craft(2)), world.envelope(world.craft(3))])
        )
        await asyncio.sleep(0.001)
        assert store.flushes == [[1], [2, 3]]
        store.gate.set()
        await asyncio.gather(first, rest)

    run_virtually(scenario())


def test_a_host_counts_what_it_does() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        craft = world.craft(1)
        await world.ask(craft, world.craft(1, 10**9))
        await world.ask(craft)
        meters = world.runtime.measure()
        assert (meters.effects, meters.refusals, meters.replays) == (2, 1, 1)
        assert (meters.batches, meters.envelopes, meters.commits, meters.committed) == (3, 4, 2, 3)
        assert (meters.loads, meters.activations, meters.warm) == (1, 1, 3)
        assert (meters.grains, meters.queued) == (1, 0)

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


@pytest.mark.parametrize("resent", [False, True])
def test_a_full_mailbox_has_no_room_for_what_was_done_before_either(resent: bool) -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = World(store)
        await world.start(1, 2)
        before = world.craft(1)
        (reply,) = await world.ask(before)
        store.gate.clear()
        first = asyncio.create_task(world.runtime.deliver([world.envelope(world.craft(1))]))
        await asyncio.sleep(0.001)
        depth = world.config.engine.mailbox_depth_max
        many = [world.envelope(world.craft(1)) for _ in range(depth)]
        waiting = asyncio.create_task(world.runtime.deliver(many))
        await asyncio.sleep(0.001)
        bystander = world.envelope(world.craft(2))
        again = world.envelope(before, resent=resent)
        both = asyncio.create_task(world.runtime.deliver([bystander, again]))
        await asyncio.sleep(0.001)
        store.gate.set()
        assert kinds(await both) == ["Crafted", "Busy"]
        await asyncio.gather(first, waiting)
        assert await world.ask(before) == [reply]

    run_virtually(scenario())


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        late = Envelope(1, (craft := world.craft(1)).idempotency_key, 0, 0, False, False, Raw(encode(craft)))
        assert kinds(await world.runtime.deliver([late])) == ["DROPPED"]
        assert craft.idempotency_key not in world.store.decided

    run_virtually(scenario())


@pytest.mark.parametrize("days", [-8, 1])
def test_a_key_out_of_its_time_is_never_executed(days: int) -> None:
    async def scenario() -> None:
        world = World()
        await world.start(1)
        key = snowflake_at(world.clock.time_ms() + days * 86_400_000, 1)
        craft = Craft(player_id=1, idempotency_key=key, amount=1)
        assert await world.ask(craft) == [Expired()]
        assert key not in world.store.decided

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
        assert world.runtime.measure().grains == 1
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
