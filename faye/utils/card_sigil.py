"""The sigil of a species: an emblem that grows from its code, element, class and rarity, always the same."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from PIL import Image, ImageDraw

from faye.utils.card_face import CardFace
from faye.utils.card_shapes import Outline, Point, glyphs, petals
from faye.utils.rng import Rng

SIGIL_PX: Final = 368
_SCALE: Final = 2
"""Sigils are drawn this much larger and reduced, which smooths every edge."""
_SIZE: Final = SIGIL_PX * _SCALE
_CENTRE: Final = _SIZE / 2
_RADIUS: Final = _SIZE / 2 * 0.81
"""Of the rim; beyond it is room for the crown of the highest rarities."""

_FOLDS: Final = {
    "Inferno": (5, 6, 7, 9),
    "Verdant": (5, 6, 8),
    "Tempest": (5, 6, 8),
    "Aqua": (4, 6, 8, 9),
    "Radiant": (8, 10, 12),
    "Umbral": (5, 6, 7),
}


class Sigil(NamedTuple):
    """A sigil as two masks of `SIGIL_PX` squared: the emblem, and the class glyph in its heart."""

    emblem: Image.Image
    heart: Image.Image


def species_rng(face: CardFace) -> Rng:
    """The chance that belongs to a species: it decides all that its code leaves open."""
    return Rng(int.from_bytes(hashlib.sha256(face.species.encode()).digest()[:7], "big"))


def draw_sigil(face: CardFace) -> Sigil:
    """The sigil of `face`'s species."""
    rng = species_rng(face)
    emblem = Image.new("L", (_SIZE, _SIZE))
    pen = ImageDraw.Draw(emblem)
    folds = rng.pick(_FOLDS.get(face.element, (6,)))
    turn = rng.pick((0.0, 180.0 / folds))
    _draw_crown(pen, face.rarity_rank, folds, turn)
    _draw_rim(pen, rng, folds, turn)
    _draw_petals(pen, rng, face, folds, turn)
    _draw_star(pen, rng, folds, turn)
    _clear_heart(pen)
    heart = Image.new("L", (_SIZE, _SIZE))
    _draw_heart(ImageDraw.Draw(heart), face)
    return Sigil(emblem.reduce(_SCALE), heart.reduce(_SCALE))


def _draw_rim(pen: ImageDraw.ImageDraw, rng: Rng, folds: int, turn: float) -> None:
    """One or two rings at the edge, and between them ticks, beads, arcs or chevrons."""
    _ring(pen, 0.985, 5)
    _ring(pen, rng.pick((0.90, 0.885)), 3)
    style = rng.below(4)
    if style == 0:
        for angle in _around(folds * 6, turn):
            long = round((angle - turn) * folds * 6 / 360) % 6 == 0
            pen.line(
                [_at(0.90, angle), _at(0.985 if long else 0.945, angle)], fill=255, width=7 if long else 3
            )
    elif style == 1:
        for angle in _around(folds * 3, turn):
            _dot(pen, 0.94, angle, 8)
    elif style == 2:
        step = 360 / folds
        for angle in _around(folds, turn):
            _arc(pen, 0.945, angle - step * 0.36, angle + step * 0.36, 12)
    else:
        for angle in _around(folds * 2, turn):
            spread = 180 / folds * 0.36
            pen.line(
                [_at(0.90, angle - spread), _at(0.97, angle), _at(0.90, angle + spread)], fill=255, width=5
            )


def _draw_crown(pen: ImageDraw.ImageDraw, rank: int, folds: int, turn: float) -> None:
    """What stands outside the rim: beads from rank 4 on, spikes from rank 5, long rays at rank 6."""
    if rank < 4:
        return
    for index, angle in enumerate(_around(folds * 4, turn)):
        if rank == 4 or index % 2:
            _dot(pen, 1.045, angle, 6 if index % 4 == 0 else 4)
            continue
        height = 1.09 if rank == 5 or index % 4 else 1.15
        spread = 180 / folds / (6 if index % 4 == 0 else 10)
        pen.polygon([_at(1.0, angle - spread), _at(height, angle), _at(1.0, angle + spread)], fill=235)


