"""Time as something that is handed over, so that tests and simulations can turn it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol


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


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


def unix_ms(moment: datetime) -> int:
    """The last whole millisecond of Unix time that is not after a moment."""
    return (moment - _EPOCH) // _MS
