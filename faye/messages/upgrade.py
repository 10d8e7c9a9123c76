"""Raising the level of an Esprit."""

from __future__ import annotations

from msgspec import Struct

from faye.messages.base import Command, Refusal, Reply
from faye.messages.esprit import EspritView


class UpgradeEsprit(Command, frozen=True, kw_only=True):
    """Raise one Esprit by `levels`, all of them or none; without a number by as many as can be paid for."""

    esprit: str
    """Its id, or its name."""
    levels: int | None = None


class EspritUpgraded(Reply, frozen=True, kw_only=True):
    """The Esprit after it, what it was before, what that cost, and what is left."""

    esprit: EspritView
    level_before: int
    power_before: int
    level_cap: int
    cost: int
    virelite: int


class LevelCap(Struct, frozen=True, array_like=True):
    """How high an Esprit may rise, whose bound that is, and what would raise it."""

    cap: int
    by_rarity: bool
    """The rarity's own cap, which nothing raises; otherwise it is the player's, with the limit breaks."""
    breaks_left: int
    """Limit breaks that it may still have."""
    next_player_level: int | None
    """The player level from which on its player's cap is higher; None: there is none."""


class EspritAtCap(Refusal, frozen=True, kw_only=True):
    """The Esprit may not rise so far; `asked` is the level that it would have come to."""

    esprit: EspritView
    asked: int
    cap: LevelCap
