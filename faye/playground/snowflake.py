"""Discord snowflakes: 64-bit ids whose order is the order of their making."""

import time
from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000
_SEQUENCE_BITS = 12
_TIME_SHIFT = 22
_WORKER = 1 << 17


def _wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class SnowflakeMaker:
    """Makes ids that are unique and strictly increasing, also when the clock stands still or steps back."""

    def __init__(self, now_ms: Callable[[], int] = _wall_clock_ms) -> None:
        self._now_ms = now_ms
        self._last_ms = 0
        self._sequence = 0

    def make(self) -> str:
        """Return the next id, as the decimal string that Discord sends."""
        now = max(self._now_ms(), self._last_ms)
        self._sequence = self._sequence + 1 if now == self._last_ms else 0
        if self._sequence >> _SEQUENCE_BITS:
            now, self._sequence = now + 1, 0
        self._last_ms = now
        return str(((now - EPOCH_MS) << _TIME_SHIFT) | _WORKER | self._sequence)


def made_at_ms(snowflake: str) -> int:
    """Return the Unix time in milliseconds at which an id was made."""
    return (int(snowflake) >> _TIME_SHIFT) + EPOCH_MS


def is_snowflake(text: object) -> bool:
    """Say whether a value from outside has the shape of an id."""
    return isinstance(text, str) and text.isascii() and text.isdigit() and 0 < len(text) <= 20
