"""All that a card shows: a plain value, so that equal faces are equal pictures."""

from __future__ import annotations

from msgspec import Struct

from faye.config import GameConfig
from faye.growth import growths

_SHOWN_STATS = {"hp": "HP", "atk": "ATK", "def": "DEF", "spd": "SPD", "mres": "RES", "mana": "MANA"}


class CardFace(Struct, frozen=True, kw_only=True):
    """One Esprit as its card shows it. It is hashable, and decides every pixel."""

    species: str
    """The code from which the sigil grows."""
    name: str
    rarity: str
    rarity_rank: int
    """0 is the lowest rarity; each further one makes the frame richer."""
    colour: str
    """The rarity's, as #rrggbb."""
    element: str
    esprit_class: str
    form: str
    coat: int
    level: int
    limit_breaks: int
    power: int
    stats: tuple[tuple[str, str], ...]
    """Labels and values, at most six, in the order of their places."""
    seed: int = 0
    """The Esprit's own id, which decides its small marks; 0 for a species as such."""
    marks: tuple[str, ...] = ()
    """Of "team", "locked" and "bound": what its owner has made of it."""


class SheetFace(Struct, frozen=True, kw_only=True):
    """Several Esprits side by side, each with whether it is marked as new to its player."""

    faces: tuple[CardFace, ...]
    """One to ten."""
    new: tuple[bool, ...] = ()
    """In the order of `faces`; what is left out is not new."""


def card_face(
    species: str,
    *,
    config: GameConfig,
    level: int = 1,
    limit_breaks: int = 0,
    seed: int = 0,
    marks: tuple[str, ...] = (),
) -> CardFace:
    """The face of an Esprit of `species` (a code of the roster), as it stands at its level."""
    growth = config.derived(growths)[species]
    kind = growth.species
    stats = growth.stats(level, limit_breaks)
    return CardFace(
        species=species,
        name=kind.name,
        rarity=kind.rarity,
        rarity_rank=growth.rarity_rank,
        colour=config.esprit.rarities[kind.rarity].colour,
        element=kind.element,
        esprit_class=kind.esprit_class,
        form=kind.form,
        coat=kind.coat,
        level=level,
        limit_breaks=limit_breaks,
        power=growth.power(level, limit_breaks),
        stats=tuple((label, f"{stats[stat]:,.0f}") for stat, label in _SHOWN_STATS.items()),
        seed=seed,
        marks=marks,
    )
