"""The engine of one front-end: schema, hosts on Ray, router and log, put together over a running system."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import ray
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.host import NAMESPACE, start_host
from actors.leases import Leases
from actors.postgres_store import PostgresStore
from actors.ray_delivery import RayDelivery
from actors.router import ShardRouter
from cluster.leases import ValkeyLeases
from cluster.ray_runtime import token_environment
from cluster.system import System
from faye.config import Config, EngineConfig, encode_config
from faye.database.accounts import Accounts
from faye.database.data_loader import load_data
from faye.database.db import connect
from faye.database.migrate import migrate
from faye.database.partitions import keep_partitions
from faye.utils.garbage import collect_rarely
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger

log = logging.getLogger(__name__)

_PARTITIONS_EVERY_S: Final = 3600
_REJOIN_AFTER_S: Final = 3.0
_HOST_START_TIMEOUT_S: Final = 60


@dataclass(frozen=True)
class Engine:
    """What a front-end holds: the router to ask, and the link from Discord's users to players."""

    router: ShardRouter
    players: Accounts
    database: AsyncEngine


@asynccontextmanager
async def running_engine(system: System, config: Config) -> AsyncIterator[Engine]:
    """The engine over `system`; everything of this process is closed at the end, hosts live on with Ray."""
    collect_rarely()
    database = connect(system.database_url, config.engine, name="faye-front-end")
    try:
        joining = asyncio.create_task(asyncio.to_thread(_join_hosts, system, config))
        try:
            await _prepare_database(system.database_url, config)
        finally:
            await asyncio.wait((joining,))  # a thread cannot be stopped half way
        handles = joining.result()
        delivery = RayDelivery(handles)
        router = ShardRouter(delivery, PostgresStore(database), list(handles), config.engine)
        router.start()
        logger = TransactionLogger(database, LogFiles(system.home.logs), config.engine)
        upkeep = [
            asyncio.create_task(logger.run()),
            asyncio.create_task(_keep_partitions(database, config)),
            asyncio.create_task(_rejoin_when_lost(system, config, delivery, router)),
        ]
        try:
            yield Engine(router, Accounts(database), database)
        finally:
            await _end(upkeep)
            await router.close()
            await asyncio.to_thread(ray.shutdown)
    finally:
        await database.dispose()


def host_names(config: EngineConfig) -> list[str]:
    """The names of all hosts, as Ray's dashboard shows them."""
    return [f"host-{number}" for number in range(config.hosts)]


def valkey_leases(redis_url: str) -> Any:
    """A maker of leases over a Valkey; travels to the hosts by name."""
    return _MakeLeases(redis_url)


@dataclass(frozen=True)
class _MakeLeases:
    redis_url: str

    def __call__(self, host: str, incarnation: str, config: EngineConfig) -> Leases:
        return ValkeyLeases(self.redis_url, host, incarnation, config)


async def _prepare_database(database_url: str, config: Config) -> None:
    database = connect(database_url, config.engine, name="faye-setup", patient=True)
    try:
        await migrate(database)
        await keep_partitions(database, datetime.now(UTC), config.engine)
        await load_data(database, config.game)
    finally:
        await database.dispose()


def _join_hosts(system: System, config: Config) -> dict[str, Any]:
    """Join Ray and find or start the hosts; blocks, and may be called again after Ray was lost."""
    if system.ray_token_file is not None:
        os.environ.update(token_environment(Path(system.ray_token_file)))
    if ray.is_initialized():
        ray.shutdown()
    ray.init(
        address=system.ray_address,
        namespace=NAMESPACE,
        logging_level=logging.ERROR,
        log_to_driver=False,
        configure_logging=False,
    )
    raw = encode_config(config)
    make_leases = valkey_leases(system.redis_url)
    handles = {
        name: start_host(name, system.database_url, raw, make_leases) for name in host_names(config.engine)
    }
    ray.get([handle.ping.remote() for handle in handles.values()], timeout=_HOST_START_TIMEOUT_S)
    return handles


async def _keep_partitions(database: AsyncEngine, config: Config) -> None:
    while True:
        await asyncio.sleep(_PARTITIONS_EVERY_S)
        try:
            await keep_partitions(database, datetime.now(UTC), config.engine)
        except Exception:
            log.exception("partitions could not be kept; tried again in an hour")


async def _rejoin_when_lost(
    system: System, config: Config, delivery: RayDelivery, router: ShardRouter
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
        if loop.time() - lost_since < _REJOIN_AFTER_S:
            continue
        log.warning("no host answers; joining Ray again")
        try:
            delivery.replace(await asyncio.to_thread(_join_hosts, system, config))
        except Exception as error:
            log.warning("Ray cannot be joined yet: %s", type(error).__name__)
        lost_since = None


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
