"""Direct streams over real sockets: what a broken one means, and that nothing is lost or doubled."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from actors.delivery import BatchRefused, DeliveryFailed, serve
from actors.frames import Kind
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.stream_delivery import StreamDelivery
from actors.stream_link import Link, LinkLost
from actors.stream_server import STRANGERS_MAX, StreamServer
from faye.config import Config
from faye.messages.craft import Craft, Crafted
from faye.messages.start import Start, Started
from tests.builders import new_key
from tests.integration.actors.fake_host import Control, FakeHost


@pytest.fixture
async def delivery(host: FakeHost) -> AsyncIterator[tuple[StreamDelivery, Control]]:
    control = Control({"host-0": host})
    made = StreamDelivery(control)
    await made.connect(["host-0"], 2.0)
    assert made.streams() == ["host-0"]
    yield made, control
    await made.close()


def cut(delivery: StreamDelivery, host: str) -> None:
    """Break a stream as a network would: without a word to either side's program."""
    delivery._links[host]._writer.transport.abort()


async def until_connections(server: StreamServer, number: int) -> None:
    async with asyncio.timeout(5):
        while server.connections != number:
            await asyncio.sleep(0.01)


# ---------------------------------------------------------------------- calls


async def test_batches_and_pings_travel_without_the_control_plane(
    delivery: tuple[StreamDelivery, Control],
) -> None:
    stream, control = delivery
    assert await stream.deliver("host-0", b"abc") == b"cba"
    assert (await stream.ping("host-0")).incarnation == "life-1"
    assert control.calls == []


async def test_calls_are_answered_in_any_order(host: FakeHost) -> None:
    first_may_go = asyncio.Event()

    async def answer(batch: bytes) -> bytes:
        if batch == b"first":
            await first_may_go.wait()
        return batch

    host.answer = answer
    link = await Link.connect(await host.begin(), 2.0)
    first = asyncio.create_task(link.call(Kind.BATCH, b"first"))
    assert (await link.call(Kind.BATCH, b"second")).body == b"second"
    assert (await link.call(Kind.PING)).kind is Kind.PONG
    first_may_go.set()
    assert (await first).body == b"first"
    await link.close()


async def test_a_host_that_cannot_handle_a_batch_lives_on(host: FakeHost) -> None:
    async def fail(batch: bytes) -> bytes:
        raise ValueError("not a batch")

    host.answer = fail
    await host.begin()
    stream = StreamDelivery(Control({"host-0": host}))
    await stream.connect(["host-0"], 2.0)
    with pytest.raises(BatchRefused, match="not a batch"):
        await stream.deliver("host-0", b"x")
    assert (await stream.ping("host-0")).incarnation == "life-2"
    await stream.close()


# ---------------------------------------------------------------------- when a stream breaks


async def test_a_broken_stream_to_a_living_host_is_made_again_and_the_batch_sent_again(
    host: FakeHost,
) -> None:
    under_way = asyncio.Event()
    slow = True

    async def answer(batch: bytes) -> bytes:
        if slow:
            under_way.set()
            await asyncio.Event().wait()
        return batch

    host.answer = answer
    await host.begin()
    control = Control({"host-0": host})
    stream = StreamDelivery(control)
    await stream.connect(["host-0"], 2.0)
    call = asyncio.create_task(stream.deliver("host-0", b"x"))
    await under_way.wait()
    cut(stream, "host-0")
    with pytest.raises(BatchRefused, match="broke under way"):
        await call
    slow = False
    assert await stream.deliver("host-0", b"y") == b"y"
    assert control.calls == [], "the next batch takes a stream again"
    await stream.close()


async def test_a_dead_host_is_known_at_once(host: FakeHost) -> None:
    began = asyncio.Event()

    async def never(batch: bytes) -> bytes:
        began.set()
        await asyncio.Event().wait()
        return b""

    host.answer = never
    await host.begin()
    stream = StreamDelivery(Control({"host-0": host}))
    await stream.connect(["host-0"], 2.0)
    call = asyncio.create_task(stream.deliver("host-0", b"x"))
    await began.wait()
    await host.end()
    with pytest.raises(DeliveryFailed) as failure:
        await call
    assert not isinstance(failure.value, BatchRefused), "the router must move its shards"
    await stream.close()


async def test_a_host_that_died_in_a_quiet_moment_is_known_at_once(
    delivery: tuple[StreamDelivery, Control], host: FakeHost
) -> None:
    stream, control = delivery
    await host.end()
    async with asyncio.timeout(2):
        while stream.streams():
            await asyncio.sleep(0.01)
    with pytest.raises(DeliveryFailed) as failure:
        await stream.deliver("host-0", b"x")
    assert not isinstance(failure.value, BatchRefused)
    assert control.calls == [], "no call is risked on what may hang"
    await host.begin()
    assert await stream.deliver("host-0", b"abc") == b"cba", "its next life is reached, by call or by stream"


