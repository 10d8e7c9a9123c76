"""Locks that let one command of a kind run at a time for a player, across processes and restarts."""

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


class UserLocks:
    """A key per lock and player whose value is the idempotency key of the command under way, with an expiry.

    Which lock a command takes it says itself (`faye.messages.Command.lock`). The same key enters again, so a retry is
    not stopped by itself, nor the next bot that finishes what this one left. This is a courtesy to players and no part
    of the engine's correctness: with Valkey away it is skipped.
    """

    def __init__(self, shared: SharedStore, *, held_s: int, timeout_ms: int) -> None:
        self._shared = shared
        self._held_ms = held_s * 1000
        self._store = shared.bounded("summon locks", timeout_ms=timeout_ms)
        self._acquire = shared.redis.register_script(_ACQUIRE)
        self._release = shared.redis.register_script(_RELEASE)

    async def acquire(self, name: str, player_id: int, idempotency_key: int) -> bool:
        """Whether this command may run: nobody holds the lock, or this very command does, or Valkey is away."""
        try:
            taken = await self._store.call(
                lambda: self._acquire(
                    keys=[self._key(name, player_id)], args=[idempotency_key, self._held_ms]
                )
            )
        except StoreAway:
            return True
        return bool(taken)

    async def release(self, name: str, player_id: int, idempotency_key: int) -> None:
        """Let the next command run, if this one holds the lock; otherwise do nothing."""
        try:
            await self._store.call(
                lambda: self._release(keys=[self._key(name, player_id)], args=[idempotency_key])
            )
        except StoreAway:
            return

    def _key(self, name: str, player_id: int) -> str:
        return self._shared.key(f"lock:{name}:{player_id}")
