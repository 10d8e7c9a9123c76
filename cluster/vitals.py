"""What the front-ends of a home say of themselves, in Valkey: for `status`, and for nothing that must be right.

Not in a file, because the disk being full is what there is to tell of.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cluster.home import Home

_EVERY_S: Final = 1.0
_FRESH_S: Final = 5.0
_KEPT_S: Final = 60


class Vitals(Struct, frozen=True):
    """What one front-end says: its process, when it said so, and why its log does not keep up, if so."""

    pid: int
    at_s: float
    log_complaint: str | None


async def tell_vitals(redis: Redis, home: Home, complaint: Callable[[], str | None]) -> None:
    """Say every second, until cancelled, that this process lives, and what `complaint` says of its log."""
    key = _key(home)
    while True:
        said = msgspec.json.encode(Vitals(os.getpid(), time.time(), complaint()))
        try:
            async with asyncio.timeout(_EVERY_S):
                await cast(Awaitable[Any], redis.hset(key, str(os.getpid()), said))
                await redis.expire(key, _KEPT_S)
        except (RedisError, OSError, TimeoutError):
            pass  # `status` finds out by itself that Valkey is away
        await asyncio.sleep(_EVERY_S)


async def read_vitals(redis: Redis, home: Home) -> list[Vitals]:
    """What the front-ends of `home` have said within the last moments, in the order of their processes."""
    found = await cast(Awaitable[dict[bytes, bytes]], redis.hgetall(_key(home)))
    said = [msgspec.json.decode(each, type=Vitals) for each in found.values()]
    return sorted(
        (each for each in said if abs(time.time() - each.at_s) < _FRESH_S), key=lambda each: each.pid
    )


def _key(home: Home) -> str:
    """A key that no other home has, on this machine or on another, and that tells nothing."""
    return f"faye:vitals:{hashlib.blake2b(home.secret('cluster_secret').encode(), digest_size=8).hexdigest()}"
