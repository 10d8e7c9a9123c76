"""A bound on what an absent or slow Valkey may cost: time per call, and calls while it is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from redis.exceptions import RedisError

from faye.utils.clock import Clock, SystemClock

T = TypeVar("T")

log = logging.getLogger(__name__)

PAUSE_TIMEOUTS: Final = 5
"""After a failure calls are skipped for so many timeouts, so that an outage costs each user nothing."""


class StoreAway(Exception):
    """Valkey did not answer in time, or did not a moment ago; whether the call took effect is unknown."""


class BoundedStore:
    """Calls to Valkey, each bounded in time; after a failure they fail at once for a while."""

    def __init__(self, purpose: str, *, timeout_ms: int, clock: Clock | None = None) -> None:
        self._purpose = purpose
        self._timeout_ms = timeout_ms
        self._clock = clock or SystemClock()
        self._closed_until_ms = 0.0
        self._away = False

    async def call(self, start: Callable[[], Awaitable[T]]) -> T:
        """The answer of the call that `start` begins; raises `StoreAway`."""
        if self._clock.monotonic_ms() < self._closed_until_ms:
            raise StoreAway(self._purpose)
        try:
            async with asyncio.timeout(self._timeout_ms / 1000):
                answer = await start()
        except (RedisError, OSError, TimeoutError) as error:
            self._note_failure(error)
            raise StoreAway(self._purpose) from error
        self._note_success()
        return answer

    def _note_failure(self, error: Exception) -> None:
        self._closed_until_ms = self._clock.monotonic_ms() + PAUSE_TIMEOUTS * self._timeout_ms
        if not self._away:
            log.warning(
                "valkey is away for %s (%s): carrying on without it", self._purpose, type(error).__name__
            )
        self._away = True

    def _note_success(self) -> None:
        if self._away:
            log.warning("valkey is back for %s", self._purpose)
        self._away = False
