"""Strangers and broken routers on a host's real port: their connection ends, the host's log and memory are at peace."""

import asyncio
import random
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.frames import Frame, Kind
from actors.stream_link import Link
from actors.stream_server import STRANGERS_MAX
from tests.integration.actors.fake_host import FakeHost, echo
from tests.property.plugin import budget, tried
from tests.property.strategies import spoilt

MEMORY_MAX_BYTES = 64 * 1024 * 1024
HELLO = Frame(Kind.HELLO, b"\x94\x01\xa6host-0\xa6life-1\xc4\x20" + bytes(32)).encoded()
ENDLESS = Frame(Kind.BATCH, b"x" * 1000).encoded()[:-1]
seeds = st.integers(0, 2**32)


async def with_host(work: Any) -> None:
    """Run `work(host)`; afterwards the host serves a router, and nothing was left unsaid to the loop."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    host = FakeHost("host-0", echo)
    await host.begin()
    assert host.endpoint is not None
    await work(host)
    link = await Link.connect(host.endpoint, 5.0)
    assert (await link.call(Kind.BATCH, b"abc")).body == b"cba"
    await link.close()
    await host.end()
    await asyncio.sleep(0)
    assert complaints == []


async def say(host: FakeHost, said: bytes, *, leaves: bool) -> None:
    """Say it, and wait until the host hangs up; or leave at once, and without a word."""
    assert host.endpoint is not None
    reader, writer = await asyncio.open_connection(host.endpoint.address, host.endpoint.port)
    writer.write(said)
    try:
        if leaves:
            writer.transport.abort()
        else:
            writer.write_eof()
            async with asyncio.timeout(5):
                await reader.read()
    except ConnectionError:
        pass
    writer.close()


@budget(60, long=2_000)
@given(st.lists(st.tuples(st.binary(max_size=99) | seeds, st.booleans()), min_size=1, max_size=12))
@example([(b"\x00\x00\x00\x05\x00\x00\x00\x00\x01\x94\x01\xa2\xff\xfe", False)])
@example([(HELLO, False)])
@example([(b"\xff" * 9, False)])
def test_strangers_are_sent_away_and_the_next_router_is_let_in(
    said: list[tuple[bytes | int, bool]],
) -> None:
    async def attempt(host: FakeHost) -> None:
        for words, leaves in said:
            tried("strangers at a host's port")
            raw = words if isinstance(words, bytes) else spoilt(HELLO, random.Random(words))
            await say(host, raw, leaves=leaves)

    asyncio.run(with_host(attempt))


@budget(40, long=1_000)
@given(st.lists(seeds, min_size=1, max_size=6))
def test_a_router_that_begins_to_talk_nonsense_loses_its_stream_alone(found: list[int]) -> None:
    async def attempt(host: FakeHost) -> None:
        assert host.endpoint is not None
        another = await Link.connect(host.endpoint, 5.0)
        for seed in found:
            tried("routers that talk nonsense")
            link = await Link.connect(host.endpoint, 5.0)
            chance = random.Random(seed)
            for _ in range(8):
                kind = chance.choice(list(Kind))
                link._writer.write(spoilt(Frame(kind, chance.randbytes(9), 7).encoded(), chance))
            link._writer.write_eof()
            await link.close()
        assert (await another.call(Kind.BATCH, b"ab")).body == b"ba"
        await another.close()

    asyncio.run(with_host(attempt))


@pytest.mark.parametrize("said", [b"", b"\xff" * 8, ENDLESS, HELLO])
async def test_many_strangers_who_promise_much_and_send_little_cost_little(said: bytes) -> None:
    async def attempt(host: FakeHost) -> None:
        assert host.endpoint is not None
        assert host.server is not None
        tracemalloc.start()
        writers = []
        for _ in range(STRANGERS_MAX * 4):
            _, writer = await asyncio.open_connection(host.endpoint.address, host.endpoint.port)
            writer.write(said)
            writers.append(writer)
            assert host.server.connections <= STRANGERS_MAX + 1
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MEMORY_MAX_BYTES
        for writer in writers:
            writer.close()

    await with_host(attempt)
