"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_PATIENCE_S: Final = 0.05


async def end_tasks(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel `tasks` until they have ended; their results and errors are dropped.

    Once is not enough: up to Python 3.11 `asyncio.wait_for`, through which redis-py sends, swallows a
    cancellation that meets its result.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        ended, pending = await asyncio.wait(pending, timeout=_PATIENCE_S)
        for task in ended:
            if not task.cancelled():
                task.exception()
