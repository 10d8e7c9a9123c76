"""A healthy Valkey behind a busy event loop: what its slowness must not be mistaken for."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import BlockingConnectionPool, Redis

from faye.config import LimitsConfig, RateLimit
from faye.utils.deferred import Deferred, DeferredStore
from faye.utils.rate_limiter import RateLimiter
from tests.busy_loops import busy_loop
from tests.shared_stores import SHIPPED, shared_store

LIMITS = LimitsConfig(default=RateLimit(requests=1000, seconds=10), classes={}, store_timeout_ms=200)
PEOPLE = 25
GAP_S = 0.03


@pytest.fixture
async def pooled(redis_url: str) -> AsyncIterator[Redis]:
    """A client with as many connections as a front-end has, none of them open."""
    client = Redis.from_pool(
        BlockingConnectionPool.from_url(redis_url, max_connections=SHIPPED.connections_max, socket_timeout=2)
    )
    yield client
    await client.aclose()


@pytest.mark.parametrize("turn_ms", [10, 30, 60])
async def test_it_is_not_called_away_and_keeps_every_interaction(pooled: Redis, turn_ms: int) -> None:
    shared = shared_store(pooled)
    limiter = RateLimiter(shared, LIMITS)
    store = DeferredStore(shared, owner="busy", kept_s=900, lease_s=5, timeout_ms=1000)
    opinions: list[bool] = []

    async def interact(number: int) -> None:
        await limiter.admit(number, "write")
        await store.remember(Deferred(5, number, "token", int(time.time() * 1000), b"errand"))
        opinions.append(shared.health.is_away)

    async with asyncio.timeout(60):
        with busy_loop(turn_ms=turn_ms):
            async with asyncio.TaskGroup() as people:
                for number in range(1, PEOPLE + 1):
                    people.create_task(interact(number))
                    await asyncio.sleep(GAP_S)
    assert opinions == [False] * PEOPLE
    heir = DeferredStore(shared, owner="heir", kept_s=900, lease_s=5, timeout_ms=1000)
    assert sorted(each.interaction_id for each in await heir.adopt()) == list(range(1, PEOPLE + 1))
