"""What faces have in common: eyes by class, marks, crests and horns by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from faye.utils.card_face import CardFace
from faye.utils.card_palette import mixed
from faye.utils.card_shapes import Point, petals
from faye.utils.card_sigil import own_rng
from faye.utils.figures.canvas import Canvas, placed
from faye.utils.figures.tones import WHITE, Tones


def eyes(canvas: Canvas, tones: Tones, face: CardFace, place: Point, size: float) -> None:
    """A pair of eyes, of which the right one is at `place`: each class looks in its own way, each Esprit is marked."""
    x, y = place
    white = mixed(tones.glow, WHITE, 0.5)
    own_rng(face).pick(MARKS)(canvas, tones, x, y, size)
    match face.esprit_class:
        case "Destroyer":
            slit = [
                (x - size * 0.9, y + size * 0.35),
                (x + size * 1.2, y - size * 0.75),
                (x + size * 0.5, y + size * 0.5),
            ]
            canvas.pair(slit, white, edge=4)
        case "Guardian":
            lid = [
                (x - size, y - size * 0.25),
                (x + size, y - size * 0.25),
                (x + size * 0.6, y + size * 0.55),
                (x - size * 0.6, y + size * 0.55),
            ]
            canvas.pair(lid, white, edge=4)
            canvas.disc((x, y + size * 0.05), size * 0.3, tones.line, edge=0, both=True)
        case "Support":
            canvas.disc(place, size * 0.95, white, edge=4, both=True)
            canvas.disc((x - size * 0.1, y + size * 0.12), size * 0.62, tones.line, edge=0, both=True)
            canvas.disc((x + size * 0.15, y - size * 0.2), size * 0.26, white, edge=0, both=True)
        case _:
            almond = [(x, y - size * 1.15), (x + size * 0.62, y), (x, y + size * 1.15), (x - size * 0.62, y)]
            canvas.pair(almond, white, edge=4, curved=True)
            third = [
                (0.0, y - size * 3.1),
                (size * 0.5, y - size * 2.2),
                (0.0, y - size * 1.3),
                (-size * 0.5, y - size * 2.2),
            ]
            canvas.shape(third, white, edge=4)


def crest(canvas: Canvas, tones: Tones, element: str, root: Point, size: float, count: int) -> None:
    """A tuft of the element's petals that rises from `root`; an odd `count` has one in the middle."""
    petal = petals().get(element, petals()["Radiant"])
    spread = 34.0
    for index in sorted(range(count), key=lambda each: -abs(each - (count - 1) / 2)):
        offset = index - (count - 1) / 2
        length = size * (1 - 0.13 * abs(offset))
        outline = placed(petal, root, -90 + offset * spread, length, length * 0.9)
        canvas.shape(outline, tones.second if round(abs(offset) * 2) % 4 == 0 else tones.body)


def mane(canvas: Canvas, tones: Tones, element: str, centre: Point, radius: float, count: int) -> None:
    """A wreath of the element's petals around a head."""
    petal = petals().get(element, petals()["Radiant"])
    for layer, (tone, reach) in enumerate(((tones.shade, 1.0), (tones.second, 0.84))):
        for index in range(count):
            degrees = -90 + (index + layer * 0.5) * 360 / count
            canvas.shape(placed(petal, centre, degrees, radius * reach, radius * 1.15), tone)


def antlers(canvas: Canvas, tones: Tones, root: Point, size: float) -> None:
    """Branching antlers."""
    x, y = root
    stem = [
        (x, y),
        (x + size * 0.30, y - size * 0.35),
        (x + size * 0.38, y - size * 0.75),
        (x + size * 0.22, y - size * 1.05),
    ]
    tines = (
        [stem[1], (x + size * 0.72, y - size * 0.42), (x + size * 0.86, y - size * 0.66)],
        [stem[2], (x + size * 0.68, y - size * 0.92)],
        [(x + size * 0.16, y - size * 0.18), (x + size * 0.02, y - size * 0.62)],
    )
    for width, tone in ((30, tones.line), (20, tones.trim)):
        canvas.stroke(stem, tone, width, both=True)
        for tine in tines:
            canvas.stroke(tine, tone, width - 4, both=True)


def horns(canvas: Canvas, tones: Tones, root: Point, size: float, bend: float) -> None:
    """Curved horns; `bend` of 1 turns them up, of -1 down like a ram's."""
    x, y = root
    canvas.pair(
        [
            (x, y - size * 0.14),
            (x + size * 0.45, y - size * (0.20 + 0.05 * bend)),
            (x + size * 0.78, y - size * (0.30 + 0.30 * bend)),
            (x + size * 0.80, y - size * (0.30 + 0.80 * bend)),
            (x + size * 1.02, y - size * (0.15 + 0.35 * bend)),
            (x + size * 0.86, y + size * 0.06),
            (x + size * 0.40, y + size * 0.18),
            (x, y + size * 0.16),
        ],
        tones.trim,
        curved=True,
    )


def _brow_drop(canvas: Canvas, tones: Tones, x: float, y: float, size: float) -> None:
    canvas.whole(
        [(0.0, y - size * 1.3), (size * 0.32, y - size * 0.6), (0.0, y - size * 0.1)], tones.glow, edge=0
    )


def _bars(canvas: Canvas, tones: Tones, x: float, y: float, size: float) -> None:
    for drop in (1.2, 1.75):
        low = y + size * drop
        bar = [
            (x - size * 0.5, low),
            (x + size * 0.8, low - size * 0.4),
            (x + size * 0.8, low - size * 0.1),
            (x - size * 0.5, low + size * 0.3),
        ]
        canvas.pair(bar, tones.glow, edge=0)


def _dots(canvas: Canvas, tones: Tones, x: float, y: float, size: float) -> None:
    for step in (-0.6, 0.1, 0.8):
        canvas.disc(
            (x + size * step, y + size * (1.5 - step * 0.4)), size * 0.18, tones.glow, edge=0, both=True
        )


def _tears(canvas: Canvas, tones: Tones, x: float, y: float, size: float) -> None:
    low = y + size * 1.1
    canvas.pair(
        [
            (x, low),
            (x + size * 0.28, low + size * 0.8),
            (x, low + size * 1.6),
            (x - size * 0.28, low + size * 0.8),
        ],
        tones.glow,
        edge=0,
    )


def _lashes(canvas: Canvas, tones: Tones, x: float, y: float, size: float) -> None:
    wing = [
        (x + size * 0.9, y - size * 0.2),
        (x + size * 2.0, y - size * 0.9),
        (x + size * 1.1, y + size * 0.35),
    ]
    canvas.pair(wing, tones.glow, edge=0)


def _nothing(canvas: Canvas, tones: Tones, x: float, y: float, size: float) -> None:
    """No mark is one, too."""


MARKS: Final[tuple[Callable[[Canvas, Tones, float, float, float], None], ...]] = (
    _nothing,
    _brow_drop,
    _bars,
    _dots,
    _tears,
    _lashes,
)
"""Small marks around the right eye (and the left), by which Esprits of one species are told apart."""
