"""Small signs on cards, banners and fights: elements, classes, and what an owner has made of an Esprit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from faye.utils.card_palette import Colour, mixed
from faye.utils.card_shapes import Outline, Point, glyphs, petals

_SCALE: Final = 4
_SIGN_PX: Final = 128
"""Signs are drawn this large and reduced to what is asked for."""


def draw_badge(
    picture: Image.Image,
    place: tuple[int, int],
    radius: int,
    sign: str,
    colours: tuple[Colour, Colour, Colour],
) -> None:
    """A round badge around `place`: rim, ground and sign in `colours`."""
    rim, ground, tone = colours
    corner = (place[0] - radius, place[1] - radius)
    picture.paste(mixed(rim, (0, 0, 0), 0.55), corner, disc(radius, radius))
    picture.paste(rim, corner, disc(radius, radius - 1))
    picture.paste(ground, corner, disc(radius, radius - 3))
    picture.paste(tone, corner, sign_mask(sign, radius * 2, 0.56))


@lru_cache(maxsize=32)
def disc(half: int, radius: float) -> Image.Image:
    """A disc of `radius` in the middle of a square of twice `half` as a mask."""
    mask = Image.new("L", (half * 2 * _SCALE, half * 2 * _SCALE))
    low, high = (half - radius) * _SCALE, (half + radius) * _SCALE - 1
    ImageDraw.Draw(mask).ellipse((low, low, high, high), fill=255)
    return mask.reduce(_SCALE)


@lru_cache(maxsize=128)
def sign_mask(sign: str, px: int, share: float = 0.9) -> Image.Image:
    """The sign of an element, class, mark or effect, filling `share` of a square of `px`, as a mask."""
    mask = Image.new("L", (_SIGN_PX, _SIGN_PX))
    pen = ImageDraw.Draw(mask)
    reach = _SIGN_PX / 2 * share
    for outline in _outlines(sign):
        pen.polygon([(_SIGN_PX / 2 + x * reach, _SIGN_PX / 2 + y * reach) for x, y in outline], fill=255)
    for outline in _HOLES.get(sign, ()):
        pen.polygon([(_SIGN_PX / 2 + x * reach, _SIGN_PX / 2 + y * reach) for x, y in outline], fill=0)
    return mask.resize((px, px), Image.Resampling.LANCZOS)


def _outlines(sign: str) -> Iterable[Outline]:
    if sign in glyphs():
        return glyphs()[sign]
    if sign in petals():
        return _element(petals()[sign], sign)
    return _SIGNS.get(sign, (_diamond(0.0, 0.0, 0.7),))


def _element(petal: Outline, element: str) -> Iterable[Outline]:
    """The element's petal standing upright; rays around a centre; a moon."""
    if element == "Radiant":
        return [tuple(_turned((x * 1.0, y * 1.6), turn) for x, y in petal) for turn in range(0, 360, 45)]
    if element == "Umbral":
        return [_circle(0.0, 0.0, 0.95)]
    foot = 1 if element == "Aqua" else -1  # a drop hangs, everything else grows
    return [tuple((y * (2.6 if element == "Tempest" else 2.3), (x - 0.5) * 2.0 * foot) for x, y in petal)]


def _turned(point: Point, degrees: int) -> Point:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return point[0] * cosine - point[1] * sine, point[0] * sine + point[1] * cosine


def _diamond(x: float, y: float, size: float) -> Outline:
    return ((x, y - size), (x + size * 0.7, y), (x, y + size), (x - size * 0.7, y))


def _box(left: float, top: float, right: float, bottom: float) -> Outline:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _circle(x: float, y: float, radius: float, start: int = 0, end: int = 360) -> Outline:
    return tuple(
        (x + radius * math.cos(math.radians(turn)), y + radius * math.sin(math.radians(turn)))
        for turn in range(start, end + 1, 10)
    )


def _star(points: int, inner: float) -> Outline:
    return tuple(
        ((inner if index % 2 else 1.0) * x, (inner if index % 2 else 1.0) * y)
        for index, (x, y) in enumerate(
            _turned((0.0, -1.0), 180 * index // points) for index in range(points * 2)
        )
    )


_CHEVRON: Final[Outline] = (
    (-0.85, -0.8),
    (-0.35, -0.8),
    (0.25, 0.0),
    (-0.35, 0.8),
    (-0.85, 0.8),
    (-0.25, 0.0),
)
_KITE: Final[Outline] = (
    (0.0, -1.0),
    (0.8, -0.72),
    (0.76, 0.1),
    (0.5, 0.6),
    (0.0, 1.0),
    (-0.5, 0.6),
    (-0.76, 0.1),
    (-0.8, -0.72),
)

_SIGNS: Final[dict[str, tuple[Outline, ...]]] = {
    "team": (_box(-0.62, -0.95, -0.42, 0.95), ((-0.42, -0.9), (0.85, -0.5), (-0.42, -0.05))),
    "locked": (
        _circle(0.0, -0.2, 0.62, 180, 360),
        _box(-0.62, -0.22, -0.4, 0.0),
        _box(0.4, -0.22, 0.62, 0.0),
        _box(-0.78, -0.05, 0.78, 0.9),
    ),
    "bound": (_circle(-0.38, -0.3, 0.58), _circle(0.38, 0.3, 0.58)),
    "burn": tuple(_element(petals()["Inferno"], "Inferno")),
    "charge": tuple(_element(petals()["Tempest"], "Tempest")),
    "shield": (_circle(0.0, 0.0, 0.95),),
    "guard": (_KITE,),
    "stun": (_star(5, 0.42),),
    "weaken": (_box(-0.28, -0.95, 0.28, 0.1), ((-0.8, 0.05), (0.8, 0.05), (0.0, 0.95))),
    "haste": (_CHEVRON, tuple((x + 0.75, y) for x, y in _CHEVRON)),
    "tick": (((-0.75, 0.0), (-0.45, -0.3), (-0.15, 0.1), (0.55, -0.75), (0.85, -0.45), (-0.15, 0.75)),),
    "gem": (_diamond(0.0, 0.0, 1.0),),
}
_HOLES: Final[dict[str, tuple[Outline, ...]]] = {
    "Umbral": (_circle(0.42, -0.22, 0.78),),
    "locked": (
        _circle(0.0, -0.2, 0.4, 180, 360),
        _box(-0.4, -0.22, 0.4, -0.05),
        _box(-0.12, 0.2, 0.12, 0.62),
    ),
    "bound": (_circle(-0.38, -0.3, 0.34), _circle(0.38, 0.3, 0.34)),
    "shield": (_circle(0.0, 0.0, 0.68),),
    "guard": (_box(-0.09, -0.78, 0.09, 0.72), _box(-0.55, -0.22, 0.55, -0.04)),
}
