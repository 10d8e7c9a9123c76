"""Shard leases in Valkey: hints of who serves what, which outlive a host's restart.

A lease is taken over at once by whoever is asked for the shard, for the router decided that; the loser learns of
it at its next renewal, forgets the shard's grains, and sends its callers on. With Valkey away or flushed nothing
waits: leases are simply not known for a while.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from actors.leases import Leases
from faye.config import EngineConfig
from faye.utils.tasks import end_tasks

log = logging.getLogger(__name__)

_CLAIM: Final = """
local duration = ARGV[2]
for i = 3, #ARGV do
    local key = KEYS[1] .. ARGV[i]
    local epoch = tonumber(redis.call('HGET', key, 'epoch') or 0)
    if redis.call('HGET', key, 'holder') ~= ARGV[1] then
        redis.call('HSET', key, 'holder', ARGV[1], 'epoch', epoch + 1)
    end
    redis.call('PEXPIRE', key, duration)
end
return 0
"""

_RENEW: Final = """
local lost = {}
for i = 3, #ARGV do
    local key = KEYS[1] .. ARGV[i]
    local holder = redis.call('HGET', key, 'holder')
    if not holder then
        redis.call('HSET', key, 'holder', ARGV[1], 'epoch', 1)
        holder = ARGV[1]
    end
    if holder == ARGV[1] then
        redis.call('PEXPIRE', key, ARGV[2])
    else
        table.insert(lost, ARGV[i])
        table.insert(lost, holder)
    end
end
return lost
"""

_TIMEOUT_S: Final = 0.5


class ValkeyLeases(Leases):
    """The leases of one incarnation of one host."""

    def __init__(
        self, redis_url: str, host: str, incarnation: str, config: EngineConfig, *, namespace: str
    ) -> None:
        self._prefix = f"{namespace}:lease:"
        self._redis = Redis.from_url(redis_url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
        self._claim = self._redis.register_script(_CLAIM)
        self._renew = self._redis.register_script(_RENEW)
        self._me = f"{host}|{incarnation}"
        self._duration_ms = config.lease_duration_ms
        self._held: set[int] = set()
        self._wanted: set[int] = set()
        self._under_way: set[int] = set()
        self._moved: dict[int, tuple[str, float]] = {}
        self._forget: Callable[[Collection[int]], None] = lambda shards: None
        self._claiming: asyncio.Task[None] | None = None

    def holder_elsewhere(self, shard: int) -> str | None:
        """See `Leases.holder_elsewhere`."""
        if shard in self._held:
            return None
        if (moved := self._moved.get(shard)) is not None:
            holder, until = moved
            if time.monotonic() < until:
                return holder
        self.insist(shard)
        return None

    def insist(self, shard: int) -> None:
        """See `Leases.insist`: claim the shard, together with all others wanted in this moment."""
        self._moved.pop(shard, None)
        self._held.add(shard)
        self._wanted.add(shard)
        if self._claiming is None or self._claiming.done():
            self._claiming = asyncio.get_running_loop().create_task(self._claim_wanted())

    def on_lost(self, forget: Callable[[Collection[int]], None]) -> None:
        """See `Leases.on_lost`."""
        self._forget = forget

    async def keep(self) -> None:
        """Renew every held lease three times within its duration, until cancelled."""
        while True:
            await asyncio.sleep(self._duration_ms / 3000)
            if self._held:
                await self._renew_held()

    async def close(self) -> None:
        """Let go of the connection; the leases lapse by themselves."""
        if self._claiming is not None:
            await end_tasks([self._claiming])
        await self._redis.aclose()

    async def _claim_wanted(self) -> None:
        while self._wanted:
            self._under_way, self._wanted = self._wanted, set()
            try:
                await self._claim(keys=[self._prefix], args=[self._me, self._duration_ms, *self._under_way])
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("leases cannot be claimed, serving without: %s", type(error).__name__)
            finally:
                self._under_way = set()

    async def _renew_held(self) -> None:
        held = self._held - self._wanted - self._under_way  # a renewal must not overtake a claim
        try:
            lost = await self._renew(keys=[self._prefix], args=[self._me, self._duration_ms, *held])
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("leases cannot be renewed, serving without: %s", type(error).__name__)
            return
        moved = dict(_pairs(lost))
        for shard, holder in moved.items():
            self._held.discard(shard)
            self._moved[shard] = (holder, time.monotonic() + self._duration_ms / 1000)
        if moved:
            self._forget(moved.keys())


def _pairs(lost: Iterable[bytes]) -> list[tuple[int, str]]:
    """The script's flat answer as shards and the hosts that hold them now."""
    flat = list(lost)
    return [
        (int(shard), holder.decode().split("|")[0])
        for shard, holder in zip(flat[::2], flat[1::2], strict=True)
    ]
