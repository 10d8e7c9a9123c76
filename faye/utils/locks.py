"""The lock that lets one summon of a player run at a time, across processes and restarts."""

from __future__ import annotations

from typing import Final

from faye.utils.bounded_store import StoreAway
from faye.utils.shared_store import SharedStore

_ACQUIRE: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

_RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class SummonLock:
    """A key per player whose value is the idempotency key of the summon under way, with an expiry.

    The same key enters again, so a retry is not stopped by itself. This is a courtesy to players and no
    part of the engine's correctness: with Valkey away it is skipped.
    """

    def __init__(self, shared: SharedStore, *, held_s: int, timeout_ms: int) -> None:
        self._shared = shared
        self._held_ms = held_s * 1000
        self._store = shared.bounded("summon locks", timeout_ms=timeout_ms)
        self._acquire = shared.redis.register_script(_ACQUIRE)
        self._release = shared.redis.register_script(_RELEASE)

    async def acquire(self, player_id: int, idempotency_key: int) -> bool:
        """Whether this summon may run: nobody holds the lock, or this very summon does, or Valkey is away."""
        try:
            taken = await self._store.call(
                lambda: self._acquire(keys=[self._key(player_id)], args=[idempotency_key, self._held_ms])
            )
        except StoreAway:
            return True
        return bool(taken)

    async def release(self, player_id: int, idempotency_key: int) -> None:
        """Let the next summon run, if this one holds the lock; otherwise do nothing."""
        try:
            await self._store.call(lambda: self._release(keys=[self._key(player_id)], args=[idempotency_key]))
        except StoreAway:
            return

    def _key(self, player_id: int) -> str:
        return self._shared.key(f"lock:summon:{player_id}")
