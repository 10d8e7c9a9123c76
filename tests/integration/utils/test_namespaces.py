"""Two systems over one Valkey: neither meets the other's limits, locks or deferred interactions."""

import time

from redis.asyncio import Redis

from faye.config import LimitsConfig, RateLimit
from faye.utils.deferred import Deferred, DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter
from tests.shared_stores import shared_store

LIMITS = LimitsConfig(default=RateLimit(requests=1, seconds=60), classes={}, store_timeout_ms=2000)


async def test_requests_are_counted_apart(redis: Redis) -> None:
    ours, theirs = (RateLimiter(shared_store(redis, name), LIMITS) for name in ("faye-1", "faye-2"))
    assert await ours.admit(7, "read") is None
    assert await ours.admit(7, "read") is not None
    assert await theirs.admit(7, "read") is None


async def test_summons_are_locked_apart(redis: Redis) -> None:
    ours, theirs = (
        UserLocks(shared_store(redis, name), held_s=30, timeout_ms=2000) for name in ("faye-1", "faye-2")
    )
    assert await ours.acquire("summon", 7, 1)
    assert not await ours.acquire("summon", 7, 2)
    assert await theirs.acquire("summon", 7, 2)


async def test_what_the_other_system_left_behind_is_not_adopted(redis: Redis) -> None:
    def store(owner: str, namespace: str) -> DeferredStore:
        shared = shared_store(redis, namespace)
        return DeferredStore(shared, owner=owner, kept_s=900, lease_s=30, timeout_ms=2000)

    left = Deferred(
        application_id=5, interaction_id=1, token="token", at_ms=int(time.time() * 1000), errand=b"errand"
    )
    assert await store("dead", "faye-1").remember(left)
    assert await store("stranger", "faye-2").adopt() == []
    assert await store("heir", "faye-1").adopt() == [left]


async def test_every_key_begins_with_the_namespace(redis: Redis) -> None:
    shared = shared_store(redis, "faye-1")
    await RateLimiter(shared, LIMITS).admit(7, "read")
    await UserLocks(shared, held_s=30, timeout_ms=2000).acquire("summon", 7, 1)
    store = DeferredStore(shared, owner="me", kept_s=900, lease_s=30, timeout_ms=2000)
    await store.remember(Deferred(5, 1, "token", int(time.time() * 1000), b"errand"))
    await store.renew()
    presses = FirstPresses(shared, kept_s=30, remembered_max=100, timeout_ms=2000)
    await presses.take(7, 1)
    keys = await redis.keys()
    assert len(keys) >= 5
    assert [key for key in keys if not key.startswith(b"faye-1:")] == []
