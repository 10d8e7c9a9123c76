"""Who a grain is and which shard it falls into."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final, NamedTuple

SHARDS: Final = 256
"""Number of hash slots that move between hosts. Never change it: placement and leases are named by shard."""

PLAYER: Final = "player"


class GrainId(NamedTuple):
    """A grain's kind and its key within the kind; their order is the order in which rows are locked."""

    kind: str
    key: int


@lru_cache(maxsize=100_000)
def shard_of(grain: GrainId) -> int:
    """The shard of a grain: a stable hash, equal in every process and release."""
    raw = f"{grain.kind}:{grain.key}".encode()
    return int.from_bytes(hashlib.blake2b(raw, digest_size=4).digest(), "big") % SHARDS
