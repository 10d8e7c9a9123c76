"""The whole real stack: PostgreSQL, Valkey and Ray of a test's own, and a front-end's engine over them."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from actors.delivery import DeliveryFailed
from actors.wire import Pong
from cluster.engine import Engine, running_engine
from cluster.environment import Environment
from cluster.home import Home
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import Config
from faye.database.audit import Report, audit
from faye.database.db import connect
from faye.utils.log_files import LogFiles

_RAY_TOKEN = secrets.token_hex(32)
"""One for all homes of a test process: Ray reads a process's token once."""


@pytest.fixture
async def system(server_directory: Path, cluster_settings: ClusterSettings) -> AsyncIterator[System]:
    """A system that this test may kill, part by part."""
    home = Home(server_directory / "home")
    home.prepare()
    home.ray_token_file.write_text(_RAY_TOKEN)
    async with System.own(home, cluster_settings, Environment.read({}), progress=lambda line: None) as system:
        yield system


@pytest.fixture
async def engine(system: System, config: Config) -> AsyncIterator[Engine]:
    """A front-end's engine on the system."""
    async with running_engine(system, config) as engine:
        yield engine


async def pongs(engine: Engine, *, within_s: float = 20.0) -> list[Pong]:
    """Every host's sign of life, once all of them give one."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return [await engine.router.delivery.ping(host) for host in engine.router.placement.hosts]
        except DeliveryFailed:
            assert time.monotonic() < deadline, "a host did not come back"
            await asyncio.sleep(0.1)


async def audited(system: System, config: Config) -> Report:
    """What the audit finds, asked as `launch.py audit` does."""
    database = connect(system.database_url, config.engine, patient=True)
    try:
        return await audit(database, LogFiles(system.home.logs), config.engine)
    finally:
        await database.dispose()
