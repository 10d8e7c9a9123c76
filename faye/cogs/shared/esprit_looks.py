"""How Esprits look wherever they are spoken of: a line, a stat, a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from faye.cogs.shared.look import Look
from faye.cogs.shared.rendered import Picture
from faye.cogs.shared.texts import decimal, escape, number, percent
from faye.messages.esprit import EspritView
from faye.utils.image_generator import CardFace, SheetFace, TeamBanner, card_face
from faye.utils.language import gettext, gettext_noop
from faye.vocabulary import CHANCE_STATS

MARKS: Final[tuple[tuple[str, str, Callable[[EspritView], bool]], ...]] = (
    ("🚩", gettext_noop("in your team"), lambda esprit: esprit.in_team),
    ("🔒", gettext_noop("locked"), lambda esprit: esprit.locked),
    ("🔗", gettext_noop("bound to you"), lambda esprit: esprit.bound),
)
"""The marks of an Esprit: sign, meaning, and which Esprits bear it."""

STAT_LABELS: Final = {
    "hp": gettext_noop("Health"),
    "atk": gettext_noop("Attack"),
    "def": gettext_noop("Defence"),
    "spd": gettext_noop("Speed"),
    "mres": gettext_noop("Resistance"),
    "crit": gettext_noop("Critical"),
    "block": gettext_noop("Block"),
    "dodge": gettext_noop("Dodge"),
    "mana": gettext_noop("Mana"),
    "regen": gettext_noop("Regeneration"),
}

_LABEL_CHARS_LEAST: Final = 13


def name_of(esprit: EspritView, look: Look) -> str:
    """The name with the emoji of its rarity."""
    return f"{look.rarity_emoji(esprit.rarity)} **{escape(esprit.name)}**"


def brief(esprit: EspritView, look: Look, *, also: str = "") -> str:
    """Name, level, breaks, power, what is `also` to be said, and marks on one line."""
    marks = "".join(mark for mark, _, holds in MARKS if holds(esprit))
    breaks = f" +{esprit.limit_breaks}" if esprit.limit_breaks else ""
    shown = gettext("{name} Lv {level} · 💥 {power}").format(
        name=name_of(esprit, look), level=f"{number(esprit.level)}{breaks}", power=number(esprit.power)
    )
    return f"{' · '.join(filter(None, (shown, also)))} {marks}".rstrip()


def stat_label(stat: str) -> str:
    """The name of a stat as players read it."""
    return gettext(STAT_LABELS.get(stat, stat))


def padded(labels: Sequence[str]) -> list[str]:
    """The labels of a table's rows, all as wide as the longest and a space."""
    width = max([_LABEL_CHARS_LEAST, *(len(label) + 1 for label in labels)])
    return [label.ljust(width) for label in labels]


def figure(stat: str, value: float) -> str:
    """A stat as players read it."""
    if stat in CHANCE_STATS:
        return percent(value)
    return number(int(value)) if value == int(value) else decimal(value, 1)


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
