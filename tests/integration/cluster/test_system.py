import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cluster.environment import Environment
from cluster.errors import HomeInUse, ServerFailed
from cluster.home import Home, SystemRecord
from cluster.owner import Owner
from cluster.processes import working_in
from cluster.progress import Progress
from cluster.settings import ClusterSettings
from cluster.system import System

ELSEWHERE = Environment.read({"RAY_ADDRESS": "ray.example:6379"})


def ignore(message: str) -> None:
    return None


@pytest.fixture(autouse=True)
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses given here lead nowhere; asking them has tests of its own."""

    async def ask(environment: Environment, progress: Progress, *, with_ray: bool) -> None:
        return None

    monkeypatch.setattr("cluster.system.require_servers", ask)


@pytest.fixture
async def system(server_directory: Path, cluster_settings: ClusterSettings) -> AsyncIterator[System]:
    """A running system but for Ray, which has tests of its own."""
    home = Home(server_directory / "home")
    async with System.own(home, cluster_settings, ELSEWHERE, progress=ignore) as running:
        yield running


async def answer(database_url: str) -> int:
    """What the database answers, once it does."""
    async with asyncio.timeout(15):
        while True:
            try:
                connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.02)
                continue
            try:
                return int(await connection.fetchval("SELECT 1"))
            finally:
                await connection.close()


async def kept(redis_url: str, key: str) -> bytes | None:
    """What Valkey holds under `key`, once it answers."""
    async with asyncio.timeout(15), Redis.from_url(redis_url) as client:
        while True:
            try:
                return cast("bytes | None", await client.get(key))
            except RedisError:
                await asyncio.sleep(0.02)


async def test_killed_servers_come_back_by_themselves_at_the_same_addresses(system: System) -> None:
    assert system.servers is not None
    postgres, valkey = system.servers.postgres, system.servers.valkey
    assert postgres is not None
    assert valkey is not None
    async with Redis.from_url(system.redis_url) as client:
        await client.set("lock", "held")
    before = (postgres.pid, valkey.pid)
    postgres.kill()
    valkey.kill()
    async with asyncio.timeout(15):
        while postgres.pid == before[0] or valkey.pid == before[1]:
            await asyncio.sleep(0.02)
    assert await answer(system.database_url) == 1
    assert await kept(system.redis_url, "lock") == b"held"


async def test_a_second_owner_is_refused_and_a_joiner_finds_the_same_servers(
    system: System, cluster_settings: ClusterSettings
) -> None:
    with pytest.raises(HomeInUse, match="in use by the process"):
        async with System.own(system.home, cluster_settings, ELSEWHERE, progress=ignore):
            pass
    async with System.own_or_join(system.home, cluster_settings, ELSEWHERE, progress=ignore) as joined:
        assert not joined.is_owner
        assert joined.database_url == system.database_url
        assert joined.redis_url == system.redis_url
        assert joined.ray_address == "ray.example:6379"
        assert await answer(joined.database_url) == 1


async def test_given_addresses_are_used_and_nothing_is_started_for_them(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    given = Environment.read(
        {
            "FAYE_DATABASE_URL": "postgresql://me@db.example/faye",
            "FAYE_REDIS_URL": "redis://cache.example",
            "RAY_ADDRESS": "ray.example:6379",
        }
    )
    home = Home(server_directory / "home")
    before = psutil.Process().children()
    async with System.own(home, cluster_settings, given, progress=ignore) as system:
        assert system.database_url == "postgresql+asyncpg://me@db.example/faye"
        assert system.redis_url == "redis://cache.example"
        assert system.ray_token_file is None
        assert psutil.Process().children() == before


async def test_a_stop_leaves_no_process_and_nothing_to_join(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    home = Home(server_directory / "home")
    async with System.own(home, cluster_settings, ELSEWHERE, progress=ignore) as system:
        assert system.servers is not None
        assert system.servers.postgres is not None
        data = system.servers.postgres.data
        assert working_in(data)
        assert working_in(home.valkey)
    assert home.record() is None
    assert working_in(data) == []
    assert working_in(home.valkey) == []


async def test_a_start_that_fails_leaves_no_process(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    home = Home(server_directory / "home")
    home.prepare()
    home.valkey.mkdir()
    (home.valkey / "appendonlydir").write_text("no directory")
    with pytest.raises(ServerFailed, match=r"(?s)Valkey did not start.*nothing in it must last"):
        async with System.own(home, cluster_settings, ELSEWHERE, progress=ignore):
            pass
    for directory in (home.path / "postgres" / "data", home.path / "postgres"):
        deadline = time.monotonic() + 5
        while left := working_in(directory):  # killed, and then for a moment nobody's to wait for
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0.05)


async def test_a_joiner_notices_that_its_system_is_gone(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    home = Home(server_directory / "home")
    home.prepare()
    owner = await asyncio.create_subprocess_exec("/bin/sleep", "60")
    home.write_record(
        SystemRecord(
            owner=Owner.of(owner.pid),
            database_url="d",
            redis_url="r",
            ray_address="a",
            ray_token_file=None,
        )
    )
    async with System.join(home, progress=lambda line: None) as system:
        os.kill(owner.pid, signal.SIGKILL)
        await owner.wait()
        await asyncio.wait_for(system.lost(), 5)
