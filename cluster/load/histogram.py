"""Latencies by the million in little memory: counts in buckets whose width grows with the value."""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

_GROWTH: Final[float] = 1.02
_LOG_GROWTH: Final = math.log(_GROWTH)
_LEAST_MS: Final = 0.001


class Histogram:
    """Latencies in ms. A quantile is off by at most 1 %, whatever their range; the largest is exact."""

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self.count = 0
        self.largest_ms = 0.0

    def add(self, latency_ms: float) -> None:
        """Count one latency."""
        self._buckets[int(math.log(max(latency_ms, _LEAST_MS) / _LEAST_MS) / _LOG_GROWTH)] += 1
        self.count += 1
        self.largest_ms = max(self.largest_ms, latency_ms)

    def merge(self, other: Histogram) -> None:
        """Count everything that `other` has counted."""
        self._buckets.update(other._buckets)
        self.count += other.count
        self.largest_ms = max(self.largest_ms, other.largest_ms)

    def quantile(self, fraction: float) -> float | None:
        """The latency below which `fraction` (over 0, at most 1) of all lie; None if there are none."""
        assert 0 < fraction <= 1, "a quantile is a fraction of all"
        due = math.ceil(fraction * self.count)
        for bucket in sorted(self._buckets):
            due -= self._buckets[bucket]
            if due <= 0:
                return min(_middle_ms(bucket), self.largest_ms)
        return None

    def bars(self) -> list[tuple[float, float, int]]:
        """(from ms, to ms, how many), each bar twice as wide as the one before, from the first to the last full."""
        doubled: Counter[int] = Counter()
        for bucket, number in self._buckets.items():
            doubled[math.floor(math.log2(_middle_ms(bucket)))] += number
        if not doubled:
            return []
        return [
            (2.0**power, 2.0 ** (power + 1), doubled[power])
            for power in range(min(doubled), max(doubled) + 1)
        ]


def _middle_ms(bucket: int) -> float:
    return _LEAST_MS * math.exp(_LOG_GROWTH * (bucket + 0.5))
