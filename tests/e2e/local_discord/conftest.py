import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from faye.playground import LocalDiscord
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot

Connect = Callable[..., Awaitable[ThrowawayBot]]


@asynccontextmanager
async def running_bot(server: LocalDiscord, bot: ThrowawayBot) -> AsyncIterator[ThrowawayBot]:
    running = asyncio.create_task(bot.start(server.bot_token))
    try:
        ready = asyncio.create_task(server.wait_ready(10))
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        await ready
        await asyncio.wait_for(bot.wait_until_ready(), 10)
        yield bot
    finally:
        await bot.close()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def point_discord_py_at(server: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", server.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))


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
