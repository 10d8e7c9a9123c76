"""How a long start tells what it is doing."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str], None]

SLOW_AFTER_S = 3.0


@contextmanager
def timed(progress: Progress, what: str) -> Iterator[None]:
    """Tell, after the block, that `what` is ready and how long it took."""
    started_at = time.monotonic()
    yield
    progress(f"{what} is ready ({time.monotonic() - started_at:.1f} s)")


@contextmanager
def told_when_slow(progress: Progress, what: str) -> Iterator[None]:
    """Tell `what` the block waits for, once, if it is still waiting after a moment."""
    telling = asyncio.get_running_loop().call_later(SLOW_AFTER_S, progress, what)
    try:
        yield
    finally:
        telling.cancel()
