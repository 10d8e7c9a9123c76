from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from faye.playground import LocalDiscord
from tests.e2e.local_discord.connecting import point_discord_py_at, running_bot
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot

Connect = Callable[..., Awaitable[ThrowawayBot]]


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalDiscord]:
    server = LocalDiscord()
    await server.start()
    point_discord_py_at(server, monkeypatch)
    yield server
    await server.stop()


@pytest.fixture
async def connect(server: LocalDiscord) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def connect(**options: object) -> ThrowawayBot:
            return await stack.enter_async_context(running_bot(server, ThrowawayBot(**options)))  # type: ignore[arg-type]

        yield connect


@pytest.fixture
async def bot(connect: Connect) -> ThrowawayBot:
    return await connect()
