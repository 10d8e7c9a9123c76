"""What Valkey's absence may cost: one timeout or one probe for those who wait, nothing for all others."""

import asyncio
import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from redis.exceptions import ConnectionError as RedisConnectionError

from faye.utils.bounded_store import BoundedStore, StoreAway
from faye.utils.store_health import StoreHealth
from tests.busy_loops import busy_loop
from tests.shared_stores import SHIPPED


class Valkey:
    """A server that answers, refuses or hangs; it counts what it is asked."""

    def __init__(self) -> None:
        self.calls = 0
        self.probes = 0
        self.error: Exception | None = None
        self.hangs = False

    async def answer(self) -> str:
        self.calls += 1
        return await self._say()

    async def ping(self) -> str:
        self.probes += 1
        return await self._say()

    async def aclose(self) -> None:
        """Nothing is held."""

    async def _say(self) -> str:
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return "PONG"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.002)


QUICK = replace(SHIPPED, probe_timeout_ms=20, probe_interval_ms=5)


@pytest.fixture
def valkey() -> Valkey:
    return Valkey()


@pytest.fixture
def health(valkey: Valkey) -> StoreHealth:
    return StoreHealth(lambda: valkey, QUICK)


@pytest.fixture
def store(health: StoreHealth) -> BoundedStore:
    return BoundedStore("tests", health, timeout_ms=20)


async def refused(store: BoundedStore, valkey: Valkey) -> None:
    with pytest.raises(StoreAway):
        await store.call(valkey.answer)


async def test_an_answer_is_passed_on(store: BoundedStore, valkey: Valkey) -> None:
    assert await store.call(valkey.answer) == "PONG"
    assert valkey.probes == 0


@pytest.mark.parametrize("error", [RedisConnectionError("gone"), OSError("refused"), TimeoutError()])
async def test_while_it_is_away_only_probes_ask_and_nobody_else(
    store: BoundedStore, valkey: Valkey, health: StoreHealth, error: Exception
) -> None:
    valkey.error = error
    await refused(store, valkey)
    await until(lambda: health.is_away)
    asked = valkey.calls
    probed = valkey.probes
    for _ in range(3):
        await refused(store, valkey)
    await until(lambda: valkey.probes > probed + 2)
    assert valkey.calls == asked
    valkey.error = None
    await until(lambda: not health.is_away)
    assert await store.call(valkey.answer) == "PONG"


async def test_one_lost_answer_is_no_outage(store: BoundedStore, valkey: Valkey, health: StoreHealth) -> None:
    valkey.error = RedisConnectionError("one connection was closed")
    with pytest.raises(StoreAway):
        await store.call(valkey.answer)
    valkey.error = None
    await until(lambda: valkey.probes == 1)
    assert not health.is_away
    assert await store.call(valkey.answer) == "PONG"


async def test_all_that_use_it_share_one_opinion_and_whoever_waits_waits_no_longer(
    store: BoundedStore, valkey: Valkey, health: StoreHealth
) -> None:
    patient = BoundedStore("something patient", health, timeout_ms=60_000)
    valkey.hangs = True
    began = time.monotonic()
    waiting = asyncio.create_task(patient.call(valkey.answer))
    await refused(store, valkey)
    with pytest.raises(StoreAway):
        await waiting
    with pytest.raises(StoreAway):
        await patient.call(valkey.answer)
    assert time.monotonic() - began < 5


async def test_a_valkey_that_comes_and_goes_stays_away(
    store: BoundedStore, valkey: Valkey, health: StoreHealth
) -> None:
    valkey.error = RedisConnectionError("gone")
    await refused(store, valkey)
    await until(lambda: health.is_away)

    answered = 0

    async def flapping() -> str:
        nonlocal answered
        valkey.probes += 1
        answered += 1
        if answered % QUICK.probes_answered_min == 0:
            raise RedisConnectionError("gone again")
        return "PONG"

    valkey.ping = flapping  # type: ignore[method-assign]
    await until(lambda: answered > 4 * QUICK.probes_answered_min)
    assert health.is_away


async def test_a_call_that_hangs_is_given_up_after_the_timeout(store: BoundedStore, valkey: Valkey) -> None:
    valkey.hangs = True
    async with asyncio.timeout(5):
        await refused(store, valkey)


async def test_an_outage_is_logged_once_and_its_end_too(
    store: BoundedStore, valkey: Valkey, health: StoreHealth, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "faye.utils.store_health")
    valkey.error = RedisConnectionError("gone")
    for _ in range(5):
        await refused(store, valkey)
    await until(lambda: valkey.probes > 3)
    valkey.error = None
    await until(lambda: not health.is_away)
    await store.call(valkey.answer)
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


async def test_a_bug_is_not_mistaken_for_an_outage(store: BoundedStore, valkey: Valkey) -> None:
    async def broken() -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await store.call(broken)
    assert valkey.probes == 0


