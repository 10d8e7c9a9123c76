"""Shard leases over the real Valkey: hints that are taken over at once and whose loss stops nobody."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from cluster.leases import ValkeyLeases
from cluster.valkey import ValkeyServer
from faye.config import Config

SHARD = 7


@asynccontextmanager
async def leases_of(
    redis_url: str, host: str, config: Config, lost: list[int] | None = None, *, duration_ms: int = 300
) -> AsyncIterator[ValkeyLeases]:
    leases = ValkeyLeases(
        redis_url,
        host,
        f"{host}-incarnation",
        replace(config.engine, lease_duration_ms=duration_ms),
        namespace="faye",
    )
    leases.on_lost((lost if lost is not None else []).extend)
    keeping = asyncio.create_task(leases.keep())
    yield leases
    keeping.cancel()
    await leases.close()


async def until(holds: Callable[[], object], within_s: float = 5.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        await asyncio.sleep(0.01)


async def holder(redis_url: str) -> str:
    client = Redis.from_url(redis_url, decode_responses=True)
    found = await client.hgetall(f"faye:lease:{SHARD}")
    await client.aclose()
    return f"{found.get('holder')} {found.get('epoch')}" if found else "nobody"


async def until_held_by(redis_url: str, expected: str) -> None:
    deadline = time.monotonic() + 5
    while await holder(redis_url) != expected:
        assert time.monotonic() < deadline, f"held by {await holder(redis_url)}, not by {expected}"
        await asyncio.sleep(0.01)


async def test_a_shard_is_taken_over_at_once_and_its_loser_sends_callers_on(
    redis_url: str, config: Config
) -> None:
    lost: list[int] = []
    async with leases_of(redis_url, "a", config, lost) as a, leases_of(redis_url, "b", config) as b:
        assert a.holder_elsewhere(SHARD) is None
        await until_held_by(redis_url, "a|a-incarnation 1")
        assert b.holder_elsewhere(SHARD) is None, "whoever is asked serves"
        await until_held_by(redis_url, "b|b-incarnation 2")
        await until(lambda: lost == [SHARD])
        assert a.holder_elsewhere(SHARD) == "b"
        a.insist(SHARD)
        assert a.holder_elsewhere(SHARD) is None
        await until_held_by(redis_url, "a|a-incarnation 3")


async def test_a_restarted_host_takes_its_shards_back_with_a_higher_epoch(
    redis_url: str, config: Config
) -> None:
    async with leases_of(redis_url, "a", config, duration_ms=60_000) as a:
        a.holder_elsewhere(SHARD)
        await until_held_by(redis_url, "a|a-incarnation 1")
    again = ValkeyLeases(redis_url, "a", "second", config.engine, namespace="faye")
    again.holder_elsewhere(SHARD)
    await until_held_by(redis_url, "a|second 2")
    await again.close()


async def test_a_flushed_valkey_is_told_again(redis_url: str, config: Config) -> None:
    async with leases_of(redis_url, "a", config) as a:
        a.holder_elsewhere(SHARD)
        await until_held_by(redis_url, "a|a-incarnation 1")
        client = Redis.from_url(redis_url)
        await client.flushall()
        await client.aclose()
        await until_held_by(redis_url, "a|a-incarnation 1")
        assert a.holder_elsewhere(SHARD) is None


async def test_without_valkey_everything_is_served_and_leases_come_back(
    valkey_server: ValkeyServer, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cluster.leases._TIMEOUT_S", 10.0)
    async with leases_of(valkey_server.url, "a", config) as a:
        a.holder_elsewhere(SHARD)
        await until_held_by(valkey_server.url, "a|a-incarnation 1")
        valkey_server.kill()
        await valkey_server.wait()
        began = time.monotonic()
        assert a.holder_elsewhere(SHARD) is None
        assert a.holder_elsewhere(SHARD + 1) is None
        assert time.monotonic() - began < 5, "nobody waits for Valkey"
        await asyncio.sleep(0.5)
        assert a.holder_elsewhere(SHARD) is None
        await valkey_server.start()
        await until_held_by(valkey_server.url, "a|a-incarnation 1")


async def test_systems_that_share_a_valkey_do_not_take_each_others_shards(
    redis_url: str, config: Config
) -> None:
    first = ValkeyLeases(redis_url, "host-0", "first", config.engine, namespace="faye-1")
    second = ValkeyLeases(redis_url, "host-0", "second", config.engine, namespace="faye-2")
    client = Redis.from_url(redis_url, decode_responses=True)
    for leases in (first, second):
        leases.insist(SHARD)
    deadline = time.monotonic() + 5
    while len(held := {key: await client.hget(key, "holder") for key in await client.keys()}) < 2:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert held == {
        f"faye-1:lease:{SHARD}": "host-0|first",
        f"faye-2:lease:{SHARD}": "host-0|second",
    }
    for leases in (first, second):
        await leases.close()
    await client.aclose()


async def test_shards_lost_together_are_told_together(redis_url: str, config: Config) -> None:
    """A host that comes back takes half of all shards: forgetting one at a time would stop the other for a second."""
    calls: list[set[int]] = []
    shards = range(128)
    async with leases_of(redis_url, "a", config) as a, leases_of(redis_url, "b", config) as b:
        a.on_lost(lambda lost: calls.append(set(lost)))
        for shard in shards:
            a.insist(shard)
        await until_held_by(redis_url, "a|a-incarnation 1")
        for shard in shards:
            b.insist(shard)
        await until(lambda: set().union(*calls) == set(shards))
    assert len(calls) <= 2, "a renewal may fall between, no more"
