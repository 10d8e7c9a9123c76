"""Crafting fayrites from their shards."""

from __future__ import annotations

from faye.messages.base import Command, Reply


class Craft(Command, frozen=True, kw_only=True):
    """Turn shards into `amount` fayrites."""

    amount: int


class Crafted(Reply, frozen=True, kw_only=True):
    """Shards became fayrites; both balances after it."""

    crafted: int
    shards_spent: int
    fayrites: int
    fayrite_shards: int
