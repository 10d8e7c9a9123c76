"""So many requests a user in a moving window, counted in Valkey for all processes together."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import Final, TypeAlias

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter

from faye.config import LimitsConfig, RateLimit
from faye.utils.bounded_store import StoreAway
from faye.utils.shared_store import SharedStore

_NAMESPACE: Final = "faye"
_REFUSALS_MAX: Final = 10_000
_Identifiers: TypeAlias = tuple[str, str]
"""Class and user."""


class RateLimiter:
    """Counts requests per user and class of command.

    The count and its check are one script in Valkey, so two processes cannot both take the last place.
    While Valkey is away each process counts for itself; once it answers again, the common count goes on.

    What is certain to be refused is refused without asking: while a known refusal lasts, and while as many
    requests of the user are being counted as the limit has places. So a flood costs Valkey what the limit lets pass.
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
        self._counting: Counter[_Identifiers] = Counter()
        self._refused: OrderedDict[_Identifiers, float] = OrderedDict()
        self._default = _item(config.default)
        self._items: Mapping[str, RateLimitItem] = {
            name: _item(rate) for name, rate in config.classes.items()
        }

    async def admit(self, user_id: int, kind: str) -> float | None:
        """Count one request of class `kind`: None if it may go on, else the Unix time in s to try again."""
        item = self._items.get(kind, self._default)
        identifiers = (kind, str(user_id))
        if (again_at := self._certainly_refused(item, identifiers)) is not None:
            return again_at
        self._counting[identifiers] += 1
        try:
            again_at = await self._count(item, identifiers)
        finally:
            self._counting[identifiers] -= 1
            if not self._counting[identifiers]:
                del self._counting[identifiers]
        if again_at is not None:
            self._note_refusal(identifiers, again_at)
        return again_at

    async def _count(self, item: RateLimitItem, identifiers: _Identifiers) -> float | None:
        try:
            return await self._store.call(lambda: _take(self._shared, item, identifiers))
        except StoreAway:
            return await _take(self._own, item, identifiers)

    def _certainly_refused(self, item: RateLimitItem, identifiers: _Identifiers) -> float | None:
        """Until when at the latest, if what is known here leaves no place; None if the count has to say."""
        now_s = time.time()
        again_at = self._refused.get(identifiers, 0.0)
        if now_s < again_at:
            return again_at
        return now_s + item.get_expiry() if self._counting[identifiers] >= item.amount else None

    def _note_refusal(self, identifiers: _Identifiers, again_at: float) -> None:
        self._refused.pop(identifiers, None)
        self._refused[identifiers] = again_at
        if len(self._refused) > _REFUSALS_MAX:
            self._refused.popitem(last=False)


def _item(rate: RateLimit) -> RateLimitItem:
    return RateLimitItemPerSecond(rate.requests, rate.seconds, namespace=_NAMESPACE)


async def _take(
    limiter: MovingWindowRateLimiter, item: RateLimitItem, identifiers: _Identifiers
) -> float | None:
    if await limiter.hit(item, *identifiers):
        return None
    window = await limiter.get_window_stats(item, *identifiers)
    return window.reset_time
