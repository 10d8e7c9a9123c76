"""Deferred interactions over a real Valkey."""

import asyncio
import time

from redis.asyncio import Redis

from cluster.valkey import ValkeyServer
from faye.utils.deferred import Deferred, DeferredStore
from tests.integration.utils.conftest import stopped, until
from tests.shared_stores import shared_store


def store_of(redis: Redis, owner: str, *, lease_s: int = 1, kept_s: int = 900) -> DeferredStore:
    return DeferredStore(shared_store(redis), owner=owner, kept_s=kept_s, lease_s=lease_s, timeout_ms=200)


def deferred(number: int, *, age_s: float = 0) -> Deferred:
    at_ms = int((time.time() - age_s) * 1000)
    return Deferred(
        application_id=5, interaction_id=number, token=f"token-{number}", at_ms=at_ms, errand=b"errand"
    )


async def test_what_a_lapsed_owner_left_is_adopted_once_by_several_at_the_same_time(redis: Redis) -> None:
    dead = store_of(redis, "dead")
    left = [deferred(number) for number in range(1, 41)]
    for each in left:
        assert await dead.remember(each)
    rivals = [store_of(redis, f"rival-{number}", lease_s=30) for number in range(8)]
    adopted = await asyncio.gather(*(rival.adopt() for rival in rivals))
    everything = [each for found in adopted for each in found]
    assert sorted(each.interaction_id for each in everything) == list(range(1, 41))
    assert {each.token for each in everything} == {each.token for each in left}


async def test_nothing_is_taken_from_an_owner_whose_lease_runs(redis: Redis) -> None:
    alive = store_of(redis, "alive", lease_s=30)
    assert await alive.renew()
    await alive.remember(deferred(1))
    assert await store_of(redis, "other").adopt() == []


async def test_a_lease_lapses_by_itself_and_at_once_when_given_up(redis: Redis) -> None:
    first, second = store_of(redis, "first", lease_s=1), store_of(redis, "second", lease_s=30)
    other = store_of(redis, "other")
    for owner, number in ((first, 1), (second, 2)):
        await owner.renew()
        await owner.remember(deferred(number))
    await second.resign()
    assert [each.interaction_id for each in await other.adopt()] == [2]

    async def lapsed() -> bool:
        return [each.interaction_id for each in await other.adopt()] == [1]

    await until(lapsed)


async def test_an_adopter_that_dies_too_leaves_its_adopted_ones_to_the_next(redis: Redis) -> None:
    await store_of(redis, "first").remember(deferred(1))
    second = store_of(redis, "second")
    assert len(await second.adopt()) == 1
    third = store_of(redis, "third")
    assert await third.adopt() == []
    await second.resign()
    assert [each.interaction_id for each in await third.adopt()] == [1]
    assert await second.adopt() == []


async def test_what_was_forgotten_is_not_adopted(redis: Redis) -> None:
    dead = store_of(redis, "dead")
    await dead.remember(deferred(1))
    await dead.remember(deferred(2))
    await dead.forget(1)
    assert [each.interaction_id for each in await store_of(redis, "next").adopt()] == [2]


async def test_the_second_remembering_of_an_interaction_is_not_the_first(redis: Redis) -> None:
    store = store_of(redis, "one")
    assert await store.remember(deferred(1))
    assert not await store.remember(deferred(1))


async def test_an_interaction_whose_token_ended_is_dropped(redis: Redis) -> None:
    await store_of(redis, "dead").remember(deferred(1, age_s=901))
    adopter = store_of(redis, "next")
    assert await adopter.adopt() == []
    assert await store_of(redis, "after").adopt() == []


async def test_everything_is_gone_when_the_tokens_are(redis: Redis) -> None:
    store = store_of(redis, "one", kept_s=1)
    await store.remember(deferred(1))

    async def gone() -> bool:
        return not [key for key in await redis.keys("*of:one*") if key]

    await until(gone)


async def test_with_valkey_away_nothing_fails(silent_server_url: str) -> None:
    redis = Redis.from_url(silent_server_url)
    store = store_of(redis, "one")
    began = time.monotonic()
    assert await store.remember(deferred(1))
    assert not await store.remember(deferred(1))
    await store.forget(1)
    assert not await store.renew()
    assert await store.adopt() == []
    await store.resign()
    assert time.monotonic() - began < 1.0
    await redis.aclose()


