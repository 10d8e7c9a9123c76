"""What `status` tells of a home, also when a server hangs or the log does not keep up."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis

from cluster.home import Home, SystemRecord
from cluster.host_figures import HostFigures
from cluster.owner import Owner
from cluster.postgres import PostgresServer
from cluster.status import Report, describe, json_of, lines_of
from cluster.valkey import ValkeyServer
from cluster.vitals import Vitals, tell_vitals
from faye.utils.tasks import end_tasks


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


def says(complaint: str | None = None, *hosts: HostFigures) -> Vitals:
    return Vitals(os.getpid(), time.time(), complaint, asked=12, hosts=list(hosts))


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
    assert report.log is not None
    assert report.log.entries_behind == 0
    told = "\n".join(lines_of(report)) + json_of(report)
    for url in (database_url, redis_url):
        assert url.split("@")[0].rpartition(":")[2] not in told


async def test_a_system_without_a_front_end_is_not_called_healthy(
    home: Home, database_url: str, redis_url: str
) -> None:
    runs(home, database_url, redis_url)
    nobody = await describe(home)
    assert answers(nobody) == {"PostgreSQL": True, "Valkey": True}
    assert not nobody.healthy, "all servers answer, and no player is answered"
    assert "nobody answers Discord" in "\n".join(lines_of(nobody))
    redis = Redis.from_url(redis_url)
    telling = asyncio.create_task(tell_vitals(redis, home, says))
    try:
        async with asyncio.timeout(10):
            while not (report := await describe(home)).healthy:
                await asyncio.sleep(0.05)
        assert json.loads(json_of(report))["healthy"] is True
    finally:
        await end_tasks([telling])
        await redis.aclose()
    async with asyncio.timeout(15):
        while (await describe(home)).healthy:  # what it said is stale by then
            await asyncio.sleep(0.1)


async def test_servers_that_hang_are_told_in_time(
    home: Home, postgres_server: PostgresServer, valkey_server: ValkeyServer
) -> None:
    runs(home, postgres_server.url, valkey_server.url)
    with stopped(postgres_server.pid), stopped(valkey_server.pid):
        began = time.monotonic()
        report = await describe(home)
        assert time.monotonic() - began < 5, "PostgreSQL's driver alone would wait for a minute"
    assert answers(report) == {"PostgreSQL": False, "Valkey": False}
    assert not report.healthy
    assert "does not answer" in "\n".join(lines_of(report))


async def test_why_a_log_does_not_keep_up_is_told_while_a_front_end_says_so(
    home: Home, database_url: str, redis_url: str
) -> None:
    runs(home, database_url, redis_url)
    complaint: list[str | None] = ["OSError: [Errno 28] No space left on device"]
    redis = Redis.from_url(redis_url)
    telling = asyncio.create_task(tell_vitals(redis, home, lambda: says(complaint[0])))
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
    telling = asyncio.create_task(tell_vitals(redis, other, lambda: says("a complaint")))
    try:
        async with asyncio.timeout(10):
            while not await redis.keys("faye:vitals:*"):
                await asyncio.sleep(0.02)
        assert (await describe(home)).front_end_pids == []
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await redis.aclose()


async def test_each_host_is_told_and_a_silent_one_is_not_well(
    home: Home, database_url: str, redis_url: str
) -> None:
    runs(home, database_url, redis_url)
    busy = HostFigures("host-0", True, 0.1, "a1b2", 4711, 1200, 3, 812.5, 14.2, 2.1, 0.981)
    silent = HostFigures("host-1", False, 7.5, "c3d4", 4712, 900)
    redis = Redis.from_url(redis_url)
    telling = asyncio.create_task(tell_vitals(redis, home, lambda: says(None, busy, silent)))
    try:
        async with asyncio.timeout(10):
            while not (report := await describe(home)).hosts:
                await asyncio.sleep(0.05)
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await redis.aclose()
    assert report.hosts == [busy, silent]
    assert not report.healthy
    told = [line.split() for line in lines_of(report)]
    assert ["host-0", "4711", "a1b2", "1200", "3", "812.5", "14.2", "2.1", "98%", "lives"] in told
    assert ["host-1", "4712", "c3d4", "900", "0", "-", "-", "-", "-", "silent", "for", "7.5", "s"] in told
    assert [str(os.getpid()), "12", "0", "0", "0"] in told
    assert json.loads(json_of(report))["hosts"][0]["ms_per_commit"] == 2.1
