"""How far a player has come, and how much energy there is."""

from __future__ import annotations

from datetime import datetime

from faye.messages.base import Query, Reply


class GetLevel(Query, frozen=True, kw_only=True):
    """Ask for a player's level, and what the next ones bring."""


class LevelReport(Reply, frozen=True, kw_only=True):
    """Level and experience, and the level caps of Esprits that go with them."""

    level: int
    level_cap: int
    level_cap_max: int
    xp: int
    xp_needed: int
    """XP of the whole bar to the next level; 0 at the highest level."""
    esprit_cap: int
    """The level that Esprits without limit breaks may reach."""
    next_esprit_cap: int | None
    """The next higher such level (None: there is none), and the player level from which on it holds."""
    next_esprit_cap_at: int | None


class GetEnergy(Query, frozen=True, kw_only=True):
    """Ask for a player's energy."""


class EnergyReport(Reply, frozen=True, kw_only=True):
    """Energy now, when there will be one more, and when it will be full (None: it is)."""

    energy: int
    energy_max: int
    next_at: datetime | None
    full_at: datetime | None
    minutes_per_point: int