async def test_many_at_once_are_all_kept_and_all_forgotten_in_few_calls(redis: Redis) -> None:
    store = store_of(redis, "busy")
    numbers = range(1, 501)
    before = (await redis.info("commandstats")).get("cmdstat_evalsha", {}).get("calls", 0)
    kept = await asyncio.gather(*(store.remember(deferred(number)) for number in numbers))
    assert all(kept)
    await asyncio.gather(*(store.forget(number) for number in numbers if number % 2))
    calls = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] - before
    assert calls < 20
    left = await store_of(redis, "next").adopt()
    assert sorted(each.interaction_id for each in left) == [number for number in numbers if number % 2 == 0]


async def test_who_stops_waiting_takes_no_batch_from_the_others(redis: Redis) -> None:
    store = store_of(redis, "busy")
    first = asyncio.create_task(store.remember(deferred(1)))
    second = asyncio.create_task(store.remember(deferred(2)))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert len(await store_of(redis, "next").adopt()) == 2


async def adopted_after(owner: DeferredStore, redis: Redis) -> list[int]:
    """What another front-end finds when this one has died."""
    await owner.resign()
    return sorted(each.interaction_id for each in await store_of(redis, "heir").adopt())


async def test_what_valkey_lost_is_written_back_with_the_next_renewal(redis: Redis) -> None:
    store = store_of(redis, "living")
    for number in (1, 2, 3):
        await store.remember(deferred(number))
    await store.forget(1)
    await redis.flushall()
    await redis.script_flush()
    await store.forget(2)
    assert await store.renew()
    assert await adopted_after(store, redis) == [3]


async def test_what_was_adopted_is_written_back_too(redis: Redis) -> None:
    await store_of(redis, "dead").remember(deferred(1))
    store = store_of(redis, "living")
    await store.adopt()
    await redis.flushall()
    assert await store.renew()
    assert await adopted_after(store, redis) == [1]


async def test_a_renewal_brings_nothing_back_that_is_forgotten_meanwhile(redis: Redis) -> None:
    store = store_of(redis, "living")
    numbers = range(1, 1201)
    await asyncio.gather(*(store.remember(deferred(number)) for number in numbers))
    await redis.flushall()
    renewing = asyncio.create_task(store.renew())
    for number in numbers:
        if number % 3:
            await store.forget(number)
    assert await renewing
    assert await adopted_after(store, redis) == [number for number in numbers if number % 3 == 0]


async def test_what_comes_and_goes_while_valkey_hangs_is_made_good_once_it_answers(
    valkey_server: ValkeyServer,
) -> None:
    redis = Redis.from_url(valkey_server.url)
    shared = shared_store(redis)
    store = DeferredStore(shared, owner="living", kept_s=900, lease_s=5, timeout_ms=200)
    await store.remember(deferred(1))
    await store.remember(deferred(2))
    async with stopped(valkey_server):
        await store.forget(1)
        await until(lambda: shared.health.is_away)
        for number in (3, 4):
            assert await store.remember(deferred(number))
        await store.forget(3)
    await until(store.renew)
    assert await adopted_after(store, redis) == [2, 4]
    await redis.aclose()


async def test_an_adoption_whose_answer_was_lost_is_found_after_the_next_renewal(redis: Redis) -> None:
    await store_of(redis, "dead").remember(deferred(1))
    await store_of(redis, "living").adopt()  # Nobody who lives heard the answer.
    store = store_of(redis, "living")
    await store.remember(deferred(2))
    assert await store.renew()
    assert [each.interaction_id for each in await store.adopt()] == [1]
    assert await store.renew()
    assert await store.adopt() == []
    await store.forget(1)
    assert await adopted_after(store, redis) == [2]


async def test_what_is_held_is_dropped_when_its_token_ends(redis: Redis) -> None:
    store = store_of(redis, "living")
    await store.remember(deferred(1, age_s=901))
    await store.remember(deferred(2))
    assert await store.renew()
    assert await redis.hkeys("faye:{deferred}:of:living") == [b"2"]
