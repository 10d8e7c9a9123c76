"""What a player is and holds."""

from __future__ import annotations

from datetime import datetime

from faye.messages.base import Query, Reply
from faye.messages.esprit import EspritView


class GetProfile(Query, frozen=True, kw_only=True):
    """Ask for a player's profile, one's own or another's."""


class Profile(Reply, frozen=True, kw_only=True):
    """A player at a glance."""

    level: int
    level_cap: int
    xp: int
    xp_needed: int
    """XP of the whole bar to the next level; 0 at the highest level."""
    energy: int
    energy_max: int
    energy_full_at: datetime | None
    esprits: int
    species_found: int
    species_total: int
    power: int
    """Sum over the team."""
    leader: EspritView | None
    started_at: datetime
    daily_streak: int
    supports: tuple[EspritView, ...] = ()
    """Who stands beside the leader."""


class GetInventory(Query, frozen=True, kw_only=True):
    """Ask for a player's balances and cooldowns."""


class Inventory(Reply, frozen=True, kw_only=True):
    """Every balance by currency, and when the free claims are due (None: now)."""

    balances: dict[str, int]
    craftable_fayrites: int
    daily_at: datetime | None
    daily_summon_at: datetime | None