def _draw_petals(pen: ImageDraw.ImageDraw, rng: Rng, face: CardFace, folds: int, turn: float) -> None:
    """A wreath of the element's petals; the higher rarities have a second one between."""
    petal = petals().get(face.element, petals()["Radiant"])
    reach = rng.between(80, 86) / 100
    breadth = min(1.0, 5.6 / folds) * rng.between(90, 112) / 100
    if face.rarity_rank >= 2:
        for angle in _around(folds, turn + 180 / folds):
            _petal(pen, petal, angle, 0.34, reach * 0.80, breadth * 0.72, fill=46, edge=150)
    for angle in _around(folds, turn):
        _petal(pen, petal, angle, 0.30, reach, breadth, fill=96, edge=255)
    if face.rarity_rank >= 4:
        for angle in _around(folds, turn):
            _petal(pen, petal, angle, 0.40, reach * 0.74, breadth * 0.46, fill=190, edge=230)
    for angle in _around(folds, turn + 180 / folds):
        _diamond(pen, 0.80, angle, 13 if face.rarity_rank >= 3 else 8)


def _draw_star(pen: ImageDraw.ImageDraw, rng: Rng, folds: int, turn: float) -> None:
    """A star polygon through the wreath, on as many points as it has petals (or twice as many)."""
    points = folds if folds > 4 else folds * 2
    skip = rng.between(2, max(2, (points - 1) // 2))
    radius = rng.pick((0.885, 0.66))
    offset = turn if radius > 0.8 else turn + 180 / folds
    corners = [_at(radius, angle) for angle in _around(points, offset)]
    for index, corner in enumerate(corners):
        pen.line([corner, corners[(index + skip) % points]], fill=120, width=3)


def _clear_heart(pen: ImageDraw.ImageDraw) -> None:
    """Room for the glyph, with a ring of beads around it."""
    _disc(pen, 0.345, 0)
    _ring(pen, 0.345, 6)
    _ring(pen, 0.30, 2)
    for angle in _around(24, 0):
        _dot(pen, 0.3225, angle, 3)


def _draw_heart(pen: ImageDraw.ImageDraw, face: CardFace) -> None:
    for outline in glyphs().get(face.esprit_class, glyphs()["Mystic"]):
        size = _RADIUS * 0.225
        pen.polygon([(_CENTRE + x * size, _CENTRE + y * size) for x, y in outline], fill=255)


def _around(count: int, offset: float) -> Iterator[float]:
    """`count` angles in degrees, evenly spread, the first pointing up when `offset` is 0."""
    return (offset - 90 + 360 * index / count for index in range(count))


def _at(radius: float, degrees: float) -> Point:
    radians = math.radians(degrees)
    return (
        _CENTRE + _RADIUS * radius * math.cos(radians),
        _CENTRE + _RADIUS * radius * math.sin(radians),
    )


def _box(radius: float) -> tuple[float, float, float, float]:
    reach = _RADIUS * radius
    return _CENTRE - reach, _CENTRE - reach, _CENTRE + reach, _CENTRE + reach


def _ring(pen: ImageDraw.ImageDraw, radius: float, width: int) -> None:
    pen.ellipse(_box(radius), outline=255, width=width)


def _disc(pen: ImageDraw.ImageDraw, radius: float, fill: int) -> None:
    pen.ellipse(_box(radius), fill=fill)


def _arc(pen: ImageDraw.ImageDraw, radius: float, start: float, end: float, width: int) -> None:
    pen.arc(_box(radius), start, end, fill=255, width=width)


def _dot(pen: ImageDraw.ImageDraw, radius: float, degrees: float, size: float) -> None:
    x, y = _at(radius, degrees)
    pen.ellipse((x - size, y - size, x + size, y + size), fill=255)


def _diamond(pen: ImageDraw.ImageDraw, radius: float, degrees: float, size: float) -> None:
    x, y = _at(radius, degrees)
    pen.polygon([(x, y - size), (x + size * 0.7, y), (x, y + size), (x - size * 0.7, y)], fill=255)


def _petal(
    pen: ImageDraw.ImageDraw,
    outline: Outline,
    degrees: float,
    inner: float,
    outer: float,
    breadth: float,
    *,
    fill: int,
    edge: int,
) -> None:
    """One petal from radius `inner` to `outer`, its width scaled by `breadth`."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    length = outer - inner
    points = []
    for along, across in outline:
        reach, side = (inner + along * length) * _RADIUS, across * length * breadth * _RADIUS
        points.append((_CENTRE + reach * cosine - side * sine, _CENTRE + reach * sine + side * cosine))
    pen.polygon(points, fill=fill)
    pen.line([*points, points[0]], fill=edge, width=4, joint="curve")
