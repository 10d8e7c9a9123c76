"""What the router promises when hosts hang, vanish, or believe that a shard has moved."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from actors.delivery import DeliveryFailed, LocalDelivery, serve
from actors.ids import PLAYER, SHARDS, GrainId, shard_of
from actors.memory_store import MemoryStore
from actors.placement import Placement
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.store import Decided, StoreUnavailable, Write
from actors.wire import Answer, Pong, Status, decode_envelopes, encode_answers
from faye.config import Config
from faye.messages import Reply
from faye.messages.base import snowflake_at
from faye.messages.codec import encode
from faye.messages.craft import Craft, Crafted
from faye.messages.profile import GetInventory
from faye.messages.refusals import Abandoned, Busy, Expired, IdempotencyConflict, NotKnownYet
from faye.messages.start import Start, Started
from faye.messages.transfer import Transfer, Transferred
from tests.builders import small_config
from tests.simulation.virtual_time import VirtualClock, run_virtually, stand_still

HOSTS = ["host-0", "host-1"]


class HeldPlayersStore(MemoryStore):
    """A store whose flushes of some players wait until they are let go."""

    __slots__ = ("gate", "players_held")

    def __init__(self, players: set[int]) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.players_held = players

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        if any(write.player.id in self.players_held for write in writes):
            await self.gate.wait()
        return await super().flush(writes, config_id)


class Bench:
    """A router over two hosts in this process, any of which can be made to misbehave."""

    def __init__(self, store: MemoryStore | None = None, config: Config | None = None) -> None:
        self.config = config or small_config()
        self.store = store or MemoryStore()
        self.clock = VirtualClock()
        self.hosts = {host: Runtime(self.store, self.config, clock=self.clock) for host in HOSTS}
        self.batches: list[tuple[str, int]] = []
        self.hanging: set[str] = set()
        self.dead: set[str] = set()
        self.says: dict[str, Callable[[bytes], bytes]] = {}
        self.router = ShardRouter(self, self.store, HOSTS, self.config.engine, clock=self.clock)
        self._keys = 0

    async def deliver(self, host: str, batch: bytes) -> bytes:
        self.batches.append((host, len(decode_envelopes(batch))))
        await self._pass(host)
        if host in self.says:
            return self.says[host](batch)
        return await serve(self.hosts[host], batch)

    async def ping(self, host: str) -> Pong:
        await self._pass(host)
        return Pong(host, "test")

    async def _pass(self, host: str) -> None:
        if host in self.dead:
            raise DeliveryFailed("dead")
        while host in self.hanging:
            await asyncio.sleep(0.01)

    def key(self) -> int:
        self._keys += 1
        return snowflake_at(self.clock.time_ms(), self._keys)

    def craft(self, player: int) -> Craft:
        return Craft(player_id=player, idempotency_key=self.key(), amount=1)

    async def start(self, *players: int) -> None:
        for player in players:
            reply = await self.router.ask(Start(player_id=player, idempotency_key=self.key()))
            assert isinstance(reply, Started)


def player_on(host: str, beyond: int = 0) -> int:
    """A player whose shard is placed on `host` while all live."""
    placement = Placement(HOSTS)
    return next(
        player
        for player in range(beyond + 1, 10_000)
        if placement.host_of(shard_of(GrainId(PLAYER, player))) == host
    )


def test_placement_spreads_shards_and_moves_only_those_of_the_dead() -> None:
    placement = Placement(["a", "b", "c"])
    before = [placement.host_of(shard) for shard in range(SHARDS)]
    assert min(before.count(host) for host in "abc") > SHARDS // 6
    placement.mark("b", alive=False)
    after = [placement.host_of(shard) for shard in range(SHARDS)]
    assert all(now == then for now, then in zip(after, before, strict=True) if then != "b")
    assert "b" not in after
    placement.mark("b", alive=True)
    assert [placement.host_of(shard) for shard in range(SHARDS)] == before


def test_a_players_shard_is_the_same_in_every_release() -> None:
    assert [shard_of(GrainId(PLAYER, key)) for key in (1, 2, 2**62)] == [203, 19, 100]


def test_an_idle_host_gets_one_request_at_once_and_a_busy_one_all_that_gathered() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        bench.batches.clear()
        bench.hanging.add("host-0")
        in_flight = bench.config.engine.batches_in_flight_max
        asks = []
        for _ in range(in_flight):
            asks.append(asyncio.create_task(bench.router.ask(bench.craft(player))))
            await asyncio.sleep(0.001)
        asks += [asyncio.create_task(bench.router.ask(bench.craft(player))) for _ in range(5)]
        await asyncio.sleep(0.001)
        assert bench.batches == [("host-0", 1)] * in_flight
        bench.hanging.clear()
        await asyncio.gather(*asks)
        assert bench.batches[in_flight] == ("host-0", 5)

    run_virtually(scenario())


def test_a_hanging_host_loses_its_shards_by_the_routers_own_heartbeat() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        bench.router.start()
        await asyncio.sleep(0.1)
        bench.hanging.add("host-0")
        asked_at = asyncio.get_running_loop().time()
        assert isinstance(await bench.router.ask(bench.craft(player)), Crafted)
        engine = bench.config.engine
        bound_s = (engine.heartbeat_interval_ms + engine.heartbeat_timeout_ms) / 1000 + 0.1
        assert asyncio.get_running_loop().time() - asked_at <= bound_s
        assert bench.batches[-1][0] == "host-1"
        bench.hanging.clear()
        await asyncio.sleep(2)
        assert set(bench.router.placement.living) == set(HOSTS), (
            "a host that answers again gets its shards back"
        )
        await bench.router.close()

    run_virtually(scenario())


def test_a_router_that_stood_still_itself_declares_nobody_dead() -> None:
    async def scenario() -> None:
        bench = Bench()
        bench.router.start()
        await asyncio.sleep(0.3)
        bench.hanging = set(HOSTS)  # pings are under way
        await asyncio.sleep(0.255)
        stand_still(5.0)
        bench.hanging = set()
        for _ in range(100):
            await asyncio.sleep(0.01)
            assert set(bench.router.placement.living) == set(HOSTS)
        await bench.router.close()

    run_virtually(scenario())


def test_a_stuck_request_holds_up_no_other() -> None:
    async def scenario() -> None:
        store = HeldPlayersStore({1, 2})
        small = small_config()
        roomy = replace(small.engine, flushes_in_flight_max=4, batches_in_flight_max=2)
        bench = Bench(store, replace(small, engine=roomy))
        bench.dead = {"host-1"}  # all are on one host
        store.gate.set()
        await bench.start(*range(1, 31))
        store.gate.clear()
        stuck = []
        for player in (1, 2):  # in batches of their own
            stuck.append(asyncio.create_task(bench.router.ask(bench.craft(player))))
            await asyncio.sleep(0.03)
        await asyncio.sleep(0.5)
        waits = []
        for player in range(3, 31):
            began = asyncio.get_running_loop().time()
            assert isinstance(await bench.router.ask(bench.craft(player)), Crafted)
            waits.append(asyncio.get_running_loop().time() - began)
        assert max(waits) <= 0.03, "nobody waits for what is stuck, but for at most one stalled flush"
        store.gate.set()
        assert [type(reply) for reply in await asyncio.gather(*stuck)] == [Crafted, Crafted]

    run_virtually(scenario())


def test_a_dead_hosts_players_are_answered_by_a_survivor() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        bench.dead.add("host-0")
        assert isinstance(await bench.router.ask(bench.craft(player)), Crafted)

    run_virtually(scenario())


def test_a_host_that_says_moved_sends_the_caller_on() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        bench.says["host-0"] = lambda batch: encode_answers(
            [Answer(Status.MOVED, holder="host-1")] * len(decode_envelopes(batch))
        )
        assert isinstance(await bench.router.ask(bench.craft(player)), Crafted)
        assert [host for host, _ in bench.batches[-2:]] == ["host-0", "host-1"]

    run_virtually(scenario())


def test_a_host_is_told_to_serve_what_it_believes_with_a_dead_one() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        bench.router.placement.mark("host-1", alive=False)
        insisted: list[bool] = []

        def moved_unless_told(batch: bytes) -> bytes:
            insisted.extend(envelope.insist for envelope in decode_envelopes(batch))
            if insisted[-1]:
                bench.says.clear()
            return encode_answers([Answer(Status.MOVED, holder="host-1")])

        bench.says["host-0"] = moved_unless_told
        assert isinstance(await bench.router.ask(bench.craft(player)), Crafted)
        assert insisted == [False, True]

    run_virtually(scenario())


def test_at_the_deadline_abandoned_is_stored_so_that_it_stays_true() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        bench.dead |= set(HOSTS)
        craft = bench.craft(player)
        assert await bench.router.ask(craft) == Abandoned()
        bench.dead.clear()
        for host in HOSTS:
            bench.router.placement.mark(host, alive=True)
        assert await bench.router.ask(craft) == Abandoned()
        assert (await bench.router.ask(GetInventory(player_id=player))).version == 1

    run_virtually(scenario())


def test_at_the_deadline_the_first_reply_is_found_if_it_had_happened() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)

        async def deliver_and_lose(host: str, batch: bytes) -> bytes:
            await serve(bench.hosts[host], batch)
            await asyncio.sleep(60)
            raise DeliveryFailed("lost")

        bench.deliver = deliver_and_lose  # type: ignore[method-assign]
        reply = await bench.router.ask(bench.craft(player))
        assert isinstance(reply, Crafted)
        assert reply.version == 2

    run_virtually(scenario())


class AwayStore(MemoryStore):
    """A database that does not answer."""

    async def remember(self, decided: Decided) -> Decided | None:
        raise StoreUnavailable("away")


def test_busy_is_not_said_of_a_command_that_another_host_may_be_executing() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)

        async def lose_the_first_answer(batch: bytes) -> None:
            await serve(bench.hosts["host-0"], batch)

        real = bench.deliver

        async def deliver(host: str, batch: bytes) -> bytes:
            if host == "host-0":
                await lose_the_first_answer(batch)
                raise DeliveryFailed("the answer was lost")
            return await real(host, batch)

        bench.deliver = deliver  # type: ignore[method-assign]
        bench.says["host-1"] = lambda batch: encode_answers(
            [Answer(Status.REPLIED, encode(Busy()))] * len(decode_envelopes(batch))
        )
        reply = await bench.router.ask(bench.craft(player))
        assert isinstance(reply, Crafted), "it had happened, and the key knows"

    run_virtually(scenario())


def test_two_hosts_that_name_each_other_do_not_pass_a_request_for_ever() -> None:
    async def scenario() -> None:
        bench = Bench()
        player = player_on("host-0")
        await bench.start(player)
        for host, other in (("host-0", "host-1"), ("host-1", "host-0")):

            def says(batch: bytes, host: str = host, other: str = other) -> bytes:
                if all(envelope.insist for envelope in decode_envelopes(batch)):
                    bench.says.clear()
                return encode_answers([Answer(Status.MOVED, holder=other)] * len(decode_envelopes(batch)))

            bench.says[host] = says
        bench.batches.clear()
        assert isinstance(await bench.router.ask(bench.craft(player)), Crafted)
        assert len(bench.batches) < 6

    run_virtually(scenario())


def test_with_database_and_hosts_away_the_outcome_is_not_known_yet() -> None:
    async def scenario() -> None:
        bench = Bench(AwayStore())
        bench.dead |= set(HOSTS)
        assert await bench.router.ask(bench.craft(1)) == NotKnownYet()
        assert await bench.router.ask(GetInventory(player_id=1)) == NotKnownYet()

    run_virtually(scenario())


def test_the_outcome_of_a_command_is_its_stored_reply_or_a_conflict() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.start(1)
        craft = bench.craft(1)
        reply = await bench.router.ask(craft)
        assert await bench.router.outcome(craft) == reply
        other = Craft(player_id=1, idempotency_key=craft.idempotency_key, amount=2)
        assert await bench.router.outcome(other) == IdempotencyConflict()
        never = bench.craft(1)
        assert await bench.router.outcome(never) == Abandoned()
        assert await bench.router.ask(never) == Abandoned()

    run_virtually(scenario())


def test_a_transfer_is_seen_by_the_receivers_host_before_its_reply_is() -> None:
    async def scenario() -> None:
        bench = Bench()
        giver, receiver = player_on("host-0"), player_on("host-1")
        await bench.start(giver, receiver)
        key = bench.key()
        reply = await bench.router.ask(
            Transfer(player_id=giver, idempotency_key=key, to_player_id=receiver, amount=40)
        )
        assert isinstance(reply, Transferred)
        another_front_end = ShardRouter(
            LocalDelivery(bench.hosts), bench.store, HOSTS, bench.config.engine, clock=bench.clock
        )
        seen: Reply = await another_front_end.ask(GetInventory(player_id=receiver))
        assert seen.version == reply.receiver_version

    run_virtually(scenario())


def test_an_expired_key_is_told_as_such() -> None:
    async def scenario() -> None:
        bench = Bench()
        await bench.start(1)
        old = snowflake_at(bench.clock.time_ms() - 8 * 86_400_000, 1)
        assert await bench.router.ask(Craft(player_id=1, idempotency_key=old, amount=1)) == Expired()

    run_virtually(scenario())
