"""What a host needs to know of shard leases: hints that keep double activation rare, never a permission."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol


class Leases(Protocol):
    """The shards that this host serves, as far as the lease keeper knows."""

    def holder_elsewhere(self, shard: int) -> str | None:
        """The host that took the shard from this one within the last lease; None: serve it here.

        Asking makes this host claim the shard in the background if it does not hold it.
        """
        ...

    def insist(self, shard: int) -> None:
        """Claim the shard whoever holds it: the sender knows that the holder does not answer."""
        ...

    def on_lost(self, forget: Callable[[Collection[int]], None]) -> None:
        """Have `forget(shards)` called whenever other hosts took shards from this one, once for all of them."""
        ...

    async def keep(self) -> None:
        """Renew what is held, until cancelled."""
        ...

    async def close(self) -> None:
        """Let go of what the leases need; they lapse by themselves."""
        ...


class NoLeases(Leases):
    """Every shard is served here: for one process alone, and for simulations."""

    def holder_elsewhere(self, shard: int) -> str | None:
        """Nobody else holds anything."""
        return None

    def insist(self, shard: int) -> None:
        """Everything is held already."""

    def on_lost(self, forget: Callable[[Collection[int]], None]) -> None:
        """Nothing is ever lost."""

    async def keep(self) -> None:
        """There is nothing to renew."""

    async def close(self) -> None:
        """There is nothing to let go of."""
