"""How a long start tells what it is doing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str], None]


@contextmanager
def timed(progress: Progress, what: str) -> Iterator[None]:
    """Tell, after the block, that `what` is ready and how long it took."""
    started_at = time.monotonic()
    yield
    progress(f"{what} is ready ({time.monotonic() - started_at:.1f} s)")
