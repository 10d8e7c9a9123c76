"""The limiter over a real Valkey."""

import asyncio
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from cluster.valkey import ValkeyServer
from faye.config import LimitsConfig, RateLimit, load_config
from faye.utils.rate_limiter import RateLimiter
from tests.integration.utils.conftest import until
from tests.shared_stores import shared_store

SHIPPED = load_config(Path(__file__).resolve().parents[3] / "config").limits
CONFIG = LimitsConfig(
    default=RateLimit(requests=5, seconds=10),
    classes={"read": RateLimit(requests=10, seconds=10), "brief": RateLimit(requests=1, seconds=1)},
    store_timeout_ms=200,
)


async def test_two_processes_together_admit_no_more_than_the_limit(redis_url: str) -> None:
    first, second = Redis.from_url(redis_url), Redis.from_url(redis_url)
    patient = msgspec.structs.replace(CONFIG, store_timeout_ms=10_000)
    limiters = [RateLimiter(shared_store(first), patient), RateLimiter(shared_store(second), patient)]
    answers = await asyncio.gather(*(limiters[i % 2].admit(7, "read") for i in range(60)))
    assert answers.count(None) == 10
    await first.aclose()
    await second.aclose()


async def test_every_process_names_the_same_moment_to_go_on_and_keeps_it(redis_url: str) -> None:
    clients = [Redis.from_url(redis_url) for _ in range(2)]
    patient = msgspec.structs.replace(CONFIG, store_timeout_ms=10_000)
    limiters = [RateLimiter(shared_store(each), patient) for each in clients]
    assert await limiters[0].admit(7, "brief") is None
    again_at = [await limiter.admit(7, "brief") for limiter in limiters]
    assert again_at[0] is not None
    assert again_at[0] == again_at[1]
    await until(lambda: time.time() > (again_at[0] or 0))
    assert await limiters[1].admit(7, "brief") is None
    assert await limiters[0].admit(7, "brief") is not None
    for client in clients:
        await client.aclose()


async def test_a_process_that_starts_later_knows_what_was_counted_before(redis_url: str) -> None:
    first, second = Redis.from_url(redis_url), Redis.from_url(redis_url)
    before = RateLimiter(shared_store(first), CONFIG)
    for _ in range(10):
        assert await before.admit(7, "read") is None
    assert await RateLimiter(shared_store(second), CONFIG).admit(7, "read") is not None
    await first.aclose()
    await second.aclose()


async def test_a_denied_user_is_told_when_the_oldest_request_leaves_the_window(redis: Redis) -> None:
    limiter = RateLimiter(shared_store(redis), CONFIG)
    began = time.time()
    for _ in range(10):
        assert await limiter.admit(7, "read") is None
    again_at = await limiter.admit(7, "read")
    assert again_at is not None
    assert began + 9.9 <= again_at <= time.time() + 10.1


async def test_a_flood_asks_valkey_no_more_often_than_the_limit_has_places(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = RateLimiter(shared_store(redis), msgspec.structs.replace(CONFIG, store_timeout_ms=10_000))
    asked, count = 0, limiter._store.call

    async def counted(start: Any) -> Any:
        nonlocal asked
        asked += 1
        return await count(start)

    monkeypatch.setattr(limiter._store, "call", counted)
    answers = await asyncio.gather(*(limiter.admit(7, "read") for _ in range(500)))
    assert answers.count(None) == 10
    assert asked == 10
    assert await limiter.admit(7, "read") is not None
    again_at = [await limiter.admit(7, "read") for _ in range(500)]
    assert None not in again_at
    assert asked == 11
    assert await limiter.admit(8, "read") is None


async def test_users_and_classes_are_counted_apart(redis: Redis) -> None:
    limiter = RateLimiter(shared_store(redis), CONFIG)
    for _ in range(5):
        assert await limiter.admit(7, "unnamed") is None
    assert await limiter.admit(7, "unnamed") is not None
    assert await limiter.admit(7, "read") is None
    assert await limiter.admit(8, "unnamed") is None


async def test_the_window_moves_on(redis: Redis) -> None:
    limiter = RateLimiter(shared_store(redis), CONFIG)
    assert await limiter.admit(7, "brief") is None
    again_at = await limiter.admit(7, "brief")
    assert again_at is not None
    await until(lambda: time.time() > again_at)
    assert await limiter.admit(7, "brief") is None


async def test_with_valkey_killed_the_process_counts_for_itself_and_takes_up_again(
    valkey_server: ValkeyServer,
) -> None:
    redis = Redis.from_url(valkey_server.url)
    limiter = RateLimiter(shared_store(redis), CONFIG)
    assert await limiter.admit(7, "read") is None
    valkey_server.kill()
    began = time.monotonic()
    answers = [await limiter.admit(7, "read") for _ in range(12)]
    assert time.monotonic() - began < 1.0
    assert answers.count(None) == 10
    await valkey_server.start()
    other = RateLimiter(shared_store(Redis.from_url(valkey_server.url)), CONFIG)

    async def counted_together() -> bool:
        await limiter.admit(9, "unnamed")
        return await other.admit(9, "unnamed") is not None

    await until(counted_together)
    await redis.aclose()


async def test_a_valkey_that_hangs_costs_the_first_users_a_timeout_and_all_others_nothing(
    silent_server_url: str,
) -> None:
    redis = Redis.from_url(silent_server_url)
    shared = shared_store(redis)
    limiter = RateLimiter(shared, CONFIG)
    began = time.monotonic()
    assert await asyncio.gather(*(limiter.admit(user, "read") for user in range(8))) == [None] * 8
    assert await limiter.admit(7, "read") is None
    assert time.monotonic() - began < 1.0
    patient = RateLimiter(shared, msgspec.structs.replace(CONFIG, store_timeout_ms=10_000))
    for _ in range(5):
        began = time.monotonic()
        assert await patient.admit(7, "read") is None
        assert time.monotonic() - began < 5
    await redis.aclose()


@pytest.mark.parametrize("kind", list(SHIPPED.classes))
async def test_every_class_of_the_shipped_configuration_admits_as_many_as_it_says_and_no_more(
    redis: Redis, kind: str
) -> None:
    limiter = RateLimiter(shared_store(redis), msgspec.structs.replace(SHIPPED, store_timeout_ms=10_000))
    answers = [await limiter.admit(7, kind) for _ in range(SHIPPED.classes[kind].requests + 1)]
    assert [answer is None for answer in answers] == [True] * (len(answers) - 1) + [False]
