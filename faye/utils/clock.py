"""Time as something that is handed over, so that tests and simulations can turn it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    """What the engine knows of time."""

    def time_ms(self) -> int:
        """Unix time in milliseconds."""
        ...

    def monotonic_ms(self) -> float:
        """Milliseconds on a clock that never goes back; also runs on while a process is stopped."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def time_ms(self) -> int:
        """Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> float:
        """Milliseconds since some moment in the past."""
        return time.monotonic() * 1000


@lru_cache(maxsize=64)  # a command and its lines share their moment
def at(time_ms: int) -> datetime:
    """The moment of a Unix time in milliseconds, in UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC)
