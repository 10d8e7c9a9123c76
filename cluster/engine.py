"""The engine of one front-end: schema, hosts on Ray, router and log, put together over a running system."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

import ray
import ray.util
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.host import start_host
from actors.in_force import InForce
from actors.leases import Leases
from actors.postgres_store import PostgresStore
from actors.ray_delivery import RayDelivery
from actors.router import ShardRouter
from actors.stream_delivery import StreamDelivery
from cluster.errors import ClusterError
from cluster.forsaken_fights import end_forsaken_fights
from cluster.in_force import settle_configuration
from cluster.leases import ValkeyLeases
from cluster.ray_runtime import token_environment
from cluster.ray_signals import keep_signals
from cluster.reach import database_words, may_be_joined
from cluster.system import System
from faye.config import Config, EngineConfig, encode_config
from faye.database.accounts import Accounts
from faye.database.configurations import Configurations
from faye.database.db import connect
from faye.database.leaderboard_upkeep import draw_up
from faye.database.ledger_periods import PeriodRefused, keep_periods
from faye.database.migrate import migrate
from faye.database.partitions import keep_partitions, make_partitions
from faye.utils.garbage import collect_rarely
from faye.utils.log_files import LogFiles
from faye.utils.tasks import end_tasks, keep_going
from faye.utils.transaction_logger import IDENTITY, TransactionLogger

log = logging.getLogger(__name__)

_UPKEEP_EVERY_S: Final = 3600
_STREAMS_TIMEOUT_S: Final = 2.0
_RAY_ANSWERS_WITHIN_S: Final = 0.5
_RAY_JOIN_TIMEOUT_S: Final = 10.0
_RAY_SHUTDOWN_TIMEOUT_S: Final = 3.0

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True)
class Engine:
    """What a front-end holds: the router to ask, and the link from Discord's users to players."""

    config: Config
    """This process's own, with the game configuration that was in force when it started."""
    in_force: InForce
    configurations: Configurations
    router: ShardRouter
    delivery: StreamDelivery
    calls: RayDelivery
    """The way that the streams fall back to."""
    players: Accounts
    database: AsyncEngine
    namespace: str
    """What names this database among all that share a Ray or a Valkey."""
    logger: TransactionLogger


@asynccontextmanager
async def running_engine(system: System, config: Config) -> AsyncIterator[Engine]:
    """The engine over `system`; everything of this process is closed at the end, hosts live on with Ray."""
    collect_rarely()
    database = connect(system.database_url, config.engine, name="faye-front-end")
    patient = connect(system.database_url, config.engine, name="faye-upkeep", patient=True)
    try:
        joining = _detached(_join_ray, system)
        namespace, in_force = await _prepared(patient, config, joining)
        config = replace(config, game=in_force.game)
        keep_signals()
        handles = await _detached(_join_hosts, system, config, namespace)
        calls = RayDelivery(handles)
        streams = StreamDelivery(calls)
        await streams.connect(list(handles), _STREAMS_TIMEOUT_S)
        router = ShardRouter(streams, PostgresStore(database), list(handles), config.engine)
        router.start()
        players = Accounts(database)
        logger = TransactionLogger(patient, LogFiles(system.home.logs), config.engine)
        upkeep = [
            asyncio.create_task(keep_going(work))
            for work in (
                logger.run,
                partial(players.listen, patient),
                partial(_keep_tables, patient, config),
                partial(_end_fights, patient, router),
                partial(_keep_leaderboards, patient, config, in_force),
                partial(_rejoin_when_lost, system, config, namespace, calls, router, in_force),
            )
        ]
        try:
            yield Engine(
                config=config,
                in_force=in_force,
                configurations=Configurations(database),
                router=router,
                delivery=streams,
                calls=calls,
                players=players,
                database=database,
                namespace=namespace,
                logger=logger,
            )
        finally:
            await end_tasks(upkeep)
            await router.close()
            await streams.close()
            await asyncio.wait([_detached(ray.shutdown)], timeout=_RAY_SHUTDOWN_TIMEOUT_S)
    finally:
        await database.dispose()
        await patient.dispose()


def host_names(config: EngineConfig) -> list[str]:
    """The names of all hosts, as Ray's dashboard shows them."""
    return [f"host-{number}" for number in range(config.hosts)]


def valkey_leases(redis_url: str, namespace: str) -> Any:
    """A maker of the leases of one system over a Valkey; travels to the hosts by name."""
    return _MakeLeases(redis_url, namespace)


@dataclass(frozen=True)
class _MakeLeases:
    redis_url: str
    namespace: str

    def __call__(self, host: str, incarnation: str, config: EngineConfig) -> Leases:
        return ValkeyLeases(self.redis_url, host, incarnation, config, namespace=self.namespace)


async def _prepared(
    database: AsyncEngine, config: Config, joining: asyncio.Future[None]
) -> tuple[str, InForce]:
    """The namespace of this database's hosts, and the configuration in force, once Ray is joined.

    If that fails, not before this process has joined Ray and left it again: Ray ends a process whose head goes away
    while it joins, before it could say what failed.
    """
    try:
        namespace = await _prepare_database(database, config)
        await joining
        brings = not await _detached(_any_host_runs, namespace)
        return namespace, await settle_configuration(database, config, brings=brings)
    except BaseException:
        await asyncio.wait([joining], timeout=_RAY_JOIN_TIMEOUT_S)
        await asyncio.wait([_detached(ray.shutdown)], timeout=_RAY_SHUTDOWN_TIMEOUT_S)
        raise


