import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from faye.utils.bounded_store import PAUSE_TIMEOUTS, BoundedStore, StoreAway


class TurnedClock:
    def __init__(self) -> None:
        self.now_ms = 0.0

    def time_ms(self) -> int:
        return int(self.now_ms)

    def monotonic_ms(self) -> float:
        return self.now_ms


class Valkey:
    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    async def answer(self) -> str:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return "PONG"


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def store(clock: TurnedClock) -> BoundedStore:
    return BoundedStore("tests", timeout_ms=20, clock=clock)


async def test_an_answer_is_passed_on(store: BoundedStore) -> None:
    assert await store.call(Valkey().answer) == "PONG"


@pytest.mark.parametrize("error", [RedisConnectionError("gone"), OSError("refused"), TimeoutError()])
async def test_after_a_failure_nobody_asks_until_the_pause_is_over(
    store: BoundedStore, clock: TurnedClock, error: Exception
) -> None:
    valkey = Valkey()
    valkey.error = error
    for _ in range(3):
        with pytest.raises(StoreAway):
            await store.call(valkey.answer)
    assert valkey.calls == 1
    valkey.error = None
    clock.now_ms = 20 * PAUSE_TIMEOUTS
    assert await store.call(valkey.answer) == "PONG"
    assert await store.call(valkey.answer) == "PONG"


async def test_a_call_that_hangs_is_given_up_after_the_timeout(store: BoundedStore) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        with pytest.raises(StoreAway):
            await store.call(hang)


async def test_an_outage_is_logged_once_and_its_end_too(
    store: BoundedStore, clock: TurnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "faye.utils.bounded_store")
    valkey = Valkey()
    valkey.error = RedisConnectionError("gone")
    for step in range(5):
        clock.now_ms = 1_000.0 * step
        with pytest.raises(StoreAway):
            await store.call(valkey.answer)
    valkey.error = None
    clock.now_ms = 10_000
    await store.call(valkey.answer)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


async def test_a_bug_is_not_mistaken_for_an_outage(store: BoundedStore) -> None:
    async def broken() -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await store.call(broken)
