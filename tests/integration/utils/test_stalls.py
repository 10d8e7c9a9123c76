"""A real Valkey that is stopped in the middle: what all of one command's calls may cost together."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace
from redis.asyncio import BlockingConnectionPool, Redis

from cluster.valkey import ValkeyServer
from faye.config import LimitsConfig, RateLimit
from faye.utils.deferred import Deferred, DeferredStore
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter
from faye.utils.shared_store import SharedStore
from tests.busy_loops import busy_loop
from tests.integration.utils.conftest import stopped, until
from tests.shared_stores import shared_store

ACKNOWLEDGED_WITHIN_S = 3.0
"""Discord's patience with a first response."""

LIMITS = LimitsConfig(default=RateLimit(requests=1000, seconds=10), classes={}, store_timeout_ms=200)


class Commands:
    """Everything that a summon asks of Valkey, as one front-end does it."""

    def __init__(self, shared: SharedStore, *, times_as_patient: int = 1) -> None:
        self.shared = shared
        short_ms, long_ms = 200 * times_as_patient, 1000 * times_as_patient
        self.limiter = RateLimiter(shared, replace(LIMITS, store_timeout_ms=short_ms))
        self.lock = UserLocks(shared, held_s=30, timeout_ms=short_ms)
        self.deferred = DeferredStore(shared, owner="me", kept_s=900, lease_s=5, timeout_ms=long_ms)

    async def run(self, number: int) -> float:
        """One command of player `number`; how long it waited for Valkey, in s."""
        began = time.monotonic()
        assert await self.limiter.admit(number, "write") is None
        await self.deferred.remember(Deferred(5, number, "token", int(time.time() * 1000), b"errand"))
        assert await self.lock.acquire("summon", number, number)
        await self.lock.release("summon", number, number)
        await self.deferred.forget(number)
        return time.monotonic() - began


@asynccontextmanager
async def commands_over(url: str) -> AsyncIterator[Commands]:
    redis = Redis.from_pool(BlockingConnectionPool.from_url(url, max_connections=16))
    try:
        yield Commands(shared_store(redis))
    finally:
        await redis.aclose()


async def test_a_stalled_valkey_costs_a_command_one_second_at_most_and_later_ones_nothing(
    valkey_server: ValkeyServer,
) -> None:
    async with commands_over(valkey_server.url) as commands:
        assert await commands.run(1) < 1.0
        async with stopped(valkey_server):
            first = await asyncio.gather(*(commands.run(number) for number in range(2, 66)))
            assert max(first) < 1.0
            assert commands.shared.health.is_away
            patient = Commands(commands.shared, times_as_patient=50)
            for number in range(100, 150):
                assert await patient.run(number) < 5, "each call that waits does so for 10 s"
        await until(lambda: not commands.shared.health.is_away)
        assert await commands.deferred.remember(Deferred(5, 999, "t", int(time.time() * 1000), b""))


async def test_a_restarted_valkey_is_no_outage_once_it_answers(valkey_server: ValkeyServer) -> None:
    async with commands_over(valkey_server.url) as commands:
        await asyncio.gather(*(commands.run(number) for number in range(40)))  # every connection is open
        await valkey_server.stop()
        assert await commands.run(100) < 1.0
        await valkey_server.start()
        await until(lambda: not commands.shared.health.is_away)
        await asyncio.gather(*(commands.run(number) for number in range(200, 240)))
        assert not commands.shared.health.is_away


async def test_through_a_busy_loop_a_stalled_valkey_still_leaves_time_to_acknowledge(
    valkey_server: ValkeyServer,
) -> None:
    async with commands_over(valkey_server.url) as commands:
        await asyncio.gather(*(commands.run(number) for number in range(40)))
        async with stopped(valkey_server):
            with busy_loop(turn_ms=20):
                first = await asyncio.gather(*(commands.run(number) for number in range(100, 116)))
            assert max(first) < ACKNOWLEDGED_WITHIN_S
            assert commands.shared.health.is_away
        with busy_loop(turn_ms=20):
            await until(lambda: not commands.shared.health.is_away)
