"""Deferred interactions, kept in Valkey so that another front-end can finish them.

Each front-end keeps a hash of its own deferred interactions and renews a short lease. The hash of a
front-end whose lease lapsed is moved to another one by a script, which also renews the lease of the one
that takes it: exactly one adopts it, and keeps it for as long as it lives.

The front-end itself knows what its hash ought to hold, and each renewal makes good what the hash lacks: what could
not be written when Valkey was away or slow, and what Valkey lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from faye.messages.codec import read
from faye.utils.bounded_store import StoreAway
from faye.utils.clock import Clock, SystemClock
from faye.utils.shared_store import SharedStore

log = logging.getLogger(__name__)

BATCH_MAX: Final = 500
"""So many entries are written in one call; more of them wait for each other only after an outage."""

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

_RENEW: Final = """
redis.call('SET', KEYS[1], 1, 'EX', ARGV[1])
return redis.call('HKEYS', KEYS[2])
"""

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
        self._renew = shared.redis.register_script(_RENEW)
        self._adopt = shared.redis.register_script(_ADOPT)
        self._held: dict[int, Deferred] = {}
        """What this front-end's hash ought to hold; all of it is pending, and its token lives."""
        self._perhaps_stored: set[int] = set()
        """All that was ever sent to the hash and is not known to have left it."""
        self._changed: set[int] = set()
        """Where the hash may differ from what is held."""
        self._strange: set[int] = set()
        """What the last renewal found in the hash although it was never sent: its adoption was not answered."""
        self._next_batch: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def remember(self, deferred: Deferred) -> bool:
        """Hold `deferred` until it is forgotten; False if this front-end holds it already.

        It is in Valkey when this returns, or else as soon as Valkey takes it.
        """
        if deferred.interaction_id in self._held:
            return False
        self._held[deferred.interaction_id] = deferred
        self._changed.add(deferred.interaction_id)
        await self._next_written()
        return True

    async def forget(self, interaction_id: int) -> None:
        """Drop an answered interaction; a front-end that dies before Valkey took note answers it again."""
        self._drop(interaction_id)
        if interaction_id in self._changed:
            await self._next_written()

    async def renew(self) -> bool:
        """Say that this front-end lives, and make good what Valkey lacks; False if Valkey is away."""
        for deferred in list(self._held.values()):
            if self.remaining_s(deferred) <= 0:
                self._drop(deferred.interaction_id)
        keys = [self._lease(self.owner), self._hash(self.owner)]
        async with self._one_at_a_time:
            try:
                stored: list[bytes] = await self._store.call(
                    lambda: self._renew(keys=keys, args=[self.lease_s])
                )
            except StoreAway:
                return False
            present = {int(each) for each in stored}
            self._changed |= self._held.keys() - present
            self._strange = present - self._perhaps_stored
            return await self._write_changed()

    async def adopt(self) -> list[Deferred]:
        """Take over what front-ends without a lease left behind; each is given to one front-end only."""
        adopted: list[Deferred] = []
        try:
            adopted += await self._recover()
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

    def _drop(self, interaction_id: int) -> None:
        self._held.pop(interaction_id, None)
        if interaction_id in self._perhaps_stored:
            self._changed.add(interaction_id)
        else:
            self._changed.discard(interaction_id)

    async def _next_written(self) -> None:
        """Wait for the next batch, which takes along all that changed until it sets out.

        While one is on its way the next one gathers, so that many interactions cost few calls and one alone
        does not wait. One at a time, and each with what is held at that moment: nothing that was forgotten
        meanwhile is written again.
        """
        if self._next_batch is None:
            self._next_batch = asyncio.create_task(self._send_batch(), name="deferred-batch")
        # Whoever stops waiting must not take the others' batch away.
        await asyncio.shield(self._next_batch)

    async def _send_batch(self) -> None:
        async with self._one_at_a_time:
            self._next_batch = None
            await self._write_changed()

    async def _write_changed(self) -> bool:
        """Bring the hash to what is held; False if Valkey is away, and then it is tried with the next batch."""
        changed = sorted(self._changed)
        for first in range(0, len(changed), BATCH_MAX):
            if not await self._write_some(changed[first : first + BATCH_MAX]):
                return False
        return True

    async def _write_some(self, interaction_ids: list[int]) -> bool:
        gone: list[int] = []

        def start() -> Awaitable[Any]:
            # Only what sets out can be there: what was held and answered in an outage is not deleted later.
            self._perhaps_stored.update(interaction_ids)
            args: list[bytes | int | str] = [self.owner, self.kept_s]
            for each in interaction_ids:
                if (held := self._held.get(each)) is None:
                    gone.append(each)
                args += (each, _FORGOTTEN if held is None else msgspec.msgpack.encode(held))
            return self._write(keys=[self._hash(self.owner), self._owners], args=args)

        self._changed.difference_update(interaction_ids)
        try:
            await self._store.call(start)
        except StoreAway:
            self._changed.update(
                each for each in interaction_ids if each in self._held or each in self._perhaps_stored
            )
            return False
        self._perhaps_stored.difference_update(gone)
        return True

    async def _recover(self) -> list[Deferred]:
        """What a call that was not answered in time had moved to this front-end."""
        strange = sorted(self._strange - self._perhaps_stored)
        self._strange = set()
        if not strange:
            return []
        raw: list[Any] = await self._store.call(lambda: self._redis.hmget(self._hash(self.owner), strange))
        return self._take_over(each for each in zip(strange, raw, strict=True) if each[1] is not None)

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
        return self._take_over(zip(map(int, entries[::2]), entries[1::2], strict=True))

    def _take_over(self, entries: Iterable[tuple[int, bytes]]) -> list[Deferred]:
        """Hold what can be read of `entries`, which are in this front-end's hash."""
        found: list[Deferred] = []
        for interaction_id, raw in entries:
            self._perhaps_stored.add(interaction_id)
            if (deferred := _decode(raw)) is not None:
                self._held[interaction_id] = deferred
                found.append(deferred)
        return found

    def _hash(self, owner: str) -> str:
        return f"{self._prefix}:of:{owner}"

    def _lease(self, owner: str) -> str:
        return f"{self._prefix}:lease:{owner}"


_deferred: Final = msgspec.msgpack.Decoder(Deferred)


def _decode(raw: bytes) -> Deferred | None:
    try:
        return read(_deferred, raw)
    except msgspec.MsgspecError:
        log.warning("a deferred interaction of another version of the front-end cannot be read")
        return None
