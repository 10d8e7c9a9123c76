"""Waiting for others without blaming them for the lateness of our own loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


async def outlast(futures: Iterable[asyncio.Future[Any]], timeout_s: float, *, looks: int) -> None:
    """Wait until one of `futures` is done, or in vain for `timeout_s` and no fewer than `looks` looks.

    On time, the looks together last `timeout_s`. In a loop that is late each takes as long as two of its turns,
    so that whoever must be waited for has that many turns to come through, however long they are.
    """
    awaited = set(futures)
    for _ in range(looks):
        done, _pending = await asyncio.wait(
            awaited, timeout=timeout_s / looks, return_when=asyncio.FIRST_COMPLETED
        )
        if done:
            return
