"""Ways to the local Discord: discord.py with the throw-away bot, and plain requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
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


async def call(
    server: LocalDiscord, method: str, path: str, *, token: str = "", **options: Any
) -> tuple[int, Any]:
    """Status and JSON of a request to the REST API, as the bot or with another token."""
    headers = {"Authorization": f"Bot {token or server.bot_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, server.api_url + path, headers=headers, **options) as response,
    ):
        return response.status, await response.json() if response.content_type == "application/json" else None
