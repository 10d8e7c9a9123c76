"""What a class carries behind its back, so that its outline tells it from afar."""

from __future__ import annotations

from faye.utils.card_shapes import petals
from faye.utils.figures.canvas import Canvas, placed, polar
from faye.utils.figures.tones import Tones
from faye.utils.rng import Rng


def draw_gear(canvas: Canvas, tones: Tones, esprit_class: str, rng: Rng) -> None:
    """The gear of a class: orbiting orbs, crossed blades, a great shield, a wreath."""
    match esprit_class:
        case "Destroyer":
            _blades(canvas, tones, rng)
        case "Guardian":
            _shield(canvas, tones, rng)
        case "Support":
            _wreath(canvas, tones, rng)
        case _:
            _orbs(canvas, tones, rng)


def _orbs(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    canvas.ring((0.0, 0.0), 0.90, tones.trim, 8)
    canvas.ring((0.0, 0.0), 0.84, tones.trim_dark, 4)
    count = rng.pick((6, 8))
    for index in range(count):
        place = polar((0.0, 0.0), 0.88, -90 + 360 * (index + 0.5) / count)
        canvas.disc(place, 0.105, tones.trim)
        canvas.disc(place, 0.065, tones.glow, edge=0)
    star = [polar((0.0, -0.86), 0.13 if index % 2 == 0 else 0.05, -90 + 45 * index) for index in range(8)]
    canvas.shape(star, tones.glow, edge=4)


def _blades(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    blades = (
        ((0.0, 0.075), (0.86, 0.075), (1.0, 0.0), (0.86, -0.075), (0.0, -0.075)),
        ((0.0, 0.05), (0.55, 0.10), (0.90, 0.20), (1.0, 0.08), (0.80, -0.10), (0.0, -0.06)),
        ((0.0, 0.04), (0.62, 0.04), (0.60, 0.16), (1.0, 0.0), (0.60, -0.16), (0.62, -0.04), (0.0, -0.04)),
        ((0.0, 0.04), (0.66, 0.04), (0.72, 0.20), (0.94, 0.18), (1.0, -0.02), (0.72, -0.05), (0.0, -0.04)),
    )
    blade = rng.pick(blades)
    for side in (1, -1):
        root, degrees = (-0.66 * side, 0.62), -43 if side > 0 else -137
        outline = placed(tuple((a, b * side) for a, b in blade), root, degrees, 2.16, 1.35)
        canvas.shape(outline, tones.trim, edge=7)
        canvas.stroke([root, polar(root, 1.90, degrees)], tones.trim_dark, 6)
        guard = polar(root, 0.34, degrees)
        canvas.shape(
            placed(((0, -0.2), (0, 0.2), (0.07, 0.2), (0.07, -0.2)), guard, degrees, 1.0, 1.0), tones.second
        )


def _shield(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    shields = (
        [(0.0, -0.98), (0.30, -0.86), (0.90, -0.78), (0.92, -0.10), (0.72, 0.52), (0.0, 1.1)],
        [(0.0, -0.94), (0.56, -0.94), (0.96, -0.60), (0.96, 0.36), (0.62, 0.90), (0.0, 1.1)],
        [(0.0, -0.84), (0.40, -0.98), (0.88, -0.88), (0.82, -0.30), (0.94, 0.20), (0.60, 0.86), (0.0, 1.1)],
    )
    half = rng.pick(shields)
    canvas.whole(half, tones.trim, curved=False, edge=7)
    canvas.whole([(x * 0.88, y * 0.88 + 0.01) for x, y in half], tones.trim_dark, curved=False)
    canvas.whole([(x * 0.82, y * 0.82 + 0.01) for x, y in half], tones.shade, curved=False, edge=0)
    for x, y in half[1:-1]:
        canvas.disc((x * 0.94, y * 0.94), 0.035, tones.glow, edge=4, both=True)


def _wreath(canvas: Canvas, tones: Tones, rng: Rng) -> None:
    leaf = petals()["Verdant"]
    slim = rng.between(46, 60) / 100
    canvas.ring((0.0, 0.02), 0.80, tones.trim_dark, 8)
    for index in range(10):
        degrees = 80 - index * 16.5
        place = polar((0.0, 0.02), 0.80, degrees)
        for lean, tone in ((-128, tones.second), (-52, tones.trim)):
            canvas.pair(placed(leaf, place, degrees + lean, 0.34, slim * 0.5), tone, edge=4)
    for x in (0.0, 0.12):
        canvas.disc((x, 0.84 - x * 0.3), 0.06, tones.glow, edge=4, both=True)