async def test_a_call_that_swallows_its_cancellation_is_given_up_all_the_same(store: BoundedStore) -> None:
    released = asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    async with asyncio.timeout(5):
        with pytest.raises(StoreAway):
            await store.call(stubborn)
    released.set()


@pytest.mark.parametrize("error", [ValueError("garbled"), RuntimeError("a bug")])
async def test_a_probe_that_fails_for_another_reason_keeps_nobody_away(
    store: BoundedStore,
    valkey: Valkey,
    health: StoreHealth,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    caplog.set_level("INFO", "faye.utils.store_health")
    valkey.error = RedisConnectionError("gone")
    await refused(store, valkey)
    await until(lambda: health.is_away)
    valkey.error = error
    await until(lambda: not health.is_away)
    valkey.error = None
    assert await store.call(valkey.answer) == "PONG"
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]


async def test_an_outage_is_found_out_after_a_watch_that_failed(
    store: BoundedStore, valkey: Valkey, health: StoreHealth
) -> None:
    async def garbled() -> str:
        valkey.probes += 1
        raise ValueError("garbled")

    ping, valkey.ping = valkey.ping, garbled  # type: ignore[method-assign]
    valkey.error = RedisConnectionError("gone")
    await refused(store, valkey)
    await until(lambda: valkey.probes == 1)
    valkey.ping = ping  # type: ignore[method-assign]
    await until(lambda: not health.is_watching)
    await refused(store, valkey)
    await until(lambda: health.is_away)
    valkey.error = None
    await until(lambda: not health.is_away)


async def test_where_no_probe_can_be_made_calls_go_on_and_the_log_says_it_once(
    valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    def cannot_connect() -> Valkey:
        raise RuntimeError("no probe")

    health = StoreHealth(cannot_connect, QUICK)
    store = BoundedStore("tests", health, timeout_ms=20)
    valkey.error = RedisConnectionError("gone")
    for _ in range(3):
        await refused(store, valkey)
        await until(lambda: not health.is_watching)
        assert not health.is_away
    valkey.error = None
    assert await store.call(valkey.answer) == "PONG"
    assert [record.levelname for record in caplog.records] == ["ERROR"]


async def after_turns(turns: int) -> str:
    """What a client does for an answer that is there at once: it comes back to the loop so many times."""
    for _ in range(turns):
        await asyncio.sleep(0)
    return "PONG"


async def test_the_lateness_of_our_own_loop_is_no_fault_of_valkey(
    store: BoundedStore, valkey: Valkey
) -> None:
    with busy_loop(turn_ms=10):
        assert await store.call(lambda: after_turns(8)) == "PONG"
    assert valkey.probes == 0


async def test_a_probe_that_has_to_connect_finds_a_healthy_valkey_through_a_busy_loop(
    valkey: Valkey, health: StoreHealth
) -> None:
    valkey.ping = lambda: after_turns(15)  # type: ignore[method-assign]
    with busy_loop(turn_ms=5):
        health.suspect()
        await until(lambda: health.is_away or not health.is_watching)
        assert not health.is_away


async def test_a_busy_loop_does_not_hide_that_valkey_is_away(
    store: BoundedStore, valkey: Valkey, health: StoreHealth
) -> None:
    valkey.hangs = True
    with busy_loop(turn_ms=5):
        await refused(store, valkey)
        await until(lambda: health.is_away)


async def test_a_late_call_keeps_its_connection_if_the_answer_is_just_coming(
    store: BoundedStore, valkey: Valkey, health: StoreHealth
) -> None:
    answered = asyncio.Event()
    ended: list[str] = []

    async def late() -> None:
        try:
            await answered.wait()
            ended.append("answered")
        except asyncio.CancelledError:
            ended.append("broken off")
            raise

    with pytest.raises(StoreAway):
        await store.call(late)
    answered.set()
    await until(lambda: bool(ended))
    assert ended == ["answered"]


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_call_that_nobody_waits_for_is_broken_off_in_the_end(
    store: BoundedStore, valkey: Valkey, health: StoreHealth, is_away: bool
) -> None:
    broken_off = asyncio.Event()
    valkey.hangs = is_away

    async def hanging() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            broken_off.set()

    with pytest.raises(StoreAway):
        await store.call(hanging)
    async with asyncio.timeout(5):
        await broken_off.wait()
    await until(lambda: health.is_away == is_away)


async def test_who_stops_waiting_breaks_his_call_off(store: BoundedStore) -> None:
    begun, broken_off = asyncio.Event(), asyncio.Event()

    async def hanging() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            broken_off.set()

    caller = asyncio.create_task(store.call(hanging))
    await begun.wait()
    caller.cancel()
    async with asyncio.timeout(5):
        await broken_off.wait()
