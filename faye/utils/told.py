"""How often somebody was told something lately: whoever does not listen must cost next to nothing."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from faye.utils.clock import Clock

USERS_MAX: Final = 10_000


class Told:
    """Counts per user in windows of their own; the longest known are forgotten when there are too many."""

    def __init__(self, clock: Clock, *, times_max: int, window_s: int) -> None:
        self._clock = clock
        self._times_max = times_max
        self._window_ms = window_s * 1000
        self._windows: OrderedDict[int, tuple[float, int]] = OrderedDict()

    def once_more(self, user_id: int) -> bool:
        """Whether the user shall be told; counts it."""
        now_ms = self._clock.monotonic_ms()
        ends_ms, times = self._windows.get(user_id, (0.0, 0))
        if now_ms >= ends_ms:
            self._windows.pop(user_id, None)
            ends_ms, times = now_ms + self._window_ms, 0
        self._windows[user_id] = ends_ms, times + 1
        if len(self._windows) > USERS_MAX:
            self._windows.popitem(last=False)
        return times < self._times_max
