"""How Esprits look wherever they are spoken of: a line, a stat, a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from faye.cogs.shared.look import Look
from faye.cogs.shared.rendered import Picture
from faye.cogs.shared.texts import escape, number, percent
from faye.messages.esprit import EspritView
from faye.utils.image_generator import card_face
from faye.vocabulary import CHANCE_STATS

MARKS: Final[tuple[tuple[str, str, Callable[[EspritView], bool]], ...]] = (
    ("🚩", "in your team", lambda esprit: esprit.in_team),
    ("🔒", "locked", lambda esprit: esprit.locked),
    ("🔗", "bound to you", lambda esprit: esprit.bound),
)
"""The marks of an Esprit: sign, meaning, and which Esprits bear it."""

STAT_LABELS: Final = {
    "hp": "Health",
    "atk": "Attack",
    "def": "Defence",
    "spd": "Speed",
    "mres": "Resistance",
    "crit": "Critical",
    "block": "Block",
    "dodge": "Dodge",
    "mana": "Mana",
    "regen": "Regeneration",
}


def name_of(esprit: EspritView, look: Look) -> str:
    """The name with the emoji of its rarity."""
    return f"{look.rarity_emoji(esprit.rarity)} **{escape(esprit.name)}**"


def brief(esprit: EspritView, look: Look) -> str:
    """Name, level, breaks, power and marks on one line."""
    marks = "".join(mark for mark, _, holds in MARKS if holds(esprit))
    breaks = f" +{esprit.limit_breaks}" if esprit.limit_breaks else ""
    return f"{name_of(esprit, look)} Lv {number(esprit.level)}{breaks} · 💥 {number(esprit.power)} {marks}".rstrip()


def figure(stat: str, value: float) -> str:
    """A stat as players read it."""
    if stat in CHANCE_STATS:
        return percent(value)
    return number(int(value)) if value == int(value) else f"{value:,.1f}"


def cards(
    esprits: Iterable[EspritView], look: Look, filename: str, *, as_thumbnail: bool = False
) -> Picture | None:
    """The cards of Esprits, several as one sheet; None if the roster no longer has one of them."""
    shown = list(esprits)
    if not shown or any(look.species(esprit.species) is None for esprit in shown):
        return None
    game = look.config.game
    faces = tuple(
        card_face(esprit.species, config=game, level=esprit.level, limit_breaks=esprit.limit_breaks)
        for esprit in shown
    )
    return Picture(faces, filename, as_thumbnail=as_thumbnail)
