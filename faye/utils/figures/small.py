"""Spirits that fly or float: birds, moths, hoppers and wisps."""

from __future__ import annotations

from collections.abc import Sequence

from faye.utils.card_face import CardFace
from faye.utils.card_palette import Colour, mixed
from faye.utils.card_shapes import Point, petals
from faye.utils.figures.canvas import Canvas, placed, polar
from faye.utils.figures.features import crest, eyes
from faye.utils.figures.tones import WHITE, Tones
from faye.utils.rng import Rng

_FEATHER = ((0.0, 0.06), (0.30, 0.15), (0.75, 0.15), (1.0, 0.0), (0.75, -0.10), (0.30, -0.10), (0.0, -0.05))


def wing(
    canvas: Canvas,
    layers: Sequence[Colour],
    root: Point,
    *,
    first: float,
    last: float,
    length: float,
    count: int,
) -> None:
    """A pair of wings: feathers fanned from angle `first` to `last` (of the right one), a tone for each layer."""
    for depth, tone in enumerate(layers):
        reach, breadth = 1.0 - 0.26 * depth, 0.95 - 0.08 * depth
        for index in range(count):
            share = index / max(1, count - 1)
            degrees = first + (last - first) * share
            size = length * reach * (1 - 0.35 * share)
            canvas.pair(placed(_FEATHER, root, degrees, size, length * breadth * 0.9), tone, edge=4)


