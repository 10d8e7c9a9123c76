"""Spirits in the shape of people: hooded, armoured, crowned, and hewn from rock or wood."""

from __future__ import annotations

from faye.utils.card_face import CardFace
from faye.utils.card_palette import mixed
from faye.utils.figures.canvas import Canvas
from faye.utils.figures.features import antlers, crest, eyes, horns
from faye.utils.figures.tones import WHITE, Tones
from faye.utils.rng import Rng


def robed(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A hood with eyes in its dark, over a cloak."""
    style = rng.below(4)
    tip = (-1.0, -0.72, -0.86, -0.66)[style]
    _cloak(canvas, tones, rng)
    if style == 3:
        antlers(canvas, tones, (0.14, -0.58), 0.52)
    if style == 2:
        brim = [(0.0, -0.44), (0.45, -0.50), (0.86, -0.34), (0.45, -0.30), (0.0, -0.27)]
        canvas.whole([(0.0, -1.0), (0.10, -0.96), (0.26, -0.55), (0.34, -0.40), (0.0, -0.3)], tones.body)
        canvas.whole([(0.0, -0.56), (0.28, -0.50), (0.33, -0.42), (0.0, -0.40)], tones.trim, edge=3)
    canvas.whole(
        [
            (0.0, tip),
            (0.12, tip + 0.08),
            (0.38, -0.46),
            (0.47, -0.10),
            (0.44, 0.26),
            (0.24, 0.50),
            (0.0, 0.56),
        ]
        if style != 2
        else [(0.0, -0.40), (0.34, -0.34), (0.42, -0.05), (0.40, 0.26), (0.22, 0.50), (0.0, 0.56)],
        tones.body,
    )
    inner = [(0.0, -0.42), (0.20, -0.36), (0.33, -0.10), (0.30, 0.18), (0.15, 0.36), (0.0, 0.42)]
    canvas.whole([(x * 1.14, y * 1.10) for x, y in inner], tones.trim, edge=4)
    canvas.whole(inner, tones.deep, edge=4)
    if rng.below(2):
        canvas.whole(
            [(0.0, -0.30), (0.18, -0.24), (0.26, 0.0), (0.20, 0.20), (0.0, 0.36)], tones.light, edge=4
        )
        canvas.stroke([(0.0, -0.28), (0.0, 0.08)], tones.shade, 4)
        canvas.whole([(0.0, 0.16), (0.07, 0.19), (0.0, 0.23)], tones.shade, edge=0)
    eyes(canvas, tones, face, (0.13, -0.02), 0.085)
    if style == 2:
        canvas.whole(brim, tones.second)


def armoured(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A helmet with a visor between two pauldrons."""
    style = rng.below(4)
    steel = mixed(tones.light, (188, 196, 210), 0.45)
    canvas.whole(
        [(0.0, 0.30), (0.42, 0.36), (0.52, 0.60), (0.44, 1.1), (0.0, 1.1)], tones.shade, curved=False
    )
    canvas.whole([(0.0, 0.46), (0.26, 0.48), (0.20, 0.86), (0.0, 1.04)], tones.body, curved=False)
    canvas.pair(
        [(0.30, 0.52), (0.44, 0.26), (0.76, 0.22), (0.98, 0.46), (0.96, 0.86), (0.70, 0.74), (0.46, 0.78)],
        tones.body,
    )
    canvas.pair([(0.40, 0.42), (0.52, 0.28), (0.76, 0.24), (0.95, 0.46), (0.66, 0.42)], tones.trim)
    if rng.below(2):
        canvas.pair([(0.62, 0.26), (0.76, -0.10), (0.80, 0.27)], tones.trim)
        canvas.pair([(0.80, 0.32), (1.0, 0.04), (0.95, 0.44)], tones.trim)
    if style == 0:
        crest(canvas, tones, face.element, (0.0, -0.42), 0.60, 5)
    elif style == 1:
        horns(canvas, tones, (0.24, -0.28), 0.60, 1.0)
    elif style == 2:
        canvas.pair(
            [(0.26, -0.24), (0.86, -0.72), (0.72, -0.36), (0.78, -0.30), (0.56, -0.12), (0.30, -0.02)],
            tones.second,
        )
    else:
        canvas.whole([(0.0, -0.98), (0.10, -0.90), (0.13, -0.40), (0.0, -0.30)], tones.second)
    canvas.whole(
        [(0.0, -0.60), (0.20, -0.55), (0.36, -0.30), (0.37, 0.05), (0.28, 0.34), (0.0, 0.50)],
        steel,
        curved=False,
    )
    canvas.whole([(0.0, -0.60), (0.07, -0.58), (0.07, -0.18), (0.0, -0.12)], tones.trim, curved=False, edge=4)
    canvas.pair([(0.06, -0.14), (0.35, -0.22), (0.35, 0.04), (0.10, 0.06)], tones.deep)
    canvas.whole([(0.0, -0.02), (0.06, 0.02), (0.05, 0.40), (0.0, 0.44)], tones.trim, curved=False, edge=4)
    for y in (0.16, 0.24, 0.32):
        canvas.stroke([(0.12, y), (0.24, y - 0.02)], tones.line, 6, both=True)
    eyes(canvas, tones, face, (0.20, -0.07), 0.075)


def crowned(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A pale face under a crown, with long hair and a high collar."""
    style = rng.below(3)
    skin = mixed(mixed(tones.glow, tones.light, 0.3), WHITE, 0.2)
    hair = tones.second if rng.below(2) else tones.body
    canvas.pair(
        [(0.10, 0.50), (0.50, 0.10), (0.92, -0.20), (0.86, 0.40), (1.0, 1.1), (0.30, 1.1)], tones.shade
    )
    canvas.pair(
        [(0.14, 0.62), (0.48, 0.30), (0.74, 0.14), (0.70, 0.60), (0.78, 1.1), (0.30, 1.1)], tones.body, edge=4
    )
    if style == 0:
        canvas.whole(
            [
                (0.0, -0.62),
                (0.36, -0.52),
                (0.50, -0.10),
                (0.44, 0.30),
                (0.56, 0.66),
                (0.30, 0.98),
                (0.0, 0.7),
            ],
            hair,
        )
    elif style == 1:
        canvas.pair(
            [
                (0.05, -0.60),
                (0.42, -0.50),
                (0.66, -0.18),
                (0.52, 0.06),
                (0.70, 0.34),
                (0.46, 0.50),
                (0.30, 0.1),
            ],
            hair,
            curved=True,
        )
    else:
        canvas.disc((0.44, -0.30), 0.22, hair, both=True)
        canvas.whole([(0.0, -0.60), (0.34, -0.48), (0.44, -0.10), (0.34, 0.20), (0.0, 0.2)], hair)
    canvas.whole(
        [(0.0, 0.30), (0.13, 0.34), (0.15, 0.56), (0.0, 0.80)], mixed(skin, tones.shade, 0.35), edge=4
    )
    canvas.whole([(0.0, -0.46), (0.24, -0.40), (0.33, -0.10), (0.27, 0.20), (0.13, 0.42), (0.0, 0.48)], skin)
    canvas.whole(
        [
            (0.0, -0.56),
            (0.20, -0.52),
            (0.36, -0.30),
            (0.37, 0.02),
            (0.28, -0.16),
            (0.14, -0.30),
            (0.0, -0.24),
        ],
        hair,
    )
    canvas.stroke([(0.0, 0.06), (0.03, 0.16), (0.0, 0.18)], mixed(skin, tones.shade, 0.6), 5)
    canvas.whole([(0.0, 0.26), (0.08, 0.27), (0.0, 0.33)], tones.shade, edge=0)
    eyes(canvas, tones, face, (0.15, 0.02), 0.082)
    _diadem(canvas, tones, rng)
    canvas.disc((0.0, 0.66), 0.085, tones.glow)
    canvas.pair([(0.07, 0.66), (0.34, 0.48), (0.36, 0.56), (0.08, 0.76)], tones.trim, edge=4)


def colossus(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """A small head deep between shoulders like cliffs, with light in its cracks."""
    style = rng.below(3)
    lean = rng.between(-6, 6) / 100
    for x, height in ((0.62, -0.02), (0.40, -0.24 + lean), (0.82, 0.16)):
        canvas.pair(
            [(x - 0.16, 0.35), (x - 0.07, height), (x + 0.05, height - 0.14), (x + 0.15, 0.35)], tones.second
        )
    canvas.whole(
        [(0.0, 0.05), (0.46, 0.02), (0.86, 0.20), (1.0, 0.56), (0.92, 1.1), (0.0, 1.1)],
        tones.body,
        curved=False,
    )
    canvas.pair([(0.46, 0.02), (0.86, 0.20), (0.70, 0.50), (0.40, 0.36)], tones.light)
    canvas.pair([(0.40, 0.36), (0.70, 0.50), (0.62, 1.0), (0.30, 0.80)], tones.shade)
    canvas.whole([(0.0, 0.52), (0.15, 0.64), (0.10, 0.86), (0.0, 0.94)], tones.glow, curved=False)
    canvas.stroke([(0.14, 0.68), (0.34, 0.60), (0.42, 0.72), (0.66, 0.66)], tones.glow, 6, both=True)
    if style == 0:
        antlers(canvas, tones, (0.16, -0.44), 0.56)
    elif style == 1:
        crest(canvas, tones, face.element, (0.0, -0.40), 0.58, 5)
    else:
        horns(canvas, tones, (0.26, -0.22), 0.54, 1.0)
    canvas.whole(
        [(0.0, -0.56), (0.24, -0.50), (0.42, -0.22), (0.40, 0.10), (0.30, 0.40), (0.0, 0.48)],
        tones.body,
        curved=False,
    )
    canvas.whole(
        [(0.0, -0.56), (0.24, -0.50), (0.20, -0.24), (0.0, -0.18)], tones.light, curved=False, edge=4
    )
    canvas.pair([(0.06, -0.12), (0.38, -0.20), (0.34, 0.06), (0.12, 0.08)], tones.deep, edge=4)
    canvas.whole(
        [(0.0, 0.16), (0.22, 0.20), (0.26, 0.40), (0.12, 0.56), (0.0, 0.62)], tones.shade, curved=False
    )
    eyes(canvas, tones, face, (0.21, -0.05), 0.07)


def _cloak(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    flare = rng.between(78, 100) / 100
    canvas.whole(
        [(0.0, 0.20), (0.40, 0.26), (flare * 0.86, 0.52), (flare, 1.1), (0.0, 1.1)], tones.shade, curved=False
    )
    canvas.pair([(0.05, 0.42), (0.44, 0.34), (0.66, 0.60), (0.50, 1.1), (0.24, 1.1)], tones.body)
    canvas.pair([(0.0, 0.50), (0.10, 0.48), (0.24, 1.1), (0.0, 1.1)], tones.second)
    canvas.disc((0.0, 0.62), 0.09, tones.trim)
    canvas.disc((0.0, 0.62), 0.05, tones.glow, edge=0)


def _diadem(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    match rng.below(3):
        case 0:
            points = [
                (0.0, -0.98),
                (0.08, -0.66),
                (0.17, -0.86),
                (0.22, -0.60),
                (0.34, -0.74),
                (0.34, -0.42),
                (0.0, -0.48),
            ]
            canvas.whole(points, tones.trim, curved=False)
        case 1:
            canvas.whole(
                [(0.0, -0.76), (0.07, -0.60), (0.36, -0.46), (0.36, -0.36), (0.0, -0.42)],
                tones.trim,
                curved=False,
            )
        case _:
            canvas.pair([(0.02, -0.56), (0.10, -0.94), (0.20, -0.56)], tones.trim)
            canvas.pair([(0.18, -0.54), (0.34, -0.84), (0.36, -0.44)], tones.trim)
            canvas.whole([(0.0, -0.58), (0.36, -0.48), (0.36, -0.38), (0.0, -0.44)], tones.trim, curved=False)
    canvas.disc((0.0, -0.56), 0.06, tones.glow, edge=4)
