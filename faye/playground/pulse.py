"""Waiting for a state to change, without polling."""

import asyncio
from collections import defaultdict
from collections.abc import Callable

ANYTHING = ""
"""The key of those who want to know of every change."""


class Pulse:
    """Wakes those who wait when something changed; each waiter checks for itself.

    Waiters give a key, so that thousands who wait for different things do not wake each other.
    """

    def __init__(self) -> None:
        self._waiters: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)

    def beat(self, key: str = ANYTHING) -> None:
        """Tell those who wait for this key, and those who wait for anything."""
        for concerned in {key, ANYTHING}:
            for waiter in self._waiters.pop(concerned, ()):
                if not waiter.done():
                    waiter.set_result(None)

    async def until(self, holds: Callable[[], bool], timeout_s: float, key: str = ANYTHING) -> bool:
        """Return True as soon as the condition holds, False if it does not within the time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self._next(key)
        except TimeoutError:
            return holds()
        return True

    async def _next(self, key: str) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters[key].add(waiter)
        try:
            await waiter
        finally:
            self._waiters[key].discard(waiter)
            if not self._waiters[key]:
                del self._waiters[key]
