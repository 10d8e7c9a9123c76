"""Waiting for a state to change, without polling."""

import asyncio
from collections.abc import Callable


class Pulse:
    """Wakes everybody who waits whenever something changed; each waiter checks for itself."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """Tell the waiters that something changed."""
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Return True as soon as the condition holds, False if it does not within the time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self._next()
        except TimeoutError:
            return holds()
        return True

    async def _next(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
