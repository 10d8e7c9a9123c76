"""Playing on this machine: the system, the local Discord, and the bot as a child that may die."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cluster.bot_process import BotProcess
from cluster.environment import Environment
from cluster.errors import ClusterError, PortTaken, ServerFailed
from cluster.home import Home
from cluster.logs import last_words
from cluster.ports import LOOPBACK
from cluster.progress import Progress, timed, told_when_slow
from cluster.settings import ClusterSettings
from cluster.supervisor import Supervisor
from cluster.system import System
from faye.playground import LocalDiscord, Opening
from faye.playground.persistence import StateDamaged

_READY_TIMEOUT_S = 60.0
_STARTS_MAX = 3
_POLL_S = 0.1
_OPENING = Opening("start", brings="a purse and your first Esprit")

_PORT_REFUSALS = {
    errno.EADDRINUSE: "is taken by another program",
    errno.EACCES: "is not open to this account: those below 1024 belong to root",
}


async def run_play(
    environment: Environment,
    settings: ClusterSettings,
    *,
    launcher: Path,
    port: int,
    progress: Progress,
    opened: Callable[[str], None],
) -> None:
    """Play until cancelled; `opened` gets the page's address once the first command can be given."""
    home = Home(environment.home)
    home.prepare()
    with home.owned():
        async with _local_discord(home, port) as discord:
            bot = _bot(home, discord, launcher)
            try:
                # It loads its libraries while the servers start, and joins when they run.
                await bot.start()
                async with (
                    System.run(home, settings, environment, progress=progress),
                    _kept_up(bot, settings),
                ):
                    with timed(progress, "Faye"):
                        await _until_ready(discord, bot, home, progress)
                    opened(discord.page_url)
                    await asyncio.Event().wait()
            finally:
                await bot.stop()


@asynccontextmanager
async def _local_discord(home: Home, port: int) -> AsyncIterator[LocalDiscord]:
    try:
        discord = LocalDiscord(home.discord, opening=_OPENING)
    except StateDamaged as error:
        raise ClusterError(str(error)) from None
    try:
        await discord.start(LOOPBACK, port)
    except OSError as error:
        reason = _PORT_REFUSALS.get(error.errno or 0)
        if reason is None:
            raise
        raise PortTaken(
            f"port {port} {reason}; choose another with --port or FAYE_PORT, or 0 for any that is free"
        ) from None
    try:
        yield discord
    finally:
        await discord.stop()


def _bot(home: Home, discord: LocalDiscord, launcher: Path) -> BotProcess:
    return BotProcess(
        launcher,
        log=home.logs / "bot.log",
        variables={
            "DISCORD_TOKEN": discord.bot_token,
            "FAYE_DISCORD_API": discord.api_url,
            "FAYE_DISCORD_GATEWAY": discord.gateway_url,
        },
    )


@asynccontextmanager
async def _kept_up(bot: BotProcess, settings: ClusterSettings) -> AsyncIterator[None]:
    """Start the bot again whenever it ends; at the end it is stopped, before the servers that it uses."""
    supervisor = Supervisor(bot, pause_max_s=settings.restart_pause_max_ms / 1000)
    supervisor.watch()
    try:
        yield
    finally:
        await supervisor.unwatch()
        await bot.stop()


async def _until_ready(discord: LocalDiscord, bot: BotProcess, home: Home, progress: Progress) -> None:
    """Return when the first command can be given; raises `ServerFailed` when the bot keeps ending before."""
    log = home.logs / "bot.log"
    ready = asyncio.create_task(discord.wait_ready(_READY_TIMEOUT_S))
    try:
        with told_when_slow(progress, f"waiting for {bot.name} to log in (its log: {log})"):
            while not ready.done() and bot.starts < _STARTS_MAX:
                await asyncio.wait({ready}, timeout=_POLL_S)
        if not ready.done():
            raise ServerFailed(f"{bot.name} keeps ending: {last_words(log)}")
        await ready
    except TimeoutError:
        raise ServerFailed(f"{bot.name} did not log in: {last_words(log)}") from None
    finally:
        ready.cancel()
