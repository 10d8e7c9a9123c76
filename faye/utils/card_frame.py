"""What surrounds a sigil: the background of its element, and the frame of its rarity."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from faye.utils.card_palette import Colour, Palette, mixed, parse
from faye.utils.rng import Rng

CARD_SIZE: Final = (450, 630)
CORNER: Final = 26
BORDER: Final = 11
SIGIL_CENTRE: Final = (225, 281)
_HALF: Final = (225, 315)
"""All that is soft is drawn at half the size, in a quarter of the time."""
_HALF_CENTRE: Final = (112, 140)


def draw_background(palette: Palette, rank: int, rng: Rng) -> Image.Image:
    """A night of the palette's colours, with a glow where the sigil will stand; rays from rank 3 on."""
    night = gradient(_HALF, palette.mid, palette.deep)
    night.paste(palette.glow, (0, 0), _nebula(rng))
    if rank >= 3:
        night.paste(palette.accent, (0, 0), _rays(20 if rank < 5 else 32, 44 + 6 * rank))
    glow = _glow(225 + 4 * rank)
    night.paste(palette.glow, (_HALF_CENTRE[0] - glow.width // 2, _HALF_CENTRE[1] - glow.height // 2), glow)
    picture = night.resize(CARD_SIZE, Image.Resampling.BILINEAR)
    _scatter(picture, palette, rng, 34 + 9 * rank)
    return picture


def draw_frame(picture: Image.Image, colour: str, rank: int) -> None:
    """Put the frame of a rarity around `picture`."""
    frame, mask = _frame(colour, rank)
    picture.paste(frame, (0, 0), mask)


@lru_cache(maxsize=1)
def outline_mask() -> Image.Image:
    """The card's shape: opaque, with round corners."""
    return _rounded(0, CORNER)


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """A picture that goes from `top` to `bottom`."""
    ramp = Image.linear_gradient("L").resize((1, size[1]))
    column = Image.merge("RGB", [ramp.point(_ramp(a, b)) for a, b in zip(top, bottom, strict=True)])
    return column.resize(size, Image.Resampling.NEAREST)


def _ramp(start: int, end: int) -> list[int]:
    return [round(start + (end - start) * step / 255) for step in range(256)]


def _nebula(rng: Rng) -> Image.Image:
    """Soft clouds as a mask: a few discs drawn small, blurred and blown up."""
    small = Image.new("L", (45, 63))
    pen = ImageDraw.Draw(small)
    for _ in range(9):
        x, y, radius = rng.below(45), rng.below(63), rng.between(4, 12)
        pen.ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), fill=rng.between(20, 90))
    return small.filter(ImageFilter.GaussianBlur(4)).resize(_HALF, Image.Resampling.BICUBIC)


@lru_cache(maxsize=8)
def _glow(size: int) -> Image.Image:
    """A round glow as a mask, brightest in the middle."""
    dark_middle = Image.radial_gradient("L").resize((size, size))
    return dark_middle.point([round(165 * max(0.0, 1 - step / 180) ** 1.7) for step in range(256)])


