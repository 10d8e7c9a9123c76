"""How this process is connected to Discord: what of discord.py's gateway Faye sets, and why."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import aiohttp
import discord
import discord.shard
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

_RETRIED: Final = (OSError, aiohttp.ClientError, discord.DiscordException)
"""What the library meets by connecting once more."""


def tell_reconnects_in_a_line(record: logging.LogRecord) -> bool:
    """A log filter: a connection that is tried again by itself is told with its reason, without a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, _RETRIED) and str(record.msg).startswith("Attempting a reconnect"):
        record.msg = f"{record.getMessage()}: {' '.join(str(error).split()) or type(error).__name__}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


class FairWebSocket(DiscordWebSocket):
    """The library's connection, which lets everything else go on between one event and the next.

    The library handles whatever has arrived in one go. After a burst of a thousand events every step of an
    acknowledgement waited for hundreds of them, and ten such steps are longer than Discord's 3 s.
    """

    async def poll_event(self) -> None:
        """Handle one event, then let the loop take its turn."""
        await super().poll_event()
        await asyncio.sleep(0)


def set_up_library() -> None:
    """Have discord.py in this process connect, warn and log as Faye needs it; as often as one likes."""
    # The library has no option for its connection's class: this is the name by which its shards look it up.
    setattr(discord.shard, DiscordWebSocket.__name__, FairWebSocket)
    # It would warn at every start that it cannot speak in voice channels, which nothing here does.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    for name in ("discord.client", "discord.shard"):
        logging.getLogger(name).addFilter(tell_reconnects_in_a_line)


def point_to(api_url: str, gateway_url: str) -> None:
    """Let discord.py in this process speak to another Discord-compatible server.

    The library has no option for it: these two class attributes are where it keeps Discord's addresses.
    """
    Route.BASE = api_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def discord_addresses() -> str:
    """Where this process looks for Discord."""
    return f"{Route.BASE} and {DiscordWebSocket.DEFAULT_GATEWAY}"
