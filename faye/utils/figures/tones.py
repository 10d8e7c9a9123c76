"""What a figure is coloured with: the coat of its species, trimmed in its rarity's metal."""

from __future__ import annotations

from typing import Final, NamedTuple

from faye.utils.card_face import CardFace
from faye.utils.card_palette import Colour, Palette, mixed, parse, turned
from faye.utils.rng import Rng

BLACK: Final[Colour] = (0, 0, 0)
WHITE: Final[Colour] = (255, 255, 255)


class Tones(NamedTuple):
    """The colours of one figure."""

    line: Colour
    deep: Colour
    shade: Colour
    body: Colour
    light: Colour
    second: Colour
    """The coat's other colour: manes, crests, inner sides."""
    trim: Colour
    trim_dark: Colour
    glow: Colour
    """Eyes and gems."""
    spirit: Colour
    """What surrounds the figure and is hardly there."""


_COATS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "Inferno": (
        ("#ea5a2c", "#ffc25e"),
        ("#43303a", "#ff7434"),
        ("#b82436", "#ffb36b"),
        ("#f3d9bd", "#dd4a2c"),
        ("#f29a2e", "#a32a1c"),
    ),
    "Verdant": (
        ("#43b35e", "#dcf19a"),
        ("#7a5638", "#8fdc6a"),
        ("#1f7562", "#f2d77f"),
        ("#e3edc6", "#4aa653"),
        ("#a7c842", "#4f3a6b"),
    ),
    "Tempest": (
        ("#6277ea", "#d2e2ff"),
        ("#333c63", "#a7bbff"),
        ("#93a8cf", "#ffe57c"),
        ("#eef2ff", "#6a79f0"),
        ("#4aa0d8", "#f4f0c8"),
    ),
    "Aqua": (
        ("#22a6cc", "#bdfff3"),
        ("#17456e", "#3fe5d4"),
        ("#e6f9fd", "#2399c2"),
        ("#e6808f", "#c9fff4"),
        ("#2fbfa0", "#12506e"),
    ),
    "Radiant": (
        ("#f2bd40", "#fff5cc"),
        ("#fff5e0", "#e9a630"),
        ("#c77c3e", "#ffe596"),
        ("#e995a4", "#fff1d4"),
        ("#7d6cc4", "#ffdf80"),
    ),
    "Umbral": (
        ("#8f45c6", "#f2bfff"),
        ("#2e1f42", "#cd6aff"),
        ("#dccfea", "#7d35b4"),
        ("#443577", "#ff94da"),
        ("#5c2a4a", "#ffb0a0"),
    ),
}
_PLAIN_COATS: Final = (("#8b97a8", "#e2e8f0"), ("#3c4450", "#b8c4d4"))


def tones_of(face: CardFace, palette: Palette, rng: Rng) -> Tones:
    """The colours of `face`'s figure: one of its element's coats, its hue moved a little."""
    coats = _COATS.get(face.element, _PLAIN_COATS)
    first, second = coats[face.coat % len(coats)]
    turn = rng.between(-30, 30) / 1000
    body, other = turned(parse(first), turn), turned(parse(second), turn)
    metal = mixed(parse(face.colour), WHITE, 0.25)
    line = mixed(palette.deep, BLACK, 0.35)
    return Tones(
        line=line,
        deep=mixed(palette.deep, body, 0.12),
        shade=mixed(body, line, 0.42),
        body=body,
        light=mixed(body, WHITE, 0.38),
        second=other,
        trim=metal if face.rarity_rank >= 2 else mixed(other, metal, 0.35),
        trim_dark=mixed(metal, line, 0.5),
        glow=mixed(palette.pale, WHITE, 0.4),
        spirit=mixed(palette.glow, palette.accent, 0.4),
    )
