"""What `status` tells of a home, also when a server hangs or the log does not keep up."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis

from cluster.home import Home, Owner, SystemRecord
from cluster.postgres import PostgresServer
from cluster.status import Report, describe, json_of, lines_of
from cluster.valkey import ValkeyServer
from cluster.vitals import tell_vitals


@pytest.fixture
def home(server_directory: Path) -> Home:
    made = Home(server_directory / "home")
    made.prepare()
    return made


def runs(home: Home, database_url: str, redis_url: str, *, owner: Owner | None = None) -> None:
    """Write the record of a system over these servers."""
    home.write_record(
        SystemRecord(
            owner=owner or Owner.this_process(),
            database_url=database_url,
            redis_url=redis_url,
            ray_address=None,
            ray_token_file=None,
        )
    )


@contextmanager
def stopped(pid: int | None) -> Iterator[None]:
    """A server and its children that take connections and do nothing."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in family:
            process.send_signal(signal.SIGCONT)


def answers(report: Report) -> dict[str, bool]:
    return {server.name: server.answers for server in report.servers}


async def test_a_home_that_rests_and_one_whose_run_was_killed_are_told_apart(home: Home) -> None:
    rests = await describe(home)
    assert (rests.state, rests.healthy) == ("rests", False)
    assert f"nothing runs on {home.path}" in "\n".join(lines_of(rests))
    this = Owner.this_process()
    runs(home, "d", "r", owner=Owner(pid=this.pid, started_at_s=this.started_at_s - 100, boot=this.boot))
    killed = await describe(home)
    assert (killed.state, killed.healthy) == ("killed", False)
    assert "the next start recovers" in "\n".join(lines_of(killed))


async def test_a_running_system_is_told_without_its_passwords(
    home: Home, database_url: str, redis_url: str
) -> None:
    runs(home, database_url, redis_url)
    report = await describe(home)
    assert answers(report) == {"PostgreSQL": True, "Valkey": True}
    assert report.healthy
    assert report.log is not None
    assert report.log.entries_behind == 0
    told = "\n".join(lines_of(report)) + json_of(report)
    for url in (database_url, redis_url):
        assert url.split("@")[0].rpartition(":")[2] not in told
    assert json.loads(json_of(report))["healthy"] is True


async def test_servers_that_hang_are_told_in_time(
    home: Home, postgres_server: PostgresServer, valkey_server: ValkeyServer
) -> None:
    runs(home, postgres_server.url, valkey_server.url)
    with stopped(postgres_server.pid), stopped(valkey_server.pid):
        began = time.monotonic()
        report = await describe(home)
        assert time.monotonic() - began < 1.5
    assert answers(report) == {"PostgreSQL": False, "Valkey": False}
    assert not report.healthy
    assert "does not answer" in "\n".join(lines_of(report))


async def test_why_a_log_does_not_keep_up_is_told_while_a_front_end_says_so(
    home: Home, database_url: str, redis_url: str
) -> None:
    runs(home, database_url, redis_url)
    complaint: list[str | None] = ["OSError: [Errno 28] No space left on device"]
    redis = Redis.from_url(redis_url)
    telling = asyncio.create_task(tell_vitals(redis, home, lambda: complaint[0]))
    try:
        async with asyncio.timeout(10):
            while not (report := await describe(home)).front_end_pids:
                await asyncio.sleep(0.05)
        assert report.log is not None
        assert report.log.complaints == complaint
        assert not report.healthy
        assert "does not keep up: OSError: [Errno 28] No space left" in "\n".join(lines_of(report))
        complaint[0] = None
        async with asyncio.timeout(10):
            while not (await describe(home)).healthy:
                await asyncio.sleep(0.05)
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await redis.aclose()


async def test_another_home_on_the_same_valkey_is_not_spoken_for(
    home: Home, server_directory: Path, database_url: str, redis_url: str
) -> None:
    other = Home(server_directory / "other")
    other.prepare()
    runs(home, database_url, redis_url)
    redis = Redis.from_url(redis_url)
    telling = asyncio.create_task(tell_vitals(redis, other, lambda: "a complaint"))
    try:
        async with asyncio.timeout(10):
            while not await redis.keys("faye:vitals:*"):
                await asyncio.sleep(0.02)
        assert (await describe(home)).front_end_pids == []
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await redis.aclose()
