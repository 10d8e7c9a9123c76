"""Pointing discord.py at the local Discord and running the throw-away bot there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from faye.playground import LocalDiscord
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot


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
