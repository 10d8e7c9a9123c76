import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psutil
import pytest
from redis.asyncio import Redis

from cluster.valkey import ValkeyServer


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty real Valkey."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def silent_server_url() -> AsyncIterator[str]:
    """The address of something that takes connections and never answers: a Valkey that hangs."""
    hung_up = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hung_up.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    hung_up.set()
    server.close()


async def until(holds: Callable[[], bool | Awaitable[bool]], timeout_s: float = 10) -> None:
    """Wait until something is true; raises `TimeoutError`."""
    async with asyncio.timeout(timeout_s):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def stopped(server: ValkeyServer) -> AsyncIterator[None]:
    """While it lasts, the server takes what it is sent and answers nothing."""
    process = psutil.Process(server.pid)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)
