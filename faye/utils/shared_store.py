"""The Valkey of a system, which other systems may share."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from faye.utils.bounded_store import BoundedStore
from faye.utils.store_health import StoreHealth


@dataclass(frozen=True, slots=True)
class SharedStore:
    """What everything in a process that uses Valkey has in common.

    All keys begin with `namespace`: two systems over one Valkey, each with its own, never meet.
    """

    redis: Redis
    namespace: str
    health: StoreHealth

    def key(self, rest: str) -> str:
        """The name of a key of this system."""
        return f"{self.namespace}:{rest}"

    def bounded(self, purpose: str, *, timeout_ms: int) -> BoundedStore:
        """A way to ask for one purpose that waits no longer than `timeout_ms`, and not at all in an outage."""
        return BoundedStore(purpose, self.health, timeout_ms=timeout_ms)
