"""Who pressed a button first, over a real Valkey."""

import time

from redis.asyncio import Redis

from faye.utils.first_presses import FirstPresses
from tests.shared_stores import shared_store

OPERATION, FIRST, SECOND = 7, 100, 200


def presses_on(redis: Redis, remembered_max: int = 100) -> FirstPresses:
    return FirstPresses(shared_store(redis), kept_s=30, remembered_max=remembered_max, timeout_ms=500)


async def test_only_one_press_of_an_operation_is_the_first_in_all_processes(redis: Redis) -> None:
    here, there = presses_on(redis), presses_on(redis)
    assert await here.take(OPERATION, FIRST)
    assert not await here.take(OPERATION, SECOND)
    assert not await there.take(OPERATION, SECOND)


async def test_a_press_that_is_delivered_again_is_still_the_first(redis: Redis) -> None:
    here, there = presses_on(redis), presses_on(redis)
    assert await here.take(OPERATION, FIRST)
    assert await here.take(OPERATION, FIRST)
    assert await there.take(OPERATION, FIRST)


async def test_another_press_may_be_the_first_when_the_first_came_to_nothing(redis: Redis) -> None:
    here, there = presses_on(redis), presses_on(redis)
    assert await here.take(OPERATION, FIRST)
    assert not await there.take(OPERATION, SECOND)
    await there.give_back(OPERATION, SECOND)
    assert not await there.take(OPERATION, SECOND)
    await here.give_back(OPERATION, FIRST)
    assert await there.take(OPERATION, SECOND)
    assert not await here.take(OPERATION, FIRST)


async def test_operations_do_not_stop_each_other_and_are_forgotten_in_time(redis: Redis) -> None:
    presses = presses_on(redis)
    assert await presses.take(OPERATION, FIRST)
    assert await presses.take(OPERATION + 1, SECOND)
    for key in await redis.keys("faye:press:*"):
        assert 0 < await redis.ttl(key) <= 30


async def test_with_valkey_away_a_process_knows_what_it_saw_itself(silent_server_url: str) -> None:
    redis = Redis.from_url(silent_server_url)
    presses = presses_on(redis)
    began = time.monotonic()
    assert await presses.take(OPERATION, FIRST)
    assert not await presses.take(OPERATION, SECOND)
    await presses.give_back(OPERATION, FIRST)
    assert await presses.take(OPERATION, SECOND)
    assert time.monotonic() - began < 2.0
    await redis.aclose()


async def test_with_valkey_away_a_process_remembers_no_more_than_it_may(silent_server_url: str) -> None:
    redis = Redis.from_url(silent_server_url)
    presses = presses_on(redis, remembered_max=2)
    for operation in (OPERATION, OPERATION + 1, OPERATION + 2):
        assert await presses.take(operation, FIRST)
    assert not await presses.take(OPERATION + 2, SECOND)
    assert await presses.take(OPERATION, SECOND), "the oldest is forgotten"
    await redis.aclose()
