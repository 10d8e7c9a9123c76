"""Who is let in on a stream: routers and hosts that prove the secret, and nobody who only overheard or guesses."""

import asyncio

import msgspec
import pytest

from actors.frames import Frame, Kind, StreamBroken, read_frame
from actors.handshake import Endpoint
from actors.stream_link import Link, LinkLost
from tests.integration.actors.fake_host import NODE, FakeHost


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
