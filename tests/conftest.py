"""Real servers for the tests: one PostgreSQL and one Valkey a test process, a clean slate a test."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from redis.asyncio import Redis

from cluster.postgres import PostgresServer
from cluster.settings import ClusterSettings, load_cluster_settings
from cluster.valkey import ValkeyServer
from faye.config import Config, load_config
from faye.database.db import connect
from faye.database.migrate import migrate
from faye.database.partitions import keep_partitions

pytest_plugins = ("tests.property.plugin",)

# Ray takes this variable as it is when it is imported, later changes go unseen.
os.environ["RAY_AUTH_MODE"] = "token"

ROOT = Path(__file__).resolve().parent.parent
_TEMPLATE = "faye_template"


@pytest.fixture(scope="session")
def cluster_settings() -> ClusterSettings:
    """The settings that the project ships."""
    return load_cluster_settings(ROOT / "config")


def make_postgres(directory: Path, settings: ClusterSettings) -> PostgresServer:
    """A server of a test's own, not yet started."""
    return PostgresServer(
        directory / "postgres",
        password=secrets.token_hex(16),
        superuser_password=secrets.token_hex(16),
        settings=settings.postgres,
        log=directory / "postgres.log",
    )


def make_valkey(directory: Path, settings: ClusterSettings) -> ValkeyServer:
    """A server of a test's own, not yet started."""
    return ValkeyServer(
        directory / "valkey",
        password=secrets.token_hex(16),
        settings=settings.valkey,
        log=directory / "valkey.log",
    )


@contextmanager
def _passable_directory() -> Iterator[Path]:
    """A short directory that PostgreSQL's account can pass through; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory(prefix="faye-test-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        yield directory


@pytest.fixture
def server_directory() -> Iterator[Path]:
    """A directory for the servers and homes of one test."""
    with _passable_directory() as directory:
        yield directory


@pytest.fixture
async def postgres_server(
    server_directory: Path, cluster_settings: ClusterSettings
) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL that this test alone has, and may kill."""
    async with make_postgres(server_directory, cluster_settings) as server:
        yield server


@pytest.fixture
async def valkey_server(
    server_directory: Path, cluster_settings: ClusterSettings
) -> AsyncIterator[ValkeyServer]:
    """A Valkey that this test alone has, and may kill."""
    async with make_valkey(server_directory, cluster_settings) as server:
        yield server


@pytest.fixture(scope="session")
def shared_postgres(cluster_settings: ClusterSettings) -> Iterator[PostgresServer]:
    """The test process's PostgreSQL; tests take `database_url`."""
    with _passable_directory() as directory:
        server = make_postgres(directory, cluster_settings)
        asyncio.run(server.start())
        yield server
        asyncio.run(server.stop())


@pytest.fixture(scope="session")
def shared_valkey(cluster_settings: ClusterSettings) -> Iterator[ValkeyServer]:
    """The test process's Valkey; tests take `redis_url`."""
    with _passable_directory() as directory:
        server = make_valkey(directory, cluster_settings)
        asyncio.run(server.start())
        yield server
        asyncio.run(server.stop())


async def prepare_database(database_url: str, config: Config) -> None:
    """Migrate a database and make its partitions, as a starting system does."""
    engine = connect(database_url, config.engine, patient=True)
    try:
        await migrate(engine)
        await keep_partitions(engine, datetime.now(UTC), config.engine)
    finally:
        await engine.dispose()


@pytest.fixture(scope="session")
def config() -> Config:
    """The configuration that the project ships."""
    return load_config(ROOT / "config")


@pytest.fixture(scope="session")
def database_template(shared_postgres: PostgresServer, config: Config) -> str:
    """The name of the database that every test's database is a copy of."""

    async def prepare() -> None:
        await as_superuser(shared_postgres, f"CREATE DATABASE {_TEMPLATE} OWNER faye")
        await prepare_database(_with_database(shared_postgres.url, _TEMPLATE), config)

    asyncio.run(prepare())
    return _TEMPLATE


@pytest.fixture
async def database_url(shared_postgres: PostgresServer, database_template: str) -> AsyncIterator[str]:
    """A database of the test's own on a real PostgreSQL, prepared as the template is."""
    name = f"test_{secrets.token_hex(8)}"
    await as_superuser(shared_postgres, f"CREATE DATABASE {name} OWNER faye TEMPLATE {database_template}")
    yield _with_database(shared_postgres.url, name)
    await as_superuser(shared_postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def redis_url(shared_valkey: ValkeyServer) -> AsyncIterator[str]:
    """An empty real Valkey."""
    client = Redis.from_url(shared_valkey.url)
    try:
        await client.flushall()
        yield shared_valkey.url
    finally:
        await client.aclose()


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def as_superuser(server: PostgresServer, statement: str) -> None:
    """Run a statement that the owner of a database may not."""
    connection = await asyncpg.connect(server.superuser_url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
