"""Which host serves which shard: rendezvous hashing over the hosts that live.

Every router computes the same placement from the same set of living hosts, without asking anybody. While two
routers disagree about who lives, a grain may be active twice; the fence makes that harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import lru_cache

from actors.ids import SHARDS


class Placement:
    """The shards of each living host; changes when a host dies or comes back."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = tuple(hosts)
        self._living: frozenset[str] = frozenset(hosts)
        self._ranked = [sorted(self._hosts, key=lambda host: _weight(host, shard)) for shard in range(SHARDS)]
        self._table = self._place()

    @property
    def hosts(self) -> Sequence[str]:
        """Every host there may be, living or not."""
        return self._hosts

    @property
    def living(self) -> Collection[str]:
        """The hosts that shards are placed on."""
        return self._living

    def host_of(self, shard: int) -> str | None:
        """The host that serves a shard; None while no host lives."""
        return self._table[shard]

    def mark(self, host: str, *, alive: bool) -> bool:
        """Note that a host lives or not; returns whether the placement changed."""
        living = self._living | {host} if alive else self._living - {host}
        if living == self._living:
            return False
        self._living = living
        self._table = self._place()
        return True

    def _place(self) -> list[str | None]:
        return [next((host for host in ranked if host in self._living), None) for ranked in self._ranked]


@lru_cache(maxsize=65_536)
def _weight(host: str, shard: int) -> bytes:
    return hashlib.blake2b(f"{host}:{shard}".encode(), digest_size=8).digest()
