"""How Esprits look wherever they are spoken of: a line, a stat, a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from faye.cogs.shared.look import Look
from faye.cogs.shared.rendered import Picture
from faye.cogs.shared.texts import escape, number, percent
from faye.messages.esprit import EspritView
from faye.utils.image_generator import CardFace, SheetFace, TeamBanner, card_face
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


def face_of(esprit: EspritView, look: Look) -> CardFace | None:
    """The face of somebody's Esprit, with the marks that its owner sees; None if the roster no longer has it."""
    if look.species(esprit.species) is None:
        return None
    marks = (("team", esprit.in_team), ("locked", esprit.locked), ("bound", esprit.bound))
    return card_face(
        esprit.species,
        config=look.config.game,
        level=esprit.level,
        limit_breaks=esprit.limit_breaks,
        seed=esprit.id,
        marks=tuple(mark for mark, holds in marks if holds),
    )


def card(esprit: EspritView, look: Look, stem: str, *, as_thumbnail: bool = False) -> Picture | None:
    """The card of an Esprit; None if the roster no longer has it."""
    face = face_of(esprit, look)
    return None if face is None else Picture(face, f"{stem}.png", as_thumbnail=as_thumbnail)


def sheet(esprits: Iterable[EspritView], look: Look, stem: str) -> Picture | None:
    """The cards of Esprits side by side; None if the roster no longer has one of them."""
    faces = [face_of(esprit, look) for esprit in esprits]
    known = tuple(face for face in faces if face is not None)
    return Picture(SheetFace(faces=known), f"{stem}.webp") if faces and len(known) == len(faces) else None


def banner(
    player: str,
    leader: EspritView | None,
    supports: Sequence[EspritView | None],
    look: Look,
    *,
    level: int | None,
    power: int,
) -> Picture:
    """The banner of a team; whoever the roster no longer has is left out of it."""
    others = tuple(None if support is None else face_of(support, look) for support in supports)
    first = None if leader is None else face_of(leader, look)
    subject = TeamBanner(player=player, level=level, power=power, leader=first, supports=others)
    return Picture(subject, "team.webp")
