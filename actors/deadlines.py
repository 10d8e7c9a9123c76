"""Ending what was not answered in time, with one timer for all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Everything watched has the same patience, so what was watched first is due first.

    A timer for each request cost a tenth of what a router does for it.
    """

    def __init__(self, patience_s: float, end: Callable[[asyncio.Future[T]], None]) -> None:
        self._patience_s = patience_s
        self._end = end
        self._watched: deque[tuple[float, asyncio.Future[T]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, future: asyncio.Future[T]) -> None:
        """Have `end(future)` called if it is not done when its patience is over."""
        self._drop_done()
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self._patience_s
        self._watched.append((due_s, future))
        if self._timer is None:
            self._timer = loop.call_at(due_s, self._ring)

    def _ring(self) -> None:
        """End what is due, and wait for what is due next."""
        self._timer = None
        loop = asyncio.get_running_loop()
        self._drop_done()
        while self._watched and self._watched[0][0] <= loop.time():
            self._end(self._watched.popleft()[1])
            self._drop_done()
        if self._watched:
            self._timer = loop.call_at(self._watched[0][0], self._ring)

    def _drop_done(self) -> None:
        while self._watched and self._watched[0][1].done():
            self._watched.popleft()
