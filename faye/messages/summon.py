"""Summoning Esprits, and the odds of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from faye.messages.base import Command, Query, Reply

Banner = Literal["standard", "premium", "daily"]


class Summon(Command, frozen=True, kw_only=True):
    """Pull `count` Esprits (one, or ten as one command: all or none) from a banner."""

    lock: ClassVar[str | None] = "summon"

    banner: Banner
    count: int = 1


class Pull(Struct, frozen=True, array_like=True):
    """One Esprit out of a summon; `pity` is the counter after it, `by_pity` says that the counter decided."""

    esprit_id: int
    species: str
    rarity: str
    pity: int
    by_pity: bool
    is_new: bool
    """The first of its species in the player's collection."""


class Summoned(Reply, frozen=True, kw_only=True):
    """The pulls in order, what they cost in all, what is left of it, and the pity counter's threshold."""

    banner: Banner
    pulls: list[Pull]
    currency: str
    cost: int
    balance: int
    pity: int
    pity_threshold: int
    next_free_at: datetime | None = None


class GetOdds(Query, frozen=True, kw_only=True):
    """Ask for the chances of every banner, with the player's own pity."""


class RarityOdds(Struct, frozen=True, array_like=True):
    """Chances of one rarity in one pull, as fractions: as rolled, and in the long run with pity."""

    rarity: str
    base: float
    effective: float


class BannerOdds(Struct, frozen=True, array_like=True):
    """The chances and the pity of one banner."""

    banner: str
    rates: list[RarityOdds]
    pity: int
    pity_threshold: int
    mean_pulls_to_supreme: float
    """Mean number of pulls from one Supreme or better to the next, pity included."""


class Odds(Reply, frozen=True, kw_only=True):
    """The chances of every banner."""

    banners: list[BannerOdds]
