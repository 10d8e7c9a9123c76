import asyncio

from cluster.supervisor import Supervisor


class FakeServer:
    """Ends when told to, and starts as often as it is let."""

    name = "a fake"

    def __init__(self, refusals: int = 0) -> None:
        self.starts = 0
        self.refusals = refusals
        self.ended = asyncio.Event()
        self.started = asyncio.Condition()

    async def start(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError("the port is still taken")
        async with self.started:
            self.starts += 1
            self.ended.clear()
            self.started.notify_all()

    async def stop(self) -> None:
        self.ended.set()

    async def wait(self) -> int:
        await self.ended.wait()
        return -9

    async def until_starts(self, count: int) -> None:
        async with asyncio.timeout(5), self.started:
            await self.started.wait_for(lambda: self.starts >= count)


async def test_a_server_that_ends_is_started_again_each_time() -> None:
    server = FakeServer()
    supervisor = Supervisor(server, pause_max_s=0.01)
    supervisor.watch()
    for count in (1, 2, 3):
        server.ended.set()
        await server.until_starts(count)
    await supervisor.unwatch()


async def test_a_start_that_fails_is_tried_again() -> None:
    server = FakeServer(refusals=3)
    supervisor = Supervisor(server, pause_max_s=0.01)
    supervisor.watch()
    server.ended.set()
    await server.until_starts(1)
    await supervisor.unwatch()
    assert server.refusals == 0


async def test_once_unwatched_it_stays_down() -> None:
    server = FakeServer()
    supervisor = Supervisor(server, pause_max_s=0.01)
    supervisor.watch()
    await supervisor.unwatch()
    await server.stop()
    await asyncio.sleep(0)
    assert server.starts == 0
