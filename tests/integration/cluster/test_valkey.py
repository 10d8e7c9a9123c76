from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from cluster.processes import working_in
from cluster.settings import ClusterSettings
from cluster.valkey import ValkeyServer
from tests.conftest import make_valkey


async def test_a_lock_outlives_a_killed_server(valkey_server: ValkeyServer) -> None:
    async with Redis.from_url(valkey_server.url) as client:
        assert await client.set("lock", "holder", nx=True, px=60_000)

    valkey_server.kill()
    await valkey_server.wait()
    await valkey_server.start()

    async with Redis.from_url(valkey_server.url) as client:
        assert await client.set("lock", "other", nx=True, px=60_000) is None
        assert await client.get("lock") == b"holder"
        assert 0 < await client.pttl("lock") <= 60_000


async def test_a_start_ends_the_server_that_a_killed_run_left_over(
    valkey_server: ValkeyServer, server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    heir = make_valkey(server_directory, cluster_settings)
    await heir.start()
    assert await valkey_server.wait() == 0
    await heir.stop()
    assert working_in(server_directory / "valkey") == []


async def test_nobody_enters_without_the_password(valkey_server: ValkeyServer) -> None:
    async with Redis(host="127.0.0.1", port=valkey_server.port) as client:
        with pytest.raises(AuthenticationError):
            await client.ping()


async def test_the_password_stands_in_no_command_line(valkey_server: ValkeyServer) -> None:
    password = valkey_server.url.split(":")[2].split("@")[0]
    assert valkey_server.pid is not None
    assert password not in " ".join(psutil.Process(valkey_server.pid).cmdline())


async def test_it_listens_on_loopback_alone_and_refuses_rather_than_forgets(
    valkey_server: ValkeyServer,
) -> None:
    process = psutil.Process(valkey_server.pid)
    listening = {
        connection.laddr.ip
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}
    async with Redis.from_url(valkey_server.url, decode_responses=True) as client:
        assert (await client.config_get("maxmemory-policy")) == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize("name", ['with "quotes" and spaces', "back\\slash", "ümläut-☃"])
async def test_it_runs_in_a_directory_of_any_name(
    server_directory: Path, cluster_settings: ClusterSettings, name: str
) -> None:
    directory = server_directory / name
    directory.mkdir()
    async with make_valkey(directory, cluster_settings) as server, Redis.from_url(server.url) as client:
        await client.set("kept", "yes")
    async with make_valkey(directory, cluster_settings) as server, Redis.from_url(server.url) as client:
        assert await client.get("kept") == b"yes"
    assert list((directory / "valkey").iterdir())
