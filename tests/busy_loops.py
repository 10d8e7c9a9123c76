"""An event loop that has much to do, as a front-end's has under load."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def busy_loop(*, turn_ms: float) -> Iterator[None]:
    """While it lasts, each turn of the running loop takes at least so long."""
    loop = asyncio.get_running_loop()
    is_over = False

    def work() -> None:
        if not is_over:
            time.sleep(turn_ms / 1000)
            loop.call_soon(work)

    loop.call_soon(work)
    try:
        yield
    finally:
        is_over = True
