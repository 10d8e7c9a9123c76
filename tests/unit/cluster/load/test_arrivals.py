"""The loops on virtual time, over a system that is as slow as each test says."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cluster.load.arrivals import Act, Heard, closed_loop, moments, open_loop
from cluster.load.deeds import Chooser, Deed, Verdict
from cluster.load.settings import load_settings
from cluster.load.tally import Tally
from tests.simulation.virtual_time import run_virtually

CONFIG = Path(__file__).resolve().parents[4] / "config"


def chooser() -> Chooser:
    return Chooser(load_settings(CONFIG), {"craft": 1}, players=10)


def slow(seconds: float, verdict: Verdict = Verdict.DONE) -> Act:
    async def act(deed: Deed) -> Heard:
        await asyncio.sleep(seconds)
        return Heard(verdict)

    return act


def one_at_a_time(seconds: Callable[[float], float]) -> Act:
    """A system that serves one request after the other; `seconds` gives the service time at a moment."""
    server = asyncio.Lock()
    clock = asyncio.get_running_loop().time

    async def act(deed: Deed) -> Heard:
        async with server:
            await asyncio.sleep(seconds(clock()))
        return Heard(Verdict.DONE)

    return act


async def on_virtual_time(loop: Callable[..., Awaitable[None]], act: Act, **options: Any) -> Tally:
    tally = Tally()
    await loop(act, chooser(), tally, clock=asyncio.get_running_loop().time, **options)
    return tally


def run_closed(act: Act, **options: Any) -> Tally:
    return run_virtually(on_virtual_time(closed_loop, act, **options))


def run_open(act: Act, **options: Any) -> Tally:
    return run_virtually(on_virtual_time(open_loop, act, **{"unanswered_max": 100_000, **options}))


def test_a_closed_loop_keeps_as_many_under_way_as_wanted() -> None:
    under_way: list[int] = []
    now = 0

    async def act(deed: Deed) -> Heard:
        nonlocal now
        now += 1
        under_way.append(now)
        await asyncio.sleep(0.1)
        now -= 1
        return Heard(Verdict.DONE)

    tally = run_closed(act, concurrency=5, seconds=2.05)
    assert max(under_way) == 5
    assert tally.rate == pytest.approx(5 / 0.1, rel=0.03)
    assert tally.unanswered == 0


def test_refusals_are_answers_but_no_commands_done() -> None:
    tally = run_closed(slow(0.1, Verdict.REFUSED), concurrency=2, seconds=0.95)
    assert tally.rate == 0
    assert tally.total().verdicts[Verdict.REFUSED] == 20


def test_what_is_answered_after_the_time_is_no_part_of_the_rate() -> None:
    tally = run_closed(slow(0.8), concurrency=10, seconds=1)
    assert tally.rate == 10
    assert tally.total().latencies.count == 20


def test_an_open_loop_asks_at_the_wanted_rate_however_slow_the_answers_are() -> None:
    tally = run_open(slow(3.0), rate=200, seconds=10)
    assert tally.total().latencies.count == pytest.approx(2_000, rel=0.1)
    assert tally.total().latencies.quantile(0.5) == pytest.approx(3_000, rel=0.02)


def test_time_spent_waiting_for_a_stalled_system_counts_from_the_scheduled_moment() -> None:
    async def run(loop: Callable[..., Awaitable[None]], **options: Any) -> Tally:
        # Once it has stood still for 2 s it serves everybody in a millisecond again.
        act = one_at_a_time(lambda now_s: 2.0 if now_s < 2 else 0.001)
        return await on_virtual_time(loop, act, seconds=10, **options)

    hidden = run_virtually(run(closed_loop, concurrency=1))
    seen = run_virtually(run(open_loop, rate=100, unanswered_max=100_000))
    assert hidden.total().latencies.quantile(0.99) == pytest.approx(
        1, rel=0.1
    )  # one slow request of thousands
    assert (seen.total().latencies.quantile(0.9) or 0) > 500  # everybody who came meanwhile waited


def test_a_request_that_sets_out_late_is_measured_from_its_moment() -> None:
    async def run() -> Tally:
        loop = asyncio.get_running_loop()

        def stall() -> None:  # the program itself is held up for a second
            loop._leaping.now_s += 1.0  # type: ignore[attr-defined]

        loop.call_at(0.5, stall)
        return await on_virtual_time(open_loop, slow(0), rate=100, seconds=2, unanswered_max=100_000)

    tally = run_virtually(run())
    assert tally.total().latencies.largest_ms == pytest.approx(1000, rel=0.1)
    assert tally.total().latencies.quantile(0.25) == pytest.approx(0, abs=0.01)
    assert tally.total().latencies.count == pytest.approx(200, rel=0.2)


def test_a_timer_that_fires_early_makes_no_request_look_faster_than_it_was() -> None:
    async def run() -> Tally:
        tally = Tally()
        loop = asyncio.get_running_loop()

        def clock() -> float:  # by it every wait ends at half its length
            return loop.time() / 2

        await open_loop(slow(0.01), chooser(), tally, rate=100, seconds=2, unanswered_max=1_000, clock=clock)
        return tally

    latencies = run_virtually(run()).total().latencies
    assert latencies.quantile(0.01) == pytest.approx(5, rel=0.02)
    assert latencies.largest_ms == pytest.approx(5)


def test_what_is_due_beyond_the_bound_is_counted_and_not_sent() -> None:
    sent = 0

    async def act(deed: Deed) -> Heard:
        nonlocal sent
        sent += 1
        await asyncio.sleep(100)
        return Heard(Verdict.DONE)

    tally = run_open(act, rate=100, seconds=5, unanswered_max=30)
    assert sent == 30
    assert tally.overload == len(list(moments(100, 5, seed=1))) - 30


def test_the_schedule_is_the_wanted_rate_and_repeats() -> None:
    first = list(moments(1_000, 20, seed=9))
    assert first == list(moments(1_000, 20, seed=9))
    assert first == sorted(first)
    assert len(first) == pytest.approx(20_000, rel=0.03)
    assert 0 < first[0] < first[-1] < 20


def test_the_first_sign_is_measured_apart_from_the_answer() -> None:
    async def act(deed: Deed) -> Heard:
        await asyncio.sleep(0.1)
        acknowledged_at_s = asyncio.get_running_loop().time()  # the clock of this test's loops
        await asyncio.sleep(0.4)
        return Heard(Verdict.DONE, acknowledged_at_s)

    total = run_closed(act, concurrency=1, seconds=2).total()
    assert total.acknowledgements.quantile(0.5) == pytest.approx(100, rel=0.02)
    assert total.latencies.quantile(0.5) == pytest.approx(500, rel=0.02)


def test_a_run_that_is_broken_off_has_the_rate_of_what_it_measured() -> None:
    async def run() -> Tally:
        tally = Tally()
        clock = asyncio.get_running_loop().time
        loop = closed_loop(slow(0.1), chooser(), tally, concurrency=4, seconds=100, clock=clock)
        driving = asyncio.create_task(loop)
        await asyncio.sleep(2.05)
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)
        return tally

    tally = run_virtually(run())
    assert tally.measured_s == pytest.approx(2.05)
    assert tally.rate == pytest.approx(40, rel=0.05)
    assert tally.unanswered == 0
