"""A clock that is turned by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

FIRST_DAY_MS: Final = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
DAY_MS: Final = 86_400_000


class TurnedClock:
    """The engine's clock; it stands still until somebody turns it on."""

    def __init__(self) -> None:
        self._now_ms = FIRST_DAY_MS

    def time_ms(self) -> int:
        """Unix time in milliseconds."""
        return self._now_ms

    def monotonic_ms(self) -> float:
        """The same: it never goes back."""
        return float(self._now_ms)

    def turn_to(self, time_ms: int) -> None:
        """Be at that moment, unless it is past already."""
        self._now_ms = max(self._now_ms, time_ms)

    def pass_ms(self, passed_ms: int) -> None:
        """Be so much later."""
        assert passed_ms >= 0, "time does not go back"
        self._now_ms += passed_ms
