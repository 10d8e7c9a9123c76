"""One timer ends all that was not answered in time, and nothing else."""

import asyncio

from actors.deadlines import Deadlines
from tests.simulation.virtual_time import run_virtually


def _end(future: asyncio.Future[str]) -> None:
    future.set_result("late")


def test_each_is_ended_at_its_own_deadline() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(2.0, _end)
        first, second = loop.create_future(), loop.create_future()
        deadlines.watch(first)
        await asyncio.sleep(0.5)
        deadlines.watch(second)
        assert await first == "late"
        assert loop.time() == 2.0
        assert not second.done()
        assert await second == "late"
        assert loop.time() == 2.5

    run_virtually(scenario())


def test_what_is_done_or_given_up_is_left_alone() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(2.0, _end)
        answered, given_up, waiting = loop.create_future(), loop.create_future(), loop.create_future()
        for future in (answered, given_up, waiting):
            deadlines.watch(future)
        answered.set_result("in time")
        given_up.cancel()
        assert await waiting == "late"
        assert answered.result() == "in time"
        assert given_up.cancelled()

    run_virtually(scenario())


def test_it_watches_again_after_a_pause() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(2.0, _end)
        for _ in range(2):
            future = loop.create_future()
            deadlines.watch(future)
            assert await future == "late"
            await asyncio.sleep(5)

    run_virtually(scenario())