def bird(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """Wings spread, breast forward."""
    kind = rng.below(3)
    first, last = ((-70, 40), (-48, 22), (-84, -8))[kind]
    for degrees in ((64, 78, 90, 102, 116), (78, 90, 102), (52, 71, 90, 109, 128))[kind]:
        canvas.shape(
            placed(_FEATHER, (0.0, 0.40), degrees, 0.66, 0.62), tones.second if degrees == 90 else tones.shade
        )
    layers = (tones.shade, tones.body, tones.second)
    wing(canvas, layers, (0.14, 0.06), first=first, last=last, length=1.02, count=rng.pick((5, 6, 7)))
    canvas.whole([(0.0, -0.30), (0.24, -0.16), (0.34, 0.20), (0.20, 0.56), (0.0, 0.74)], tones.body)
    canvas.whole([(0.0, 0.02), (0.20, 0.12), (0.16, 0.44), (0.0, 0.62)], tones.light, edge=0)
    for y in (0.20, 0.34, 0.48):
        canvas.whole([(0.0, y), (0.10, y - 0.05), (0.0, y + 0.07)], tones.second, curved=False, edge=0)
    if rng.below(3):
        crest(canvas, tones, face.element, (0.0, -0.50), 0.46, rng.pick((1, 3, 5)))
    else:
        canvas.pair([(0.10, -0.58), (0.40, -0.86), (0.27, -0.42)], tones.body)
    canvas.whole([(0.0, -0.66), (0.24, -0.58), (0.31, -0.32), (0.20, -0.10), (0.0, -0.02)], tones.body)
    if rng.below(2):
        mask = [(0.04, -0.52), (0.22, -0.52), (0.28, -0.30), (0.12, -0.18), (0.03, -0.3)]
        canvas.pair(mask, mixed(tones.light, WHITE, 0.3), edge=0, curved=True)
    eyes(canvas, tones, face, (0.15, -0.36), 0.082)
    beak = (
        [(0.0, -0.34), (0.08, -0.26), (0.03, -0.10), (0.0, -0.02)],
        [(0.0, -0.32), (0.07, -0.24), (0.02, 0.16), (0.0, 0.22)],
        [(0.0, -0.36), (0.13, -0.26), (0.09, -0.12), (0.0, -0.06)],
    )[rng.below(3)]
    canvas.whole(beak, tones.trim, curved=False)


def moth(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """Four wings with eyes on them, feathered feelers."""
    tip = rng.between(66, 88) / 100
    upper, lower = (
        (
            [(0.08, -0.02), (0.42, -0.52), (0.88, -tip), (1.0, -0.44), (0.84, -0.02), (0.44, 0.16)],
            [
                (0.08, 0.10),
                (0.46, 0.14),
                (0.78, 0.28),
                (0.72, 0.64),
                (0.50, 0.92),
                (0.30, 0.66),
                (0.10, 0.40),
            ],
        ),
        (
            [(0.08, -0.06), (0.30, -0.60), (0.74, -0.86), (1.0, -0.70), (0.92, -0.20), (0.50, 0.12)],
            [
                (0.08, 0.10),
                (0.50, 0.16),
                (0.66, 0.40),
                (0.52, 0.60),
                (0.60, 1.04),
                (0.40, 0.82),
                (0.12, 0.44),
            ],
        ),
        (
            [(0.08, -0.02), (0.52, -0.46), (0.98, -0.60), (1.04, -0.20), (0.96, 0.24), (0.46, 0.22)],
            [
                (0.08, 0.14),
                (0.40, 0.24),
                (0.66, 0.46),
                (0.50, 0.70),
                (0.30, 0.78),
                (0.16, 0.60),
                (0.10, 0.40),
            ],
        ),
    )[rng.below(3)]
    canvas.pair(lower, tones.shade, curved=True)
    canvas.pair(
        [(0.34 + (x - 0.34) * 0.66, 0.38 + (y - 0.38) * 0.66) for x, y in lower],
        tones.second,
        edge=4,
        curved=True,
    )
    canvas.pair(upper, tones.body, curved=True)
    canvas.pair(
        [(0.60 + (x - 0.60) * 0.70, -0.28 + (y + 0.28) * 0.70) for x, y in upper],
        tones.shade,
        edge=4,
        curved=True,
    )
    canvas.disc((0.66, -0.34), 0.16, tones.trim, both=True)
    canvas.disc((0.66, -0.34), 0.10, tones.deep, edge=4, both=True)
    canvas.disc((0.66, -0.34), 0.05, tones.glow, edge=0, both=True)
    canvas.disc((0.54, 0.46), 0.09, tones.trim, both=True)
    canvas.disc((0.54, 0.46), 0.04, tones.glow, edge=0, both=True)
    for y, width in ((0.62, 0.09), (0.46, 0.13), (0.30, 0.16), (0.14, 0.18)):
        canvas.whole(
            [(0.0, y - 0.12), (width, y - 0.04), (width * 0.7, y + 0.12), (0.0, y + 0.16)], tones.body
        )
    for angle in (200, 170, 140, 115, 90, 65, 40, 10, -20):
        canvas.shape(placed(_FEATHER, (0.0, 0.0), angle, 0.32, 0.42), tones.light, edge=4)
    feeler = [(0.07, -0.36), (0.16, -0.66), (0.36, -0.92)]
    canvas.stroke(feeler, tones.line, 14, both=True)
    canvas.stroke(feeler, tones.trim, 8, both=True)
    for share in (0.3, 0.55, 0.8):
        x, y = 0.10 + 0.26 * share, -0.48 - 0.42 * share
        canvas.stroke([(x, y), (x + 0.12, y + 0.02)], tones.trim, 6, both=True)
        canvas.stroke([(x, y), (x - 0.05, y - 0.10)], tones.trim, 6, both=True)
    canvas.whole([(0.0, -0.42), (0.20, -0.36), (0.25, -0.16), (0.14, 0.02), (0.0, 0.05)], tones.body)
    eyes(canvas, tones, face, (0.14, -0.18), 0.085)


def hopper(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A long insect's face between folded legs and glassy wings."""
    for degrees, length in ((-60, 0.98), (-38, 1.0), (-14, 0.86)):
        petal = placed(petals()["Verdant"], (0.10, 0.20), degrees, length, 0.72)
        canvas.pair(petal, mixed(tones.light, WHITE, 0.4), alpha=215, edge=4)
    canvas.pair(
        [(0.20, 0.80), (0.70, 0.00), (0.80, 0.06), (0.46, 0.62), (0.80, 1.0), (0.70, 1.06), (0.30, 0.72)],
        tones.shade,
    )
    canvas.whole([(0.0, 0.10), (0.26, 0.24), (0.30, 0.60), (0.18, 1.1), (0.0, 1.1)], tones.body)
    for y in (0.40, 0.56, 0.72):
        canvas.stroke([(0.0, y + 0.06), (0.24, y)], tones.second, 9, both=True)
    feeler = [(0.10, -0.46), (0.26, -0.84), (0.60, -0.96)]
    canvas.stroke(feeler, tones.line, 14, both=True)
    canvas.stroke(feeler, tones.trim, 8, both=True)
    canvas.whole([(0.0, -0.54), (0.26, -0.46), (0.38, -0.16), (0.22, 0.22), (0.0, 0.40)], tones.body)
    canvas.whole([(0.0, -0.20), (0.10, -0.10), (0.12, 0.16), (0.0, 0.32)], tones.light, edge=0)
    canvas.disc((0.32, -0.26), 0.20, tones.second, both=True)
    eyes(canvas, tones, face, (0.30, -0.24), 0.11)
    canvas.pair([(0.02, 0.28), (0.12, 0.22), (0.08, 0.42)], tones.trim, edge=4)


def wisp(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A small spirit made of its element, with large eyes and hands of light."""
    plump = rng.between(92, 112) / 100
    petal = petals().get(face.element, petals()["Radiant"])
    shape = rng.below(3)
    if shape == 0:
        body = [
            (0.0, -0.86),
            (0.12, -0.62),
            (0.42, -0.28),
            (0.56, 0.16),
            (0.46, 0.54),
            (0.20, 0.74),
            (0.0, 0.78),
        ]
    elif shape == 1:
        body = [
            (0.0, -0.52),
            (0.36, -0.44),
            (0.56, -0.08),
            (0.52, 0.30),
            (0.60, 0.74),
            (0.36, 0.60),
            (0.16, 0.80),
            (0.0, 0.64),
        ]
    else:
        body = [(0.0, -0.48), (0.40, -0.40), (0.62, 0.00), (0.56, 0.42), (0.28, 0.66), (0.0, 0.70)]
    for index, degrees in enumerate(rng.pick(((-150, -30), (-160, -128, -52, -20), (-142, -118, -62, -38)))):
        length = 0.94 if index % 3 else 0.86
        canvas.shape(placed(petal, (0.0, 0.10), degrees, length, 0.92), tones.shade)
    if shape:
        crest(canvas, tones, face.element, (0.0, -0.38), rng.between(40, 58) / 100, rng.pick((1, 3, 5)))
    canvas.whole([(x * plump, y) for x, y in body], tones.body)
    canvas.whole([(0.0, 0.08), (0.28 * plump, 0.16), (0.32 * plump, 0.40), (0.0, 0.62)], tones.light, edge=0)
    canvas.disc((0.66 * plump, 0.34), 0.12, tones.second, both=True)
    eyes(canvas, tones, face, (0.22, -0.04), 0.13)
    smile = [polar((0.0, 0.18), 0.09, degrees) for degrees in range(20, 161, 20)]
    canvas.stroke(smile, tones.line, 7)
    if rng.below(2):
        canvas.disc((0.36, 0.16), 0.06, tones.second, edge=0, both=True)
