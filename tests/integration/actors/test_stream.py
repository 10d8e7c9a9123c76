"""Direct streams over real sockets: who is let in, what a broken one means, and that nothing is lost or doubled."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
import pytest

from actors.delivery import BatchRefused, DeliveryFailed, serve
from actors.frames import Frame, Kind, StreamBroken, read_frame
from actors.handshake import Endpoint
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.stream_delivery import StreamDelivery
from actors.stream_link import Link, LinkLost
from actors.stream_server import StreamServer
from actors.wire import Pong
from faye.config import Config
from faye.messages.craft import Craft, Crafted
from faye.messages.start import Start, Started
from tests.builders import new_key

NODE = "this-machine"


class FakeHost:
    """A stream server in front of a function; can be stopped and begun again as another incarnation."""

    def __init__(self, name: str, answer: Callable[[bytes], Awaitable[bytes]]) -> None:
        self.name = name
        self.answer = answer
        self.lives = 0
        self.server: StreamServer | None = None
        self.endpoint: Endpoint | None = None

    async def begin(self, node: str = NODE) -> Endpoint:
        self.lives += 1
        incarnation = f"life-{self.lives}"
        pong = msgspec.msgpack.encode(Pong(self.name, incarnation))
        self.server = StreamServer(self.name, incarnation, node, serve=self.answer, ping=lambda: pong)
        self.endpoint = await self.server.start()
        return self.endpoint

    async def end(self) -> None:
        if self.server is not None:
            await self.server.close()
        self.server = None


@dataclass
class Control:
    """A control plane that counts how often it was needed."""

    hosts: dict[str, FakeHost]
    calls: list[str] = field(default_factory=list)

    def node(self) -> str:
        return NODE

    async def endpoint(self, host: str) -> Endpoint:
        found = self.hosts[host]
        if found.server is None or found.endpoint is None:
            raise DeliveryFailed(f"{host} does not run")
        return found.endpoint

    async def deliver(self, host: str, batch: bytes) -> bytes:
        self.calls.append("deliver")
        if self.hosts[host].server is None:
            raise DeliveryFailed(f"{host} does not run")
        return await self.hosts[host].answer(batch)

    async def ping(self, host: str) -> Pong:
        self.calls.append("ping")
        if self.hosts[host].server is None:
            raise DeliveryFailed(f"{host} does not run")
        return Pong(host, "by call")


async def echo(batch: bytes) -> bytes:
    return batch[::-1]


@pytest.fixture
async def host() -> AsyncIterator[FakeHost]:
    made = FakeHost("host-0", echo)
    await made.begin()
    yield made
    await made.end()


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


# ---------------------------------------------------------------------- who is let in


@pytest.mark.parametrize("wrong", ["secret", "incarnation", "host"])
async def test_a_router_without_the_right_papers_is_not_let_in(host: FakeHost, wrong: str) -> None:
    assert host.endpoint is not None
    forged = msgspec.structs.replace(
        host.endpoint, **{wrong: bytes(32) if wrong == "secret" else "somebody else"}
    )
    with pytest.raises(LinkLost):
        await Link.connect(forged, 2.0)


async def test_a_batch_before_the_proof_is_not_served(host: FakeHost) -> None:
    served: list[bytes] = []

    async def answer(batch: bytes) -> bytes:
        served.append(batch)
        return batch

    host.answer = answer
    endpoint = await host.begin()
    reader, writer = await asyncio.open_connection(endpoint.address, endpoint.port)
    writer.write(Frame(Kind.BATCH, b"now", 1).encoded())
    assert await reader.read() == b"", "the host hangs up without a word"
    writer.close()
    assert served == []


async def test_an_impostor_host_is_sent_no_batch(host: FakeHost) -> None:
    heard: list[Frame] = []

    async def impostor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_frame(reader))
        challenge = msgspec.msgpack.encode([bytes(32), bytes(32)])
        writer.write(Frame(Kind.CHALLENGE, challenge).encoded())
        writer.write(Frame(Kind.WELCOME).encoded())
        try:
            while True:
                heard.append(await read_frame(reader))
        except StreamBroken:
            writer.close()

    server = await asyncio.start_server(impostor, "127.0.0.1", 0)
    assert host.endpoint is not None
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(LinkLost, match="is not host-0"):
        await Link.connect(msgspec.structs.replace(host.endpoint, port=port), 2.0)
    server.close()
    assert [frame.kind for frame in heard] == [Kind.HELLO]


async def test_a_proof_that_was_overheard_opens_no_second_stream(host: FakeHost) -> None:
    """The man in the middle replays all that a router said in its handshake, on a connection of his own."""
    said: list[bytes] = []
    endpoint = host.endpoint
    assert endpoint is not None

    async def overhear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_host, from_router = await asyncio.open_connection(endpoint.address, endpoint.port)
        try:
            for _ in range(2):
                frame = await read_frame(reader)
                said.append(frame.encoded())
                from_router.write(frame.encoded())
                writer.write((await read_frame(to_host)).encoded())
        finally:
            from_router.close()

    server = await asyncio.start_server(overhear, "127.0.0.1", 0)
    proxied = msgspec.structs.replace(endpoint, port=server.sockets[0].getsockname()[1])
    await (await Link.connect(proxied, 2.0)).close()
    server.close()

    reader, writer = await asyncio.open_connection(endpoint.address, endpoint.port)
    writer.write(b"".join(said) + Frame(Kind.PING, b"", 1).encoded())
    kinds = []
    try:
        while True:
            kinds.append((await read_frame(reader)).kind)
    except StreamBroken:
        writer.close()
    assert kinds == [Kind.CHALLENGE], "a new challenge, and no welcome to the old proof"


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        bytes(9),
        b"\xff" * 64,
        Frame(Kind.HELLO, b"\x93\x01").encoded(),
        Frame(Kind.HELLO, bytes(600)).encoded(),
        Frame(Kind.WELCOME).encoded(),
    ],
)
async def test_nonsense_ends_the_connection(host: FakeHost, said: bytes) -> None:
    assert host.endpoint is not None
    reader, writer = await asyncio.open_connection(host.endpoint.address, host.endpoint.port)
    writer.write(said)
    async with asyncio.timeout(1.0):  # sooner than the handshake's own patience
        assert await reader.read() == b""
    writer.close()
    link = await Link.connect(host.endpoint, 2.0)
    assert (await link.call(Kind.PING)).kind is Kind.PONG
    await link.close()


async def test_a_frame_beyond_all_bounds_ends_the_stream(host: FakeHost) -> None:
    assert host.endpoint is not None
    link = await Link.connect(host.endpoint, 2.0)
    link._writer.write((2**31).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes([Kind.BATCH]))
    with pytest.raises(LinkLost):
        await link.call(Kind.PING)


def test_an_endpoint_does_not_show_its_secret() -> None:
    endpoint = Endpoint("host-0", "life-1", NODE, "127.0.0.1", 1, b"very secret indeed")
    assert "secret" not in repr(endpoint)
    assert "secret" not in str(endpoint)


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
