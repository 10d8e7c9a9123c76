"""All that a picture of a fight shows: plain values, so that equal scenes are equal pictures."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from faye.utils.card_face import CardFace

EFFECTS: Final = ("burn", "shield", "stun", "weaken", "haste", "guard", "charge")
"""The effects that have an icon of their own; any other is shown as a plain one."""
OUTCOMES: Final = ("won", "lost", "fled")


class SceneFighter(Struct, frozen=True, kw_only=True):
    """One who fights, as they stand this turn."""

    face: CardFace
    """Decides the sigil, the colours and the frame."""
    name: str
    level: int
    hp: int
    hp_max: int
    shield: int
    """What a shield still takes, in points of health."""
    mana: int
    mana_max: int
    """0 for those who have none: no bar is drawn."""
    effects: tuple[str, ...] = ()
    """Of `EFFECTS`, in the order in which they are shown."""
    marks: tuple[int, ...] = ()
    """Percents of health that stand on its bar: below them an enemy hits harder."""


class SceneSupport(Struct, frozen=True, kw_only=True):
    """One who lends a skill, and the turns until it is ready (0: now)."""

    face: CardFace
    cooldown: int = 0


class FightScene(Struct, frozen=True, kw_only=True):
    """A fight at one moment."""

    leader: SceneFighter
    enemy: SceneFighter
    supports: tuple[SceneSupport, ...] = ()
    """At most two."""
    turn: int
    """Counted from 1."""
    backdrop: str
    """The element of the place, usually the enemy's."""
    boss: bool = False
    outcome: str | None = None
    """Of `OUTCOMES`; None while the fight goes on."""
