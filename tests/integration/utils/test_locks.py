"""Players' locks over a real Valkey."""

import time

from redis.asyncio import Redis

from faye.utils.locks import UserLocks
from tests.integration.utils.conftest import until
from tests.shared_stores import shared_store


def lock_on(redis: Redis, held_s: int = 30) -> UserLocks:
    return UserLocks(shared_store(redis), held_s=held_s, timeout_ms=200)


async def test_a_second_summon_is_kept_out_until_the_first_lets_go(redis: Redis) -> None:
    lock = lock_on(redis)
    assert await lock.acquire("summon", 1, 100)
    assert not await lock.acquire("summon", 1, 200)
    await lock.release("summon", 1, 100)
    assert await lock.acquire("summon", 1, 200)


async def test_the_same_summon_enters_again_also_from_another_process(redis: Redis) -> None:
    assert await lock_on(redis).acquire("summon", 1, 100)
    assert await lock_on(redis).acquire("summon", 1, 100)


async def test_players_do_not_stop_each_other(redis: Redis) -> None:
    lock = lock_on(redis)
    assert await lock.acquire("summon", 1, 100)
    assert await lock.acquire("summon", 2, 200)


async def test_one_lock_does_not_stop_what_takes_another(redis: Redis) -> None:
    lock = lock_on(redis)
    assert await lock.acquire("summon", 1, 100)
    assert await lock.acquire("confirm", 1, 200)
    assert not await lock.acquire("confirm", 1, 300)
    await lock.release("confirm", 1, 200)
    assert not await lock.acquire("summon", 1, 300)


async def test_nobody_lets_go_of_a_lock_that_another_summon_holds(redis: Redis) -> None:
    lock = lock_on(redis)
    assert await lock.acquire("summon", 1, 100)
    await lock.release("summon", 1, 200)
    assert not await lock.acquire("summon", 1, 300)


async def test_a_lock_that_nobody_lets_go_of_expires(redis: Redis) -> None:
    lock = lock_on(redis, held_s=1)
    assert await lock.acquire("summon", 1, 100)

    async def free() -> bool:
        return await lock.acquire("summon", 1, 200)

    await until(free)


async def test_with_valkey_away_the_lock_is_skipped_in_time(silent_server_url: str) -> None:
    redis = Redis.from_url(silent_server_url)
    lock = lock_on(redis)
    began = time.monotonic()
    assert await lock.acquire("summon", 1, 100)
    assert await lock.acquire("summon", 1, 200)
    await lock.release("summon", 1, 100)
    assert time.monotonic() - began < 1.0
    await redis.aclose()
