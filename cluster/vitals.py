"""What the front-ends of a home say of themselves and of the hosts, in Valkey: for `status`, and for nothing that
must be right.

Not in a file, because the disk being full is what there is to tell of; and not asked of Ray, because joining it takes
seconds and it may be what hangs. Front-ends hear of every host, on whatever machine, with each heartbeat.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cluster.home import Home
from cluster.host_figures import HostFigures

_EVERY_S: Final = 1.0
_FRESH_S: Final = 5.0
_KEPT_S: Final = 60


class Vitals(Struct, frozen=True):
    """What one front-end says: its process, when, why its log does not keep up if so, and what it counted."""

    pid: int
    at_s: float
    log_complaint: str | None
    asked: int = 0
    """Requests that it asked the hosts since it started."""
    unanswered: int = 0
    """Those of them without an answer at their deadline."""
    resent: int = 0
    streams: int = 0
    """Hosts that it reaches by a direct stream."""
    hosts: list[HostFigures] = []


async def tell_vitals(redis: Redis, home: Home, look: Callable[[], Vitals]) -> None:
    """Say every second, until cancelled, what `look` sees."""
    key = _key(home)
    while True:
        said = look()
        try:
            async with asyncio.timeout(_EVERY_S):
                await cast(Awaitable[Any], redis.hset(key, str(said.pid), msgspec.json.encode(said)))
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


def newest_figures(said: list[Vitals]) -> list[HostFigures]:
    """Of each host, what the front-end says that heard of it last."""
    newest: dict[str, tuple[float, HostFigures]] = {}
    for vitals in said:
        for figures in vitals.hosts:
            heard_at_s = float("-inf") if figures.silent_s is None else vitals.at_s - figures.silent_s
            if figures.host not in newest or heard_at_s > newest[figures.host][0]:
                newest[figures.host] = (heard_at_s, figures)
    return [figures for _, (_, figures) in sorted(newest.items())]


def _key(home: Home) -> str:
    """A key that no other home has, on this machine or on another, and that tells nothing."""
    return f"faye:vitals:{hashlib.blake2b(home.secret('cluster_secret').encode(), digest_size=8).hexdigest()}"
