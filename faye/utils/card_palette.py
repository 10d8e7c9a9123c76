"""Colours of cards: a palette for every element, turned a little by the species."""

from __future__ import annotations

import colorsys
from typing import Final, NamedTuple

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """The colours of one card, from the darkest to the lightest."""

    deep: Colour
    mid: Colour
    glow: Colour
    accent: Colour
    pale: Colour


_ELEMENTS: Final = {
    "Inferno": ("#170506", "#571512", "#ff5426", "#ff8f45", "#ffe9bf"),
    "Verdant": ("#04120b", "#114a2b", "#35c96b", "#7be590", "#efffd2"),
    "Tempest": ("#090b1c", "#2c3568", "#7688ff", "#a9b8ff", "#ffffff"),
    "Aqua": ("#031019", "#0a4660", "#16b4d8", "#5fe2f0", "#e3fffc"),
    "Radiant": ("#181104", "#63491a", "#ffcb4a", "#ffe08c", "#fffdea"),
    "Umbral": ("#0a0410", "#381245", "#b544e0", "#dd8ff5", "#ffe8fd"),
}
_ONE_WAY: Final = frozenset({"Radiant"})
"""Elements that are turned to the warm side alone: gold that turns to green looks ill."""
_NEUTRAL: Final = ("#0b0d10", "#2c323b", "#8b97a8", "#c3ccd8", "#ffffff")
HUE_TURN_MAX: Final = 0.035
"""How far, in turns of the colour wheel, a species may stand from its element's colours."""


def palette(element: str, turn: float) -> Palette:
    """The palette of `element`, its hues moved by `turn` (-1 to 1) of what is allowed."""
    colours = _ELEMENTS.get(element, _NEUTRAL)
    if element in _ONE_WAY:
        turn = -abs(turn)
    return Palette(*(turned(parse(colour), turn * HUE_TURN_MAX) for colour in colours))


def parse(colour: str) -> Colour:
    """The components of a colour written #rrggbb."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def turned(colour: Colour, turns: float) -> Colour:
    """`colour` with its hue moved by `turns` of the colour wheel."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    red, green, blue = colorsys.hls_to_rgb((hue + turns) % 1.0, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """The colour that lies `share` (0 to 1) of the way from `one` to `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
