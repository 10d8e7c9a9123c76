"""The sigil of one Esprit: a seal that grows from its own id, so that no two Esprits bear the same."""

from __future__ import annotations

import hashlib
import math
from typing import Final

from PIL import Image, ImageDraw

from faye.utils.card_face import CardFace
from faye.utils.card_shapes import Point
from faye.utils.rng import Rng

SIGIL_PX: Final = 56
_SCALE: Final = 4
_CENTRE: Final = SIGIL_PX * _SCALE / 2
_RUNES: Final = 32
_RINGS: Final = (0.40, 0.62, 0.84)


def species_rng(face: CardFace) -> Rng:
    """The chance that belongs to a species: it decides all that its code leaves open."""
    return Rng(int.from_bytes(hashlib.sha256(face.species.encode()).digest()[:7], "big"))


def own_rng(face: CardFace) -> Rng:
    """The chance that belongs to one Esprit, or to its species as such."""
    own = f"{face.species}:{face.seed}"
    return Rng(int.from_bytes(hashlib.sha256(own.encode()).digest()[:7], "big"))


def draw_sigil(face: CardFace) -> Image.Image:
    """The seal of `face`'s Esprit as a mask of `SIGIL_PX` squared."""
    rng = own_rng(face)
    mask = Image.new("L", (SIGIL_PX * _SCALE, SIGIL_PX * _SCALE))
    pen = ImageDraw.Draw(mask)
    folds = rng.pick((3, 4, 5, 6, 7))
    turn = -90.0
    _ring(pen, 0.97, 5)
    _runes(pen, rng)
    for ring in range(len(_RINGS) - 1):
        step = 180 / folds * rng.pick((0, 1, 2))
        for index in range(folds):
            angle = turn + 360 * index / folds
            for end in (angle - step, angle + step):
                pen.line([_at(_RINGS[ring], angle), _at(_RINGS[ring + 1], end)], fill=255, width=6)
        turn += step
    _beads(pen, rng, folds, turn)
    _heart(pen, rng, folds)
    return mask.reduce(_SCALE)


def _runes(pen: ImageDraw.ImageDraw, rng: Rng) -> None:
    """Ticks along the rim, each of which is there or not: what tells apart those that are alike in all else."""
    for index in range(_RUNES):
        if rng.below(2):
            angle = 360 * (index + 0.5) / _RUNES
            pen.line([_at(0.89, angle), _at(0.97, angle)], fill=255, width=6)


def _beads(pen: ImageDraw.ImageDraw, rng: Rng, folds: int, turn: float) -> None:
    """Beads at the ends, some of them hollow; chance decides place and size."""
    for ring in (0.62, 0.84):
        size, offset, hollow = rng.pick((0, 5, 8, 11)), rng.pick((0.0, 0.5)), rng.below(2)
        for index in range(folds if size else 0):
            x, y = _at(ring, turn + 360 * (index + offset) / folds)
            pen.ellipse((x - size, y - size, x + size, y + size), fill=255)
            if hollow:
                pen.ellipse((x - size + 4, y - size + 4, x + size - 4, y + size - 4), fill=0)


def _heart(pen: ImageDraw.ImageDraw, rng: Rng, folds: int) -> None:
    match rng.below(4):
        case 0:
            _ring(pen, 0.30, 6)
        case 1:
            pen.polygon([_at(0.32, -90 + 360 * index / folds) for index in range(folds)], fill=255)
        case 2:
            points = [
                _at(0.36 if index % 2 == 0 else 0.14, -90 + 180 * index / folds) for index in range(folds * 2)
            ]
            pen.polygon(points, fill=255)
        case _:
            _ring(pen, 0.34, 5)
            pen.ellipse((_CENTRE - 12, _CENTRE - 12, _CENTRE + 12, _CENTRE + 12), fill=255)


def _ring(pen: ImageDraw.ImageDraw, radius: float, width: int) -> None:
    reach = _CENTRE * radius
    pen.ellipse(
        (_CENTRE - reach, _CENTRE - reach, _CENTRE + reach, _CENTRE + reach), outline=255, width=width
    )


def _at(radius: float, degrees: float) -> Point:
    radians = math.radians(degrees)
    return _CENTRE + _CENTRE * radius * math.cos(radians), _CENTRE + _CENTRE * radius * math.sin(radians)
