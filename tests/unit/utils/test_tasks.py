import asyncio

from faye.utils.tasks import end_tasks


async def test_a_task_that_swallows_a_cancellation_is_ended_all_the_same() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await asyncio.wait_for(end_tasks([task]), 5)
    assert task.cancelled()


async def test_results_and_errors_of_ended_tasks_are_dropped() -> None:
    async def fails() -> None:
        raise ValueError

    async def succeeds() -> int:
        return 1

    tasks = [asyncio.create_task(fails()), asyncio.create_task(succeeds())]
    await asyncio.sleep(0)
    await end_tasks(tasks)
    await end_tasks([])
    assert all(task.done() for task in tasks)
