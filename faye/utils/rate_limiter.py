"""So many requests a user in a moving window, counted in Valkey for all processes together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from faye.config import LimitsConfig, RateLimit
from faye.utils.bounded_store import StoreAway
from faye.utils.shared_store import SharedStore

_NAMESPACE: Final = "faye"


class RateLimiter:
    """Counts requests per user and class of command.

    The count and its check are one script in Valkey, so two processes cannot both take the last place.
    While Valkey is away each process counts for itself; once it answers again, the common count goes on.
    """

    def __init__(self, shared: SharedStore, config: LimitsConfig) -> None:
        # The address is never dialled: the storage takes its connections from the given client's pool.
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=shared.key("limits"),
            connection_pool=shared.redis.connection_pool,  # type: ignore[arg-type]
        )
        self._shared = MovingWindowRateLimiter(storage)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._store = shared.bounded("rate limits", timeout_ms=config.store_timeout_ms)
        self._default = _item(config.default)
        self._items: Mapping[str, RateLimitItem] = {
            name: _item(rate) for name, rate in config.classes.items()
        }

    async def admit(self, user_id: int, kind: str) -> float | None:
        """Count one request of class `kind`: None if it may go on, else the Unix time in s to try again."""
        item = self._items.get(kind, self._default)
        identifiers = (kind, str(user_id))
        try:
            return await self._store.call(lambda: _take(self._shared, item, identifiers))
        except StoreAway:
            return await _take(self._own, item, identifiers)


def _item(rate: RateLimit) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.requests, rate.seconds, namespace=_NAMESPACE)


async def _take(
    limiter: MovingWindowRateLimiter, item: RateLimitItem, identifiers: tuple[str, str]
) -> float | None:
    if await limiter.hit(item, *identifiers):
        return None
    window = await limiter.get_window_stats(item, *identifiers)
    return window.reset_time
