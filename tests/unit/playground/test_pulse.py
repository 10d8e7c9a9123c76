import asyncio

from faye.playground.pulse import Pulse


async def test_a_waiter_wakes_when_its_condition_holds() -> None:
    pulse, seen = Pulse(), list[int]()
    waiting = asyncio.create_task(pulse.until(lambda: len(seen) == 2, 5))
    for number in range(2):
        await asyncio.sleep(0)
        seen.append(number)
        pulse.beat("some key")
    assert await waiting


async def test_a_condition_that_never_holds_ends_with_the_time() -> None:
    assert not await Pulse().until(lambda: False, 0.01)


async def test_waiters_of_another_key_sleep_on() -> None:
    pulse, looked = Pulse(), list[int]()
    waiting = asyncio.create_task(pulse.until(lambda: bool(looked.append(1)), 0.05, "mine"))
    await asyncio.sleep(0)
    pulse.beat("yours")
    assert not await waiting
    # Once at the beginning, once when the time was over.
    assert len(looked) == 2
