"""Trials: bosses that guard the level cap."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from faye.messages.base import Command, Query, Refusal, Reply
from faye.messages.fight import FightView


class GetTrial(Query, frozen=True, kw_only=True):
    """Ask what the next trial is."""


class TrialOffer(Reply, frozen=True, kw_only=True):
    """The next trial: its price and what is held, the boss, the cap it lifts to, and when it can be tried."""

    level: int
    level_cap: int
    cap_after: int
    price: dict[str, int]
    held: dict[str, int]
    boss_species: str
    boss_level: int
    boss_power: int
    leader_power: int
    available_at: datetime | None
    """None: now, as far as the last try is concerned."""


class BeginTrial(Command, frozen=True, kw_only=True):
    """Pay the price, which is held during the fight, and face the boss of that level cap."""

    lock: ClassVar[str | None] = "fight"

    level_cap: int


class TrialBegun(Reply, frozen=True, kw_only=True):
    """The price is held and the fight has begun."""

    price: dict[str, int]
    balances: dict[str, int]
    fight: FightView


class TrialNotDue(Refusal, frozen=True, kw_only=True):
    """The player's level has not reached the cap yet."""

    level: int
    level_cap: int


class NoTrialsLeft(Refusal, frozen=True, kw_only=True):
    """Every trial is passed."""

    level_cap: int


class TrialOutdated(Refusal, frozen=True, kw_only=True):
    """The trial that was offered is passed already."""

    level_cap: int
