"""The places where Esprits stand: a sky of the element's colours, and its land in silhouettes."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from faye.utils.card_palette import Colour, Palette, mixed
from faye.utils.card_shapes import Point
from faye.utils.rng import Rng

_Pen = ImageDraw.ImageDraw


def draw_backdrop(
    element: str, palette: Palette, rng: Rng, size: tuple[int, int], horizon: float
) -> Image.Image:
    """The land of `element`, its ground line `horizon` (0 to 1) down the picture of `size`."""
    sky = gradient(size, mixed(palette.mid, palette.deep, 0.35), mixed(palette.mid, palette.glow, 0.35))
    sky.paste(palette.glow, (0, 0), _clouds(rng, size))
    pen = ImageDraw.Draw(sky)
    _heaven(pen, element, palette, rng, size, horizon)
    for depth in range(3):
        tone = mixed(mixed(palette.mid, palette.glow, 0.22 - 0.10 * depth), palette.deep, 0.22 + 0.30 * depth)
        level = size[1] * (horizon + 0.09 * depth - 0.06)
        pen.polygon([*_ridge(element, rng, size, level, depth), size, (0, size[1])], fill=tone)
    return sky


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """A picture that goes from `top` to `bottom`."""
    ramp = Image.linear_gradient("L").resize((1, size[1]))
    column = Image.merge("RGB", [ramp.point(_ramp(a, b)) for a, b in zip(top, bottom, strict=True)])
    return column.resize(size, Image.Resampling.NEAREST)


def _ramp(start: int, end: int) -> list[int]:
    return [round(start + (end - start) * step / 255) for step in range(256)]


def _clouds(rng: Rng, size: tuple[int, int]) -> Image.Image:
    """Soft clouds as a mask: a few discs drawn small, blurred and blown up."""
    width, height = size[0] // 5, size[1] // 5
    small = Image.new("L", (width, height))
    pen = ImageDraw.Draw(small)
    for _ in range(9):
        x, y, radius = rng.below(width), rng.below(height), rng.between(4, 12)
        pen.ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), fill=rng.between(20, 80))
    return small.filter(ImageFilter.GaussianBlur(4)).resize(size, Image.Resampling.BICUBIC)


def _heaven(
    pen: _Pen, element: str, palette: Palette, rng: Rng, size: tuple[int, int], horizon: float
) -> None:
    """What hangs in the sky: a moon, beams, lightning, bubbles, sparks or drifting leaves."""
    width, height = size
    low = int(height * horizon)
    faint = mixed(palette.mid, palette.accent, 0.45)
    match element:
        case "Umbral":
            _moon(
                pen,
                palette,
                (rng.between(width // 5, width * 4 // 5), rng.between(low // 6, low // 3)),
                width / 10,
            )
        case "Tempest":
            for _ in range(2):
                bolt = [(float(rng.below(width)), 0.0)]
                while bolt[-1][1] < low * 0.8:
                    bolt.append((bolt[-1][0] + rng.between(-14, 14), bolt[-1][1] + rng.between(10, 24)))
                pen.line(bolt, fill=mixed(faint, palette.pale, 0.35), width=2)
        case "Radiant":
            beam = mixed(palette.mid, palette.glow, 0.42)
            for index in range(7):
                foot = width * (index - 1) / 5 + rng.between(-8, 8)
                pen.polygon([(width / 2, -20), (foot - 9, low), (foot + 9, low)], fill=beam)
        case _:
            for _ in range(16):
                x, y, radius = rng.below(width), rng.below(max(1, low)), rng.between(2, 7)
                box = (x - radius, y - radius, x + radius, y + radius)
                if element == "Aqua":
                    pen.ellipse(box, outline=faint)
                elif element == "Verdant":
                    pen.pieslice(
                        box, rng.below(360), rng.below(360), fill=mixed(palette.mid, palette.glow, 0.35)
                    )
                else:
                    pen.line((x, y, x + rng.between(-3, 3), y - radius * 2), fill=faint)


def _moon(pen: _Pen, palette: Palette, place: Point, radius: float) -> None:
    tones = (mixed(palette.mid, palette.pale, 0.7), mixed(palette.mid, palette.deep, 0.3))
    for x, tone in zip((place[0], place[0] + radius * 0.42), tones, strict=True):
        pen.ellipse((x - radius, place[1] - radius, x + radius, place[1] + radius), fill=tone)


def _ridge(element: str, rng: Rng, size: tuple[int, int], level: float, depth: int) -> list[Point]:
    """The upper edge of a line of hills, trees, waves, peaks, columns or clouds, from left to right."""
    width = size[0]
    rise = size[1] * (0.13 - 0.03 * depth)
    points: list[Point] = []
    x = -20.0
    while x < width + 30:
        step = rng.between(16, 40) * (1 + 0.3 * depth)
        height = rise * rng.between(40, 130) / 100
        match element:
            case "Inferno":
                points += [
                    (x, level),
                    (x + step * 0.42, level - height),
                    (x + step * 0.58, level - height * 0.86),
                ]
            case "Verdant":
                trunk = level - height * 0.3
                points += [(x, trunk), (x + step * 0.5, level - height * 1.25), (x + step, trunk)]
            case "Aqua":
                points += [_wave(x, step, level, height, share / 6) for share in range(6)]
            case "Radiant":
                points += [
                    (x, level),
                    (x, level - height),
                    (x + step * 0.5, level - height * 1.2),
                    (x + step, level - height),
                    (x + step, level),
                ]
                x += step * 0.5
            case "Tempest":
                points += [
                    (x + step * share / 6, level - height * 0.7 * math.sin(math.pi * share / 6))
                    for share in range(6)
                ]
            case _:
                points += [
                    (x, level),
                    (x + step * 0.2, level - height * 1.3),
                    (x + step * 0.3, level - height * 0.4),
                ]
        x += step
    return points


def _wave(x: float, step: float, level: float, height: float, share: float) -> Point:
    return x + step * share, level - height * 0.5 * (1 - abs(math.sin(math.pi * share)))


@lru_cache(maxsize=8)
def glow_mask(size: int, strength: int = 165) -> Image.Image:
    """A round glow as a mask, brightest in the middle."""
    dark_middle = Image.radial_gradient("L").resize((size, size))
    return dark_middle.point([round(strength * max(0.0, 1 - step / 180) ** 1.7) for step in range(256)])


@lru_cache(maxsize=8)
def rays_mask(size: tuple[int, int], centre: tuple[int, int], count: int, strength: int) -> Image.Image:
    """Rays from `centre` as a mask, fading outwards."""
    rays = Image.new("L", size)
    pen = ImageDraw.Draw(rays)
    for index in range(count):
        angle = 2 * math.pi * index / count
        spread = math.pi / count * (0.5 if index % 2 else 0.85)
        corners: list[Point] = [centre]
        corners += [
            (centre[0] + 640 * math.cos(angle + side), centre[1] + 640 * math.sin(angle + side))
            for side in (-spread, spread)
        ]
        pen.polygon(corners, fill=strength // 2 if index % 2 else strength)
    reach = 2 * max(size)
    fading = (
        Image.radial_gradient("L").resize((reach, reach)).point([max(0, 255 - 2 * v) for v in range(256)])
    )
    left, top = reach // 2 - centre[0], reach // 2 - centre[1]
    fading = fading.crop((left, top, left + size[0], top + size[1]))
    return ImageChops.multiply(rays.filter(ImageFilter.GaussianBlur(1.5)), fading)
