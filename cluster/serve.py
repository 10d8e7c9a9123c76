"""One front-end: the bot over the engine, until it is told to stop or its system is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cluster.engine import Engine, running_engine
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.in_force import ConfigDirectory
from cluster.observer import Observer
from cluster.progress import Progress, told_when_slow
from cluster.system import System
from cluster.vitals import tell_vitals
from faye.bot import DiscordRefused, FayeBot
from faye.config import Config
from faye.config_bot import ValkeyConfig
from faye.gateway import discord_addresses, point_to
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.image_generator import CardStudio
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter
from faye.utils.shared_store import SharedStore
from faye.utils.store_health import StoreHealth
from faye.utils.tasks import end_tasks, keep_going


async def serve_bot(system: System, environment: Environment, config: Config, progress: Progress) -> None:
    """Serve Discord until cancelled; raises `ClusterError` when login fails or a joined system ends."""
    assert environment.discord_token is not None, "the command line asked for it"
    if environment.discord_api and environment.discord_gateway:
        point_to(environment.discord_api, environment.discord_gateway)
    async with running_engine(system, config) as engine, _bot(system, engine, environment) as bot:
        serving = asyncio.create_task(bot.serve(environment.discord_token), name="bot")
        lost = asyncio.create_task(system.lost(), name="watch the system")
        entering = asyncio.create_task(
            _until_let_in(bot, config.bot.login_timeout_s, progress), name="watch the login"
        )
        try:
            await asyncio.wait((serving, lost, entering), return_when=asyncio.FIRST_COMPLETED)
            if entering.done():
                await entering
                await asyncio.wait((serving, lost), return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                await serving
            raise ClusterError("the system that this process had joined has ended; start it again")
        except DiscordRefused as refused:
            raise ClusterError(str(refused)) from None
        finally:
            await bot.close()
            await end_tasks((serving, lost, entering))


async def _until_let_in(bot: FayeBot, timeout_s: float, progress: Progress) -> None:
    """Return when Discord has let the bot in for the first time; raises `ClusterError` if it never does."""
    addresses = discord_addresses()
    try:
        with told_when_slow(progress, f"waiting for Discord to let the bot in ({addresses})"):
            async with asyncio.timeout(timeout_s):
                await bot.until_let_in()
    except TimeoutError:
        raise ClusterError(
            f"Discord took connections but did not let the bot in within {timeout_s:.0f} s ({addresses}); "
            "see the log above and discordstatus.com, and start again"
        ) from None


@asynccontextmanager
async def _bot(system: System, engine: Engine, environment: Environment) -> AsyncIterator[FayeBot]:
    config = engine.config
    tunables = config.bot
    shared = _shared_store(system, engine, tunables.valkey)
    cards = CardStudio(
        tunables.card_workers, tunables.card_cache_entries, waiting_max=tunables.cards_waiting_max
    )
    upkeep: list[asyncio.Task[None]] = []
    try:
        bot = FayeBot(
            router=engine.router,
            players=engine.players,
            limiter=RateLimiter(shared, config.limits),
            locks=UserLocks(shared, held_s=tunables.lock_held_s, timeout_ms=tunables.lock_timeout_ms),
            deferred=DeferredStore(
                shared,
                owner=uuid4().hex,
                kept_s=tunables.deferred_kept_s,
                lease_s=tunables.deferred_owner_lease_s,
                timeout_ms=tunables.deferred_timeout_ms,
            ),
            presses=FirstPresses(
                shared,
                kept_s=tunables.confirm_valid_minutes * 60,
                remembered_max=tunables.presses_remembered_max,
                timeout_ms=tunables.deferred_timeout_ms,
            ),
            cards=cards,
            config=config,
            owners=environment.owners,
            figures=ConfigDirectory(environment.config, config, engine.in_force, engine.configurations),
        )
        observer = Observer(engine, bot.flow.outcomes, cards)
        upkeep += [
            asyncio.create_task(tell_vitals(shared.redis, system.home, observer.vitals)),
            asyncio.create_task(keep_going(observer.export)),
            asyncio.create_task(keep_going(partial(_follow_configuration, engine, bot))),
        ]
        yield bot
    finally:
        await end_tasks(upkeep)
        await cards.close()
        await shared.redis.aclose()


async def _follow_configuration(engine: Engine, bot: FayeBot) -> None:
    """Show the game as it is in force, also when another front-end put it in force."""
    while True:
        if await engine.in_force.follow():
            await bot.show(engine.in_force.game)
        await asyncio.sleep(engine.config.engine.configuration_poll_interval_ms / 1000)


def _shared_store(system: System, engine: Engine, config: ValkeyConfig) -> SharedStore:
    timeout_s = config.socket_timeout_ms / 1000
    # A burst of commands waits for one of these connections instead of opening a hundred.
    # A connection that a restarted Valkey has closed is replaced at once, within the caller's timeout.
    pool = BlockingConnectionPool.from_url(
        system.redis_url,
        max_connections=config.connections_max,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
    )
    redis = Redis.from_pool(pool)
    return SharedStore(redis, engine.namespace, StoreHealth.of(redis, config))
