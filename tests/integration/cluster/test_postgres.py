import os
import signal
import stat
from pathlib import Path

import asyncpg
import psutil
import pytest
from msgspec.structs import replace

from cluster.errors import ServerFailed
from cluster.postgres import PostgresServer
from cluster.processes import working_in
from cluster.settings import ClusterSettings
from tests.conftest import make_postgres


async def connect(server: PostgresServer) -> asyncpg.Connection:
    return await asyncpg.connect(server.url.replace("+asyncpg", ""))


async def test_what_was_committed_survives_a_killed_postmaster(postgres_server: PostgresServer) -> None:
    connection = await connect(postgres_server)
    await connection.execute("CREATE TABLE kept (n int)")
    await connection.execute("INSERT INTO kept VALUES (42)")
    first, port = postgres_server.pid, postgres_server.port

    postgres_server.kill()
    await postgres_server.wait()
    await postgres_server.start()

    assert postgres_server.pid != first
    assert postgres_server.port == port
    connection = await connect(postgres_server)
    assert await connection.fetchval("SELECT n FROM kept") == 42
    await connection.close()


async def test_a_stop_leaves_no_process_and_the_data_for_the_next_start(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    server = make_postgres(server_directory, cluster_settings)
    async with server:
        connection = await connect(server)
        await connection.execute("CREATE TABLE kept ()")
        await connection.close()
    assert working_in(server.data) == []
    async with server:
        connection = await connect(server)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        await connection.close()


async def test_a_start_ends_the_server_that_a_killed_run_left_over(
    postgres_server: PostgresServer, server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    left_over = postgres_server.pid
    assert left_over is not None
    # A second run over the same data, that knows of the first what the disk says.
    heir = make_postgres(server_directory, cluster_settings)
    await heir.start()
    assert await postgres_server.wait() == 0
    assert {process.pid for process in working_in(heir.data)} >= {heir.pid}
    assert not psutil.pid_exists(left_over)
    await heir.stop()


async def test_a_lock_file_that_names_a_foreign_process_is_no_obstacle(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    server = make_postgres(server_directory, cluster_settings)
    await server.start()
    server.kill()
    await server.wait()
    lock = server.data / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(server.pid), str(os.getpid()), 1))
    await server.start()
    await server.stop()
    os.kill(os.getpid(), 0)


async def test_an_interrupted_creation_is_done_again(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    server = make_postgres(server_directory, cluster_settings)
    half = server.data.with_name("data.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with server:
        assert server.data.exists()
    assert not half.exists()


async def test_it_runs_unprivileged_and_changes_no_mode_above_its_directory(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    parents = [server_directory, *server_directory.parents, Path(__file__).parent]
    before = [parent.stat().st_mode for parent in parents]
    async with make_postgres(server_directory, cluster_settings) as server:
        assert server.pid is not None
        assert psutil.Process(server.pid).uids().effective != 0
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.data.parent.stat().st_mode) == 0o700
    assert [parent.stat().st_mode for parent in parents] == before


async def test_nobody_enters_without_the_password(postgres_server: PostgresServer) -> None:
    url = postgres_server.url.replace("+asyncpg", "")
    password = url.split(":")[2].split("@")[0]
    for wrong in ("", "wrong"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(password, wrong), password=wrong)


async def test_the_game_is_no_superuser_and_the_pages_have_checksums(postgres_server: PostgresServer) -> None:
    connection = await connect(postgres_server)
    assert await connection.fetchval("SHOW is_superuser") == "off"
    assert await connection.fetchval("SHOW data_checksums") == "on"
    assert await connection.fetchval("SHOW fsync") == "on"
    assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    await connection.close()


async def test_it_listens_on_loopback_alone(postgres_server: PostgresServer) -> None:
    assert postgres_server.pid is not None
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(postgres_server.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]


async def test_a_failure_tells_what_the_server_said(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    server = make_postgres(server_directory, cluster_settings)
    async with server:
        pass
    (server.data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerFailed, match=r"(?s)PostgreSQL did not start.*9\.6"):
        await server.start()


async def test_a_stopped_server_is_ended_all_the_same(
    server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    server = make_postgres(server_directory, cluster_settings)
    await server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGSTOP)
    server._settings = replace(cluster_settings.postgres, stop_timeout_s=1)
    await server.stop()
    assert working_in(server.data) == []


@pytest.mark.parametrize("name", ['with "quotes" and \'spaces', "back\\slash", "ümläut-☃"])
async def test_it_runs_in_a_directory_of_any_name(
    server_directory: Path, cluster_settings: ClusterSettings, name: str
) -> None:
    directory = server_directory / name
    directory.mkdir()
    directory.chmod(0o711)
    async with make_postgres(directory, cluster_settings) as server:
        assert server.pid is not None