@lru_cache(maxsize=8)
def _rays(count: int, strength: int) -> Image.Image:
    """Rays from the sigil's centre as a mask, fading outwards."""
    rays = Image.new("L", _HALF)
    pen = ImageDraw.Draw(rays)
    centre_x, centre_y = _HALF_CENTRE
    for index in range(count):
        angle = 2 * math.pi * index / count
        spread = math.pi / count * (0.5 if index % 2 else 0.85)
        corners: list[tuple[float, float]] = [_HALF_CENTRE]
        corners += [
            (centre_x + 320 * math.cos(angle + side), centre_y + 320 * math.sin(angle + side))
            for side in (-spread, spread)
        ]
        pen.polygon(corners, fill=strength // 2 if index % 2 else strength)
    fading = Image.radial_gradient("L").resize((640, 640)).point([max(0, 255 - 2 * v) for v in range(256)])
    left, top = 320 - centre_x, 320 - centre_y
    fading = fading.crop((left, top, left + rays.width, top + rays.height))
    return ImageChops.multiply(rays.filter(ImageFilter.GaussianBlur(1.5)), fading)


def _scatter(picture: Image.Image, palette: Palette, rng: Rng, count: int) -> None:
    """Motes and a few four-pointed sparkles."""
    pen = ImageDraw.Draw(picture)
    for index in range(count):
        x, y = rng.between(24, CARD_SIZE[0] - 24), rng.between(90, CARD_SIZE[1] - 170)
        colour = mixed(palette.mid, palette.pale, rng.between(35, 95) / 100)
        if index % 6 == 0:
            pen.polygon(_sparkle(x, y, rng.between(4, 8)), fill=colour)
        else:
            size = rng.pick((0.6, 1.0, 1.4))
            pen.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _sparkle(x: float, y: float, size: float) -> list[tuple[float, float]]:
    waist = size * 0.22
    return [
        (x, y - size),
        (x + waist, y - waist),
        (x + size, y),
        (x + waist, y + waist),
        (x, y + size),
        (x - waist, y + waist),
        (x - size, y),
        (x - waist, y - waist),
    ]


@lru_cache(maxsize=16)
def _frame(colour: str, rank: int) -> tuple[Image.Image, Image.Image]:
    """A frame as a picture and its mask: a metal band, an inner glow, a hairline, and gems by rank."""
    base = parse(colour)
    metal = _metal(base)
    band = ImageChops.subtract(_rounded(0, CORNER), _rounded(BORDER, CORNER - 8))
    inside = ImageChops.subtract(_rounded(0, CORNER), _rounded(BORDER + 4, CORNER - 8))
    glow = inside.filter(ImageFilter.GaussianBlur(9 + rank)).point([round(v * 0.75) for v in range(256)])
    hairline = ImageChops.subtract(_rounded(BORDER + 5, CORNER - 12), _rounded(BORDER + 7, CORNER - 14))
    mask = ImageChops.lighter(band, glow)
    mask = ImageChops.lighter(mask, hairline.point([round(v * 0.8) for v in range(256)]))
    frame = Image.new("RGB", CARD_SIZE, base)
    frame.paste(metal, (0, 0), band)
    edge = ImageChops.subtract(_rounded(BORDER - 2, CORNER - 6), _rounded(BORDER, CORNER - 8))
    frame.paste(mixed(base, (0, 0, 0), 0.55), (0, 0), edge)
    frame.paste(mixed(base, (255, 255, 255), 0.55), (0, 0), hairline)
    _gems(frame, mask, base, rank)
    return frame, mask


def _metal(base: Colour) -> Image.Image:
    """The rarity's colour as brushed metal: light, dark and light again along the diagonal."""
    stops = [
        mixed(base, (255, 255, 255), 0.70),
        base,
        mixed(base, (0, 0, 0), 0.45),
        base,
        mixed(base, (255, 255, 255), 0.80),
        base,
        mixed(base, (0, 0, 0), 0.50),
    ]
    span = 255 / (len(stops) - 1)
    shades = []
    for step in range(256):
        index = min(int(step / span), len(stops) - 2)
        shades.append(mixed(stops[index], stops[index + 1], step / span - index))
    ramp = Image.linear_gradient("L").resize((1100, 1100)).rotate(32, resample=Image.Resampling.BILINEAR)
    ramp = ramp.crop((325, 235, 325 + CARD_SIZE[0], 235 + CARD_SIZE[1]))
    return Image.merge("RGB", [ramp.point([shade[part] for shade in shades]) for part in range(3)])


def _gems(frame: Image.Image, mask: Image.Image, base: Colour, rank: int) -> None:
    """Diamonds on the band: in the corners from rank 1, at the sides from 3, above and below from 5."""
    width, height = CARD_SIZE
    inset = 15
    places = []
    if rank >= 1:
        places += [
            (inset, inset),
            (width - inset, inset),
            (inset, height - inset),
            (width - inset, height - inset),
        ]
    if rank >= 3:
        places += [(6, SIGIL_CENTRE[1]), (width - 6, SIGIL_CENTRE[1])]
    if rank >= 5:
        places += [(width // 2, 6), (width // 2, height - 6)]
    scale = 4
    for x, y in places:
        size = 13 if (x, y) in places[:4] else 12
        gem = Image.new("L", (40 * scale, 40 * scale))
        pen = ImageDraw.Draw(gem)
        for reach, fill in ((size, 255), (size - 3.5, 128)):
            pen.polygon(
                [(20 * scale + dx * reach * scale, 20 * scale + dy * reach * scale) for dx, dy in _DIAMOND],
                fill=fill,
            )
        gem = gem.reduce(scale)
        corner = (x - 20, y - 20)
        whole = gem.point([min(255, v * 2) for v in range(256)])
        facet = Image.new("RGB", (40, 40), mixed(base, (255, 255, 255), 0.78))
        facet.paste(
            mixed(base, (0, 0, 0), 0.25), (0, 0), gem.point([255 if v > 190 else 0 for v in range(256)])
        )
        frame.paste(facet, corner, whole)
        mask.paste(255, corner, whole)


_DIAMOND: Final = ((0.0, -1.0), (0.8, 0.0), (0.0, 1.0), (-0.8, 0.0))


@lru_cache(maxsize=16)
def _rounded(inset: int, radius: int) -> Image.Image:
    """A rounded rectangle `inset` pixels inside the card as a mask."""
    scale = 3
    large = Image.new("L", (CARD_SIZE[0] * scale, CARD_SIZE[1] * scale))
    box = (
        inset * scale,
        inset * scale,
        (CARD_SIZE[0] - inset) * scale - 1,
        (CARD_SIZE[1] - inset) * scale - 1,
    )
    ImageDraw.Draw(large).rounded_rectangle(box, radius * scale, fill=255)
    return large.reduce(scale)