async def test_a_new_incarnation_is_found_by_its_new_papers(
    delivery: tuple[StreamDelivery, Control], host: FakeHost
) -> None:
    stream, control = delivery
    await host.end()
    await host.begin()
    with pytest.raises(LinkLost):
        await stream._links["host-0"].call(Kind.PING)
    await stream.connect(["host-0"], 2.0)
    assert (await stream.ping("host-0")).incarnation == "life-2"
    assert control.calls == []


async def test_a_host_on_another_machine_is_reached_by_calls(host: FakeHost) -> None:
    await host.begin(node="another-machine")
    control = Control({"host-0": host})
    stream = StreamDelivery(control)
    await stream.connect(["host-0"], 2.0)
    assert stream.streams() == []
    assert await stream.deliver("host-0", b"abc") == b"cba"
    assert (await stream.ping("host-0")).incarnation == "by call"
    assert control.calls == ["deliver", "ping"]
    await stream.close()


async def test_calls_serve_until_a_stream_stands(host: FakeHost) -> None:
    control = Control({"host-0": host})
    stream = StreamDelivery(control)
    assert await stream.deliver("host-0", b"abc") == b"cba"
    assert control.calls == ["deliver"]
    async with asyncio.timeout(2.0):
        while not stream.streams():
            await asyncio.sleep(0.01)
    assert await stream.deliver("host-0", b"abc") == b"cba"
    assert control.calls == ["deliver"]
    await stream.close()


# ---------------------------------------------------------------------- the engine over streams that break


async def test_many_breaks_at_once_leave_one_stream(host: FakeHost) -> None:
    stream = StreamDelivery(Control({"host-0": host}))
    await stream.connect(["host-0"], 2.0)
    assert host.server is not None
    for _ in range(10):
        calls = [asyncio.create_task(stream.deliver("host-0", b"x")) for _ in range(3)]
        await asyncio.sleep(0)
        cut(stream, "host-0")
        await asyncio.gather(*calls, stream.connect(["host-0"], 2.0), return_exceptions=True)
    await until_connections(host.server, 1)
    await stream.close()
    await until_connections(host.server, 0)


async def test_strangers_who_only_wait_keep_no_router_out(host: FakeHost) -> None:
    assert host.endpoint is not None
    assert host.server is not None
    silent = [
        await asyncio.open_connection(host.endpoint.address, host.endpoint.port)
        for _ in range(STRANGERS_MAX * 2)
    ]
    link = await Link.connect(host.endpoint, 1.0)
    assert (await link.call(Kind.PING)).kind is Kind.PONG
    assert host.server.connections <= STRANGERS_MAX + 1
    for _, writer in silent:
        writer.close()
    await link.close()


async def test_a_router_too_many_goes_by_calls_and_the_log_says_so_once(
    host: FakeHost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("actors.stream_server.ROUTERS_MAX", 1)
    assert host.endpoint is not None
    first = await Link.connect(host.endpoint, 2.0)
    for _ in range(3):
        with pytest.raises(LinkLost):
            await Link.connect(host.endpoint, 2.0)
    control = Control({"host-0": host})
    late = StreamDelivery(control)
    await late.connect(["host-0"], 2.0)
    assert await late.deliver("host-0", b"abc") == b"cba"
    assert control.calls == ["deliver"]
    assert (await first.call(Kind.PING)).kind is Kind.PONG
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "turned away" in record.getMessage()
    await late.close()
    await first.close()


async def test_cut_streams_lose_and_double_nothing(config: Config) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    store = MemoryStore()
    runtimes = {f"host-{n}": Runtime(store, config) for n in range(2)}
    hosts = {
        name: FakeHost(name, lambda batch, runtime=runtime: serve(runtime, batch))  # type: ignore[misc]
        for name, runtime in runtimes.items()
    }
    for each in hosts.values():
        await each.begin()
    stream = StreamDelivery(Control(hosts))
    await stream.connect(list(hosts), 2.0)
    router = ShardRouter(stream, store, list(hosts), config.engine)
    router.start()
    players = range(1, 21)
    for player in players:
        assert isinstance(await router.ask(Start(player_id=player, idempotency_key=new_key())), Started)

    done = asyncio.Event()
    crafted = dict.fromkeys(players, 0)

    async def play(player: int) -> None:
        while not done.is_set():
            command = Craft(player_id=player, idempotency_key=new_key(), amount=1)
            first, second = await asyncio.gather(router.ask(command), router.ask(command))
            assert first == second, f"seed {seed}"
            crafted[player] += isinstance(first, Crafted)

    async def cutting() -> None:
        for _ in range(40):
            await asyncio.sleep(chance.random() * 0.03)
            for name in stream.streams():
                if chance.random() < 0.6:
                    cut(stream, name)
        done.set()

    await asyncio.gather(cutting(), *(play(player) for player in players))
    snapshot = await store.load(list(players), [], {})
    assert sum(crafted.values()) > 0
    for player in players:
        grown = snapshot.players[player].version - 1
        assert grown == crafted[player], (
            f"seed {seed}: player {player} crafted {crafted[player]}, wrote {grown}"
        )
    await router.close()
    await stream.close()
    for runtime in runtimes.values():
        await runtime.close()
    for each in hosts.values():
        await each.end()
