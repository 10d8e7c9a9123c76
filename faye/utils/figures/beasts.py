"""Spirits in the shape of beasts, seen from the front."""

from __future__ import annotations

from collections.abc import Sequence

from faye.utils.card_face import CardFace
from faye.utils.card_palette import mixed
from faye.utils.card_shapes import Point
from faye.utils.figures.canvas import Canvas
from faye.utils.figures.features import antlers, crest, eyes, horns, mane
from faye.utils.figures.tones import WHITE, Tones
from faye.utils.rng import Rng


def fox(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """Pointed ears, wide cheeks, a narrow snout."""
    _chest(canvas, tones, rng)
    tall = rng.between(84, 98) / 100
    _ears(canvas, tones, [(0.08, -0.36), (0.36, -tall), (0.56, -0.16)], 0.6)
    head = [(0.0, -0.46), (0.34, -0.40), (0.52, -0.12), (0.80, 0.10), (0.50, 0.24), (0.24, 0.46), (0.0, 0.66)]
    canvas.whole(head, tones.body, curved=False)
    canvas.pair(
        [(0.12, 0.24), (0.44, 0.04), (0.80, 0.10), (0.50, 0.24), (0.24, 0.46), (0.0, 0.60)],
        mixed(tones.light, WHITE, 0.5),
        edge=4,
    )
    canvas.whole([(0.0, -0.46), (0.11, -0.40), (0.09, 0.10), (0.0, 0.20)], tones.light, curved=False, edge=0)
    _nose(canvas, tones, 0.58, 0.09)
    eyes(canvas, tones, face, (0.26, -0.02), 0.095)
    _brow(canvas, tones, face, rng)


def cat(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A round head, ears set wide, whiskers."""
    _chest(canvas, tones, rng)
    _ears(canvas, tones, [(0.16, -0.44), (0.54, -0.88), (0.60, -0.12)], 0.55)
    canvas.whole(
        [(0.0, -0.46), (0.36, -0.44), (0.60, -0.12), (0.58, 0.20), (0.34, 0.46), (0.0, 0.52)], tones.body
    )
    canvas.pair([(0.02, 0.20), (0.24, 0.20), (0.26, 0.40), (0.02, 0.48)], tones.light, edge=4, curved=True)
    for y in (0.24, 0.32, 0.40):
        canvas.stroke([(0.26, y), (0.74, y - 0.10 + (y - 0.3))], tones.light, 4, both=True)
    for y, width in ((-0.34, 0.12), (-0.24, 0.08)):
        canvas.pair([(0.04, y - 0.06), (0.04 + width, y - 0.10), (0.03, y + 0.04)], tones.shade, edge=0)
    _nose(canvas, tones, 0.22, 0.07)
    eyes(canvas, tones, face, (0.28, -0.01), 0.115)
    _brow(canvas, tones, face, rng)


def hound(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A long muzzle, shaggy cheeks, ears that hang or stand."""
    _chest(canvas, tones, rng)
    if rng.below(2):
        _ears(canvas, tones, [(0.10, -0.44), (0.44, -0.84), (0.50, -0.16)], 0.55)
    head = [
        (0.0, -0.50),
        (0.30, -0.46),
        (0.50, -0.20),
        (0.62, 0.08),
        (0.48, 0.08),
        (0.56, 0.28),
        (0.36, 0.24),
        (0.28, 0.58),
        (0.0, 0.70),
    ]
    canvas.whole(head, tones.body, curved=False)
    canvas.pair(
        [(0.30, -0.44), (0.60, -0.36), (0.70, 0.16), (0.54, 0.30), (0.46, -0.08)], tones.shade, curved=True
    )
    canvas.whole([(0.0, -0.06), (0.17, 0.14), (0.26, 0.46), (0.14, 0.64), (0.0, 0.68)], tones.light)
    canvas.stroke([(0.0, 0.34), (0.0, 0.54), (0.16, 0.58)], tones.line, 6, both=True)
    _nose(canvas, tones, 0.32, 0.11)
    eyes(canvas, tones, face, (0.24, -0.12), 0.09)
    _brow(canvas, tones, face, rng)


def mouse(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """Two great round ears and a small pointed face."""
    _chest(canvas, tones, rng)
    canvas.disc((0.54, -0.44), 0.40, tones.body, both=True)
    canvas.disc((0.55, -0.42), 0.28, tones.second, edge=4, both=True)
    canvas.whole(
        [(0.0, -0.42), (0.32, -0.36), (0.46, -0.04), (0.36, 0.26), (0.14, 0.48), (0.0, 0.52)], tones.body
    )
    canvas.whole([(0.0, 0.10), (0.20, 0.22), (0.12, 0.46), (0.0, 0.50)], tones.light, edge=0)
    canvas.pair([(0.01, 0.50), (0.08, 0.50), (0.08, 0.64), (0.01, 0.64)], WHITE, edge=4)
    for y in (0.30, 0.40):
        canvas.stroke([(0.18, y), (0.56, y - 0.02)], tones.light, 4, both=True)
    _nose(canvas, tones, 0.40, 0.06)
    eyes(canvas, tones, face, (0.20, 0.02), 0.10)
    _brow(canvas, tones, face, rng)


def bull(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A heavy head, wide horns, a ring in its nose."""
    _chest(canvas, tones, rng)
    horns(canvas, tones, (0.26, -0.36), 0.66, 0.75)
    canvas.pair([(0.38, -0.26), (0.78, -0.26), (0.70, -0.04), (0.42, -0.06)], tones.shade, curved=True)
    canvas.whole(
        [(0.0, -0.54), (0.34, -0.48), (0.46, -0.16), (0.34, 0.26), (0.36, 0.54), (0.20, 0.72), (0.0, 0.76)],
        tones.body,
    )
    canvas.whole([(0.0, 0.30), (0.28, 0.34), (0.36, 0.54), (0.20, 0.72), (0.0, 0.76)], tones.light)
    crest(canvas, tones, face.element, (0.0, -0.40), 0.40, 3)
    canvas.disc((0.14, 0.50), 0.05, tones.line, edge=0, both=True)
    canvas.ring((0.0, 0.68), 0.13, tones.trim, 12)
    eyes(canvas, tones, face, (0.26, -0.10), 0.085)
    _brow(canvas, tones, face, rng)


def lion(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A broad face in a mane of its element."""
    _chest(canvas, tones, rng)
    mane(canvas, tones, face.element, (0.0, 0.0), 1.02, rng.pick((11, 13)))
    canvas.disc((0.36, -0.38), 0.15, tones.body, both=True)
    canvas.whole(
        [(0.0, -0.44), (0.34, -0.38), (0.48, -0.06), (0.42, 0.24), (0.30, 0.48), (0.0, 0.56)], tones.body
    )
    canvas.whole([(0.0, -0.30), (0.13, -0.16), (0.15, 0.14), (0.0, 0.20)], tones.light, edge=0)
    canvas.pair(
        [(0.01, 0.20), (0.22, 0.20), (0.30, 0.38), (0.16, 0.50), (0.01, 0.44)],
        mixed(tones.light, WHITE, 0.4),
        edge=4,
        curved=True,
    )
    _nose(canvas, tones, 0.22, 0.11)
    eyes(canvas, tones, face, (0.24, -0.05), 0.09)
    _brow(canvas, tones, face, rng)


def stag(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A slender head below great antlers."""
    _chest(canvas, tones, rng)
    antlers(canvas, tones, (0.10, -0.32), 0.74)
    canvas.pair([(0.24, -0.26), (0.62, -0.34), (0.66, -0.20), (0.30, -0.06)], tones.shade, curved=True)
    canvas.whole(
        [(0.0, -0.42), (0.26, -0.36), (0.34, -0.10), (0.20, 0.30), (0.18, 0.54), (0.0, 0.68)], tones.body
    )
    canvas.whole([(0.0, -0.40), (0.10, -0.30), (0.10, 0.30), (0.0, 0.44)], tones.light, edge=0)
    _nose(canvas, tones, 0.56, 0.10)
    eyes(canvas, tones, face, (0.21, -0.04), 0.085)
    _brow(canvas, tones, face, rng)


def serpent(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A finned head risen from its own coil."""
    kind = rng.below(3)
    rings = ((0.94, 100, tones.line), (0.93, 84, tones.body), (0.86, 26, tones.second))
    for radius, width, tone in rings if kind != 1 else ():
        canvas.ring((0.0, 0.16), radius, tone, width)
    if kind == 1:
        neck = [(0.0, 0.10), (0.30, 0.24), (0.34, 0.60), (0.60, 1.1), (0.0, 1.1)]
        canvas.whole(neck, tones.shade)
        for y in (0.60, 0.76, 0.92):
            canvas.whole(
                [(0.0, y), (0.22, y - 0.06), (0.26, y + 0.06), (0.0, y + 0.12)], tones.second, edge=4
            )
    fins = rng.pick((3, 4))
    for index in range(fins):
        y = -0.44 + index * 0.24
        reach = 0.90 - 0.10 * abs(index - 1)
        canvas.pair(
            [
                (0.20, y + 0.18),
                (0.44, y - 0.10),
                (reach, y - 0.26 + 0.06 * index),
                (0.62, y + 0.14),
                (0.30, y + 0.30),
            ],
            tones.second,
        )
        canvas.stroke([(0.30, y + 0.14), (reach - 0.06, y - 0.20 + 0.06 * index)], tones.shade, 5, both=True)
    match kind:
        case 0:
            horns(canvas, tones, (0.16, -0.48), 0.46, 1.0)
        case 1:
            crest(canvas, tones, face.element, (0.0, -0.46), 0.54, 5)
        case _:
            antlers(canvas, tones, (0.12, -0.46), 0.50)
    canvas.whole(
        [(0.0, -0.58), (0.26, -0.50), (0.44, -0.16), (0.34, 0.16), (0.24, 0.48), (0.10, 0.66), (0.0, 0.68)],
        tones.body,
    )
    canvas.whole([(0.0, -0.52), (0.09, -0.30), (0.13, 0.30), (0.0, 0.46)], tones.light, edge=0)
    for y in (-0.36, -0.24, -0.12):
        canvas.whole([(0.0, y - 0.10), (0.08, y), (0.0, y + 0.05)], tones.trim, curved=False, edge=3)
    canvas.disc((0.08, 0.50), 0.025, tones.line, edge=0, both=True)
    canvas.stroke([(0.12, 0.58), (0.40, 0.66), (0.56, 0.92)], tones.second, 7, both=True)
    eyes(canvas, tones, face, (0.24, -0.02), 0.09)
    _brow(canvas, tones, face, rng)


def _chest(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    """Neck and shoulders, with a collar on some."""
    canvas.whole([(0.0, 0.10), (0.34, 0.20), (0.66, 0.62), (0.78, 1.1), (0.0, 1.1)], tones.shade)
    tuft = [(0.0, 0.40), (0.24, 0.44), (0.30, 0.66), (0.20, 0.70), (0.22, 0.86), (0.10, 0.84), (0.0, 1.02)]
    canvas.whole(tuft, tones.second, curved=False)
    if rng.below(2):
        canvas.pair([(0.0, 0.74), (0.48, 0.52), (0.54, 0.62), (0.0, 0.88)], tones.trim)
        canvas.disc((0.0, 0.82), 0.09, tones.glow)


def _ears(canvas: Canvas, tones: Tones, outer: Sequence[Point], inner_share: float) -> None:
    canvas.pair(outer, tones.body)
    x, y = (sum(point[axis] for point in outer) / len(outer) for axis in (0, 1))
    canvas.pair(
        [(x + (px - x) * inner_share, y + (py - y) * inner_share) for px, py in outer], tones.second, edge=4
    )


def _nose(canvas: Canvas, tones: Tones, y: float, size: float) -> None:
    canvas.whole([(0.0, y - size * 0.5), (size, y - size * 0.45), (0.0, y + size * 0.6)], tones.line, edge=0)


def _brow(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """What stands on the forehead: a tuft of the element, a jewel or nothing."""
    match rng.below(3):
        case 0:
            crest(canvas, tones, face.element, (0.0, -0.36), 0.34, 3)
        case 1:
            canvas.whole([(0.0, -0.50), (0.08, -0.38), (0.0, -0.24)], tones.trim, curved=False)
            canvas.whole([(0.0, -0.44), (0.04, -0.38), (0.0, -0.31)], tones.glow, curved=False, edge=0)
        case _:
            pass
