"""Deferred interactions, kept in Valkey so that another front-end can finish them.

Each front-end keeps a hash of its own deferred interactions and renews a short lease. The hash of a
front-end whose lease lapsed is moved to another one by a script, which also renews the lease of the one
that takes it: exactly one adopts it, and keeps it for as long as it lives.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import msgspec
from msgspec import Struct

from faye.utils.bounded_store import StoreAway
from faye.utils.clock import Clock, SystemClock
from faye.utils.shared_store import SharedStore

log = logging.getLogger(__name__)

_WRITE: Final = """
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[1])
"""

_FORGOTTEN: Final = b""

_ADOPT: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return {} end
redis.call('SET', KEYS[5], 1, 'EX', ARGV[4])
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  redis.call('HSET', KEYS[3], entries[i], entries[i + 1])
end
if #entries > 0 then
  redis.call('EXPIRE', KEYS[3], ARGV[1])
  redis.call('SADD', KEYS[4], ARGV[3])
end
redis.call('DEL', KEYS[2])
redis.call('SREM', KEYS[4], ARGV[2])
return entries
"""


class Deferred(Struct, frozen=True, array_like=True):
    """One deferred interaction: where its answer goes, and, encoded, what it asked and how to show it."""

    application_id: int
    interaction_id: int
    token: str
    at_ms: int
    errand: bytes


class DeferredStore:
    """The deferred interactions of one front-end, `owner`; every call is bounded and survives an outage.

    The client must give bytes (`decode_responses` off). Only front-ends of one namespace adopt from each other.
    """

    def __init__(
        self,
        shared: SharedStore,
        *,
        owner: str,
        kept_s: int,
        lease_s: int,
        timeout_ms: int,
        clock: Clock | None = None,
    ) -> None:
        # One hash tag for all keys: a script may touch them together on a Redis Cluster too.
        self._prefix = shared.key("{deferred}")
        self._owners = f"{self._prefix}:owners"
        self.owner = owner
        self.kept_s = kept_s
        self.lease_s = lease_s
        self._redis = shared.redis
        self._clock = clock or SystemClock()
        self._store = shared.bounded("deferred interactions", timeout_ms=timeout_ms)
        self._write = shared.redis.register_script(_WRITE)
        self._adopt = shared.redis.register_script(_ADOPT)
        self._mine: set[int] = set()
        self._waiting: dict[int, bytes] = {}
        self._next_batch: asyncio.Task[bool] | None = None
        self._in_flight: asyncio.Task[bool] | None = None

    async def remember(self, deferred: Deferred) -> bool:
        """Keep `deferred` until it is forgotten; False if this process keeps it already or Valkey is away."""
        if deferred.interaction_id in self._mine:
            return False
        self._mine.add(deferred.interaction_id)
        written = await self._put(deferred.interaction_id, msgspec.msgpack.encode(deferred))
        if not written:
            self._mine.discard(deferred.interaction_id)
        return written

    async def forget(self, interaction_id: int) -> None:
        """Drop an answered interaction; with Valkey away it stays and is at worst answered a second time."""
        self._mine.discard(interaction_id)
        await self._put(interaction_id, _FORGOTTEN)

    async def renew(self) -> bool:
        """Say that this front-end lives; False if Valkey is away."""
        try:
            await self._store.call(lambda: self._redis.set(self._lease(self.owner), 1, ex=self.lease_s))
        except StoreAway:
            return False
        return True

    async def adopt(self) -> list[Deferred]:
        """Take over what front-ends without a lease left behind; each is given to one front-end only."""
        adopted: list[Deferred] = []
        try:
            owners: set[Any] = await self._store.call(lambda: self._redis.smembers(self._owners))
            for owner in sorted(name.decode() for name in owners):
                if owner != self.owner:
                    adopted += await self._adopt_from(owner)
        except StoreAway:
            log.warning("the search for deferred interactions broke off; it will be repeated")
        for each in adopted:
            if self.remaining_s(each) <= 0:
                await self.forget(each.interaction_id)
        return [each for each in adopted if self.remaining_s(each) > 0]

    async def resign(self) -> None:
        """Give up the lease, so that what is left can be adopted at once."""
        try:
            await self._store.call(lambda: self._redis.delete(self._lease(self.owner)))
        except StoreAway:
            return

    def remaining_s(self, deferred: Deferred) -> float:
        """Seconds until the interaction's token ends."""
        return self.kept_s - (self._clock.time_ms() - deferred.at_ms) / 1000

    async def _put(self, interaction_id: int, encoded: bytes) -> bool:
        """Write with the next batch; whether it was written.

        While a batch is on its way the next one gathers, so that many interactions cost few calls and one
        alone does not wait.
        """
        self._waiting[interaction_id] = encoded
        if self._next_batch is None:
            self._next_batch = asyncio.create_task(self._send_batch(), name="deferred-batch")
        # Whoever stops waiting must not take the others' batch away.
        return await asyncio.shield(self._next_batch)

    async def _send_batch(self) -> bool:
        if self._in_flight is not None:
            await asyncio.wait([self._in_flight])
        self._in_flight, self._next_batch = self._next_batch, None
        batch, self._waiting = self._waiting, {}
        args: list[bytes | int | str] = [self.owner, self.kept_s]
        for interaction_id, encoded in batch.items():
            args += (interaction_id, encoded)
        try:
            await self._store.call(
                lambda: self._write(keys=[self._hash(self.owner), self._owners], args=args)
            )
        except StoreAway:
            return False
        return True

    async def _adopt_from(self, owner: str) -> list[Deferred]:
        keys = [
            self._lease(owner),
            self._hash(owner),
            self._hash(self.owner),
            self._owners,
            self._lease(self.owner),
        ]
        args: list[int | str] = [self.kept_s, owner, self.owner, self.lease_s]
        entries: list[Any] = await self._store.call(lambda: self._adopt(keys=keys, args=args))
        found = [each for raw in entries[1::2] if (each := _decode(raw)) is not None]
        self._mine.update(each.interaction_id for each in found)
        return found

    def _hash(self, owner: str) -> str:
        return f"{self._prefix}:of:{owner}"

    def _lease(self, owner: str) -> str:
        return f"{self._prefix}:lease:{owner}"


def _decode(raw: bytes) -> Deferred | None:
    try:
        return msgspec.msgpack.decode(raw, type=Deferred)
    except msgspec.MsgspecError:
        log.warning("a deferred interaction of another version of the front-end cannot be read")
        return None
