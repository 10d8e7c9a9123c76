"""A bound on what an absent or slow Valkey may cost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import RedisError

from faye.utils.store_health import StoreHealth, break_off

T = TypeVar("T")


class StoreAway(Exception):
    """Valkey is away, or did not answer this call in time; whether the call took effect is unknown."""


class BoundedStore:
    """Calls to Valkey for one purpose, each bounded in time; while it is known to be away they fail at once."""

    def __init__(self, purpose: str, health: StoreHealth, *, timeout_ms: int) -> None:
        self._purpose = purpose
        self._health = health
        self._timeout_s = timeout_ms / 1000

    async def call(self, start: Callable[[], Awaitable[T]]) -> T:
        """The answer of the call that `start` begins; raises `StoreAway`, without beginning it in an outage."""
        if self._health.is_away:
            raise StoreAway(self._purpose)
        asking = asyncio.ensure_future(start())
        try:
            await self._health.wait_for(asking, self._timeout_s)
        except BaseException:
            break_off(asking)
            raise
        if not asking.done():
            self._health.suspect()
            self._health.see_off(asking, self._timeout_s)
            raise StoreAway(self._purpose)
        try:
            return asking.result()
        except (RedisError, OSError, TimeoutError) as error:
            self._health.suspect()
            raise StoreAway(self._purpose) from error
