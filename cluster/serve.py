"""One front-end: the bot over the engine, until it is told to stop or its system is gone."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

from aiohttp import ClientError
from discord import ConnectionClosed, DiscordException, LoginFailure, VoiceClient
from discord.gateway import DiscordWebSocket
from discord.http import Route
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cluster.engine import Engine, running_engine
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.observer import Observer
from cluster.progress import Progress, told_when_slow
from cluster.system import System
from cluster.vitals import tell_vitals
from faye.bot import FayeBot, point_to
from faye.config import Config
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.image_generator import CardStudio
from faye.utils.locks import SummonLock
from faye.utils.rate_limiter import RateLimiter
from faye.utils.store_health import StoreHealth
from faye.utils.tasks import end_tasks

_log = logging.getLogger(__name__)

# The library would warn at every start that it cannot speak in voice channels, which nothing here does.
VoiceClient.warn_nacl = VoiceClient.warn_dave = False

_REDIS_CONNECTIONS_MAX: Final = 16
_REDIS_SOCKET_TIMEOUT_S: Final = 2.0
_LOGIN_TIMEOUT_S: Final = 120.0


async def serve_bot(system: System, environment: Environment, config: Config, progress: Progress) -> None:
    """Serve Discord until cancelled; raises `ClusterError` when login fails or a joined system ends."""
    assert environment.discord_token is not None, "the command line asked for it"
    if environment.discord_api and environment.discord_gateway:
        point_to(environment.discord_api, environment.discord_gateway)
    async with running_engine(system, config) as engine, _bot(system, engine, config) as bot:
        serving = asyncio.create_task(bot.start(environment.discord_token), name="bot")
        lost = asyncio.create_task(system.lost(), name="watch the system")
        entering = asyncio.create_task(_until_connected(bot, progress), name="watch the login")
        try:
            await asyncio.wait((serving, lost, entering), return_when=asyncio.FIRST_COMPLETED)
            if entering.done():
                await entering
                await asyncio.wait((serving, lost), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                _raise_why(serving)
            raise ClusterError("the system that this process had joined has ended; start it again")
        finally:
            await bot.close()
            for task in (serving, lost, entering):
                task.cancel()
            await asyncio.gather(serving, lost, entering, return_exceptions=True)


async def _until_connected(bot: FayeBot, progress: Progress) -> None:
    """Return when Discord has let the bot in for the first time; raises `ClusterError` if it never does."""
    connected = asyncio.Event()

    async def on_connect() -> None:
        connected.set()

    bot.add_listener(on_connect)
    address = f"{Route.BASE} and {DiscordWebSocket.DEFAULT_GATEWAY}"
    try:
        with told_when_slow(progress, f"waiting for Discord to let the bot in ({address})"):
            async with asyncio.timeout(_LOGIN_TIMEOUT_S):
                await connected.wait()
    except TimeoutError:
        raise ClusterError(
            f"Discord took connections but did not let the bot in within {_LOGIN_TIMEOUT_S:.0f} s ({address}); "
            "see the log above and discordstatus.com, and start again"
        ) from None
    finally:
        bot.remove_listener(on_connect)


def _raise_why(serving: "asyncio.Task[None]") -> None:
    try:
        serving.result()
    except LoginFailure:
        raise ClusterError("Discord refuses the token in DISCORD_TOKEN; copy it again") from None
    except (ClientError, OSError) as error:
        raise ClusterError(
            f"Discord cannot be reached ({error}); check the network and start again"
        ) from None
    except ConnectionClosed as error:
        raise ClusterError(f"Discord's gateway refuses the bot ({error})") from None
    except DiscordException as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise ClusterError(
            f"Discord does not answer as expected ({first}); see the log and start again"
        ) from None
    raise ClusterError("the connection to Discord was closed for good; see the log")


@asynccontextmanager
async def _bot(system: System, engine: Engine, config: Config) -> AsyncIterator[FayeBot]:
    tunables = config.bot
    # A burst of commands waits for one of these connections instead of opening a hundred.
    # A connection that a restarted Valkey has closed is replaced at once, within the caller's timeout.
    pool = BlockingConnectionPool.from_url(
        system.redis_url,
        max_connections=_REDIS_CONNECTIONS_MAX,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=_REDIS_SOCKET_TIMEOUT_S,
        socket_connect_timeout=_REDIS_SOCKET_TIMEOUT_S,
    )
    redis = Redis.from_pool(pool)
    health = StoreHealth.of(redis)
    telling = asyncio.create_task(tell_vitals(redis, system.home, Observer(engine).vitals))
    cards = CardStudio(tunables.card_workers, tunables.card_cache_entries)
    try:
        yield FayeBot(
            router=engine.router,
            players=engine.players,
            limiter=RateLimiter(redis, config.limits, namespace=engine.namespace, health=health),
            locks=SummonLock(
                redis,
                held_s=tunables.summon_lock_s,
                timeout_ms=tunables.lock_timeout_ms,
                namespace=engine.namespace,
                health=health,
            ),
            deferred=DeferredStore(
                redis,
                owner=uuid4().hex,
                kept_s=tunables.deferred_kept_s,
                lease_s=tunables.deferred_owner_lease_s,
                timeout_ms=tunables.deferred_timeout_ms,
                namespace=engine.namespace,
                health=health,
            ),
            presses=FirstPresses(
                redis,
                kept_s=tunables.confirm_valid_minutes * 60,
                timeout_ms=tunables.deferred_timeout_ms,
                namespace=engine.namespace,
                health=health,
            ),
            cards=cards,
            config=config,
        )
    finally:
        await end_tasks([telling])
        await cards.close()
        await redis.aclose()
