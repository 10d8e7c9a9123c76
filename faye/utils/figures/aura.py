"""What surrounds a figure: its element's petals, halos, crowns and the wings of deities."""

from __future__ import annotations

from faye.utils.card_face import CardFace
from faye.utils.card_palette import mixed
from faye.utils.card_shapes import petals
from faye.utils.figures.canvas import Canvas, placed, polar
from faye.utils.figures.small import wing
from faye.utils.figures.tones import WHITE, Tones
from faye.utils.rng import Rng


def draw_aura(canvas: Canvas, tones: Tones, face: CardFace, rng: Rng) -> None:
    """What stands behind: a fan of petals from rank 2, a halo from 3, a second fan from 4, wings at 6."""
    rank = face.rarity_rank
    if rank >= 2:
        _fan(canvas, tones, face.element, rng, layers=2 if rank >= 4 else 1)
    if rank >= 3:
        canvas.ring((0.0, -0.12), 0.78, tones.trim, 7 + rank)
    if rank >= 5:
        for index in range(24):
            start = polar((0.0, -0.12), 0.80, index * 15)
            canvas.stroke(
                [start, polar((0.0, -0.12), 0.94 if index % 2 else 0.87, index * 15)], tones.trim, 7
            )
    if rank >= 6:
        layers = (mixed(tones.spirit, WHITE, 0.12), tones.trim, mixed(tones.trim, WHITE, 0.6))
        wing(canvas, layers, (0.14, 0.30), first=62, last=24, length=1.02, count=4)
        wing(canvas, layers, (0.16, 0.12), first=16, last=-22, length=1.06, count=4)
        wing(canvas, layers, (0.14, -0.04), first=-30, last=-74, length=1.14, count=5)


def draw_crown(canvas: Canvas, tones: Tones, face: CardFace) -> None:
    """What floats above the highest: a small crown of light."""
    if face.rarity_rank < 5:
        return
    count = 3 if face.rarity_rank == 5 else 5
    for index in range(count):
        offset = index - (count - 1) / 2
        x, y = offset * 0.13, -0.86 + 0.035 * offset * offset
        size = 0.10 if offset else 0.13
        canvas.shape(
            [(x, y - size), (x + size * 0.5, y), (x, y + size * 0.7), (x - size * 0.5, y)], tones.glow, edge=4
        )


def _fan(canvas: Canvas, tones: Tones, element: str, rng: Rng, *, layers: int) -> None:
    petal = petals().get(element, petals()["Radiant"])
    count = rng.pick((9, 11, 13))
    around = rng.pick((180, 240, 360))
    for layer in range(layers):
        reach = 1.0 - 0.16 * layer
        for index in range(count):
            share = (index + 0.5) / count - 0.5
            outline = placed(petal, (0.0, 0.0), -90 + around * share + layer * 9, reach, 0.62)
            canvas.shape(outline, tones.spirit, edge=3, alpha=120 + 40 * layer)