async def _prepare_database(database: AsyncEngine, config: Config) -> str:
    """Bring the database up to date; returns the namespace of its hosts, one for each database."""
    try:
        await _require_durability(database)
        await migrate(database)
        await make_partitions(database, datetime.now(UTC), config.engine)
    except (OSError, SQLAlchemyError) as error:
        raise ClusterError(database_words(error, str(database.url))) from error
    async with database.connect() as connection:
        identity = str(await connection.scalar(IDENTITY))
    return f"faye-{hashlib.blake2b(identity.encode(), digest_size=4).hexdigest()}"


def _any_host_runs(namespace: str) -> bool:
    """Whether hosts of this database are there already; blocks."""
    return any(each["namespace"] == namespace for each in ray.util.list_named_actors(all_namespaces=True))


async def _require_durability(database: AsyncEngine) -> None:
    """Refuse a server that would acknowledge commits which a crash can take back."""
    async with database.connect() as connection:
        for setting in ("fsync", "synchronous_commit"):
            if await connection.scalar(text(f"SHOW {setting}")) == "off":
                raise ClusterError(
                    f"the database has {setting} off, so that a crash could take acknowledged commands back; "
                    "turn it on"
                )


def _detached(work: Callable[P, T], *arguments: P.args, **rest: P.kwargs) -> asyncio.Future[T]:
    """Run work that may block for long in a thread that nobody has to wait for, not even at the exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast(T, result))

    def run() -> None:
        outcome: tuple[T | None, Exception | None]
        try:
            outcome = work(*arguments, **rest), None
        except Exception as error:
            outcome = None, error
        with suppress(RuntimeError):  # the loop may have ended meanwhile
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name=getattr(work, "__name__", "work"), daemon=True).start()
    return future


def _join_ray(system: System) -> None:
    """Join Ray; blocks, and may be called again after Ray was lost."""
    if system.ray_token_file is not None:
        os.environ.update(token_environment(Path(system.ray_token_file)))
    if ray.is_initialized():
        ray.shutdown()
    ray.init(
        address=system.ray_address,
        logging_level=logging.ERROR,
        log_to_driver=False,
        configure_logging=False,
    )


def _join_hosts(system: System, config: Config, namespace: str) -> dict[str, Any]:
    """Find the hosts of this database or start them; blocks."""
    raw = encode_config(config)
    make_leases = valkey_leases(system.redis_url, namespace)
    handles = {
        name: start_host(name, namespace, system.database_url, raw, make_leases)
        for name in host_names(config.engine)
    }
    pings = [handle.ping.remote() for handle in handles.values()]
    ray.wait(pings, num_returns=len(pings), timeout=config.engine.hosts_start_wait_s)
    answered, _ = ray.wait(pings, num_returns=1, timeout=config.engine.host_start_timeout_s)
    if not answered:
        raise ClusterError("no host answers; see Ray's logs")
    return handles  # a host that hangs or is still starting is found out by the router's heartbeat


async def _keep_tables(database: AsyncEngine, config: Config) -> None:
    """Do at once, and then every hour, what keeps the tables from growing for ever; none of it stalls a player."""
    while True:
        for work in (keep_partitions, keep_periods):
            try:
                await work(database, datetime.now(UTC), config.engine)
            except PeriodRefused as refused:
                log.error("%s; tried again in an hour", refused)
            except Exception:
                log.exception("%s failed; tried again in an hour", work.__name__)
        await asyncio.sleep(_UPKEEP_EVERY_S)


async def _end_fights(database: AsyncEngine, router: ShardRouter) -> None:
    """End at once, and then every hour, the fights that nobody asks about any more."""
    while True:
        try:
            await end_forsaken_fights(database, router)
        except (OSError, SQLAlchemyError) as error:
            log.warning("forsaken fights were not ended (%s); tried again in an hour", type(error).__name__)
        await asyncio.sleep(_UPKEEP_EVERY_S)


async def _keep_leaderboards(database: AsyncEngine, config: Config, in_force: InForce) -> None:
    """Draw up the leaderboards whenever it is time, in turn with the other front-ends."""
    while True:
        try:
            await draw_up(database, in_force.game, config.leaderboard)
        except (OSError, SQLAlchemyError) as error:
            log.warning("the leaderboards were not drawn up (%s); tried again", type(error).__name__)
        await asyncio.sleep(config.leaderboard.refresh_s)


async def _rejoin_when_lost(
    system: System,
    config: Config,
    namespace: str,
    delivery: RayDelivery,
    router: ShardRouter,
    in_force: InForce,
) -> None:
    """When no host has answered for a while, Ray itself is gone: join the one that was started in its place."""
    lost_since: float | None = None
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(config.engine.heartbeat_interval_ms / 1000)
        if router.placement.living:
            lost_since = None
            continue
        lost_since = lost_since or loop.time()
        if loop.time() - lost_since < config.engine.ray_rejoin_after_s:
            continue
        if not await may_be_joined(system.ray_address, _RAY_ANSWERS_WITHIN_S):
            continue  # an attempt would take longer than its start does
        log.warning("no host answers; joining Ray again")
        try:
            await _detached(_join_ray, system)
            keep_signals()
            config = replace(config, game=in_force.game)
            delivery.replace(await _detached(_join_hosts, system, config, namespace))
        except Exception as error:
            log.warning("Ray cannot be joined yet: %s", type(error).__name__)
        lost_since = None
