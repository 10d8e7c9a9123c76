"""Tasks that go on for as long as their process, and ending tasks for certain."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

log = logging.getLogger(__name__)

_PATIENCE_S: Final = 0.05
_AGAIN_AFTER_S: Final = 1.0


async def keep_going(work: Callable[[], Awaitable[None]]) -> None:
    """Run `work`, and again whenever it fails or ends, until cancelled: upkeep must not die unnoticed."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s failed and begins again", getattr(work, "__qualname__", work))
        await asyncio.sleep(_AGAIN_AFTER_S)


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
