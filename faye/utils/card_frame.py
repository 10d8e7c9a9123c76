"""The frame of a rarity: a band of metal that grows richer with every rank, down to its outline on a thumbnail."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from faye.utils.card_palette import Colour, mixed, parse
from faye.utils.card_shapes import Point

CARD_SIZE: Final = (450, 630)
CORNER: Final = 26
BORDER: Final = 12
"""How wide the band is on a card; on a thumbnail, which is made of the same picture, it is drawn wider."""
_SCALE: Final = 3
_WHITE: Final[Colour] = (255, 255, 255)
_BLACK: Final[Colour] = (0, 0, 0)
_PRISM: Final[tuple[Colour, ...]] = (
    (255, 246, 214),
    (255, 196, 66),
    (255, 142, 170),
    (190, 132, 255),
    (110, 205, 255),
    (150, 255, 200),
    (255, 226, 110),
)
"""What the metal of the highest rank shimmers in."""
RANK_MAX: Final = 6


def draw_frame(picture: Image.Image, colour: str, rank: int, border: int = BORDER) -> None:
    """Put the frame of a rarity around `picture`, a card of any size; `border` is that of a card's own size."""
    frame, mask = _sized_frame(colour, min(rank, RANK_MAX), border, picture.size)
    picture.paste(frame, (0, 0), mask)


@lru_cache(maxsize=2)
def outline_mask(size: tuple[int, int] = CARD_SIZE) -> Image.Image:
    """The card's shape: opaque, with round corners."""
    whole = _rounded(0, CORNER)
    return whole if size == CARD_SIZE else whole.resize(size)


@lru_cache(maxsize=32)
def _sized_frame(
    colour: str, rank: int, border: int, size: tuple[int, int]
) -> tuple[Image.Image, Image.Image]:
    frame, mask = _frame(colour, rank, border)
    if size == CARD_SIZE:
        return frame, mask
    return frame.resize(size, Image.Resampling.BICUBIC), mask.resize(size, Image.Resampling.BICUBIC)


def _frame(colour: str, rank: int, border: int) -> tuple[Image.Image, Image.Image]:
    """A frame as a picture and its mask: the band, a glow inwards, a hairline, and ornaments by rank."""
    base = parse(colour)
    band = ImageChops.subtract(_rounded(0, CORNER), _rounded(border, CORNER - 8))
    inside = ImageChops.subtract(_rounded(0, CORNER), _rounded(border + 4, CORNER - 8))
    glow = inside.filter(ImageFilter.GaussianBlur(7 + 2.5 * rank)).point(_scaled(0.55 + 0.06 * rank))
    mask = ImageChops.lighter(band, glow)
    frame = Image.new("RGB", CARD_SIZE, mixed(base, _WHITE, 0.08 * max(0, rank - 3)))
    frame.paste(_metal(base, rank), (0, 0), band)
    lip = ImageChops.subtract(_rounded(border - 2, CORNER - 6), _rounded(border, CORNER - 8))
    frame.paste(mixed(base, _BLACK, 0.6), (0, 0), lip)
    outer = ImageChops.subtract(_rounded(0, CORNER), _rounded(2, CORNER - 2))
    frame.paste(mixed(base, _BLACK, 0.5), (0, 0), outer)
    if rank >= 1:
        hairline = ImageChops.subtract(_rounded(border + 4, CORNER - 12), _rounded(border + 6, CORNER - 13))
        mask = ImageChops.lighter(mask, hairline.point(_scaled(0.85)))
        frame.paste(mixed(base, _WHITE, 0.55), (0, 0), hairline)
    _ornament(frame, mask, base, rank, border)
    return frame, mask


def _scaled(share: float) -> list[int]:
    return [min(255, round(value * share)) for value in range(256)]


def _metal(base: Colour, rank: int) -> Image.Image:
    """The rarity's colour as brushed metal, light and dark along the diagonal; a prism at the highest rank."""
    light = mixed(base, _WHITE, 0.5 + 0.06 * rank)
    dark = mixed(base, _BLACK, 0.35 + 0.03 * rank)
    stops = (
        [*_PRISM, *_PRISM, _PRISM[0]] if rank >= RANK_MAX else [light, base, dark, base, light, base, dark]
    )
    span = 255 / (len(stops) - 1)
    shades = []
    for step in range(256):
        index = min(int(step / span), len(stops) - 2)
        shades.append(mixed(stops[index], stops[index + 1], step / span - index))
    return Image.merge("RGB", [_diagonal().point([shade[part] for shade in shades]) for part in range(3)])


@lru_cache(maxsize=1)
def _diagonal() -> Image.Image:
    """A ramp from one corner of a card to the other."""
    ramp = Image.linear_gradient("L").resize((550, 550)).rotate(32, resample=Image.Resampling.BILINEAR)
    return ramp.resize(CARD_SIZE, Image.Resampling.BILINEAR, (162, 117, 387, 432))


def _ornament(frame: Image.Image, mask: Image.Image, base: Colour, rank: int, border: int) -> None:
    """Gems in the corners from rank 1, scrolls around them from 3, gems at the sides from 4, spikes from 5."""
    width, height = CARD_SIZE
    share = border / BORDER
    inset = 6 + border // 2 + rank // 2
    corners = [
        (inset, inset),
        (width - inset, inset),
        (inset, height - inset),
        (width - inset, height - inset),
    ]
    for x, y in corners if rank >= 1 else []:
        inward = math.degrees(math.atan2(height / 2 - y, width / 2 - x))
        turn = 45 * round((inward - 45) / 90) * 2 + 45
        if rank >= 3:
            _put(frame, mask, (x, y), _scroll(turn, (16 + 4.5 * rank) * share, rank), base)
        _gem(frame, mask, (x, y), (7.5 + 1.3 * rank) * share, base)
    middle = [(width // 2, border // 2 + 1), (width // 2, height - border // 2 - 1)]
    sides = [(border // 2, height * 2 // 5), (width - border // 2, height * 2 // 5)]
    for place in (middle if rank >= 5 else []) + (sides if rank >= 4 else []):
        if rank >= 5:
            _put(frame, mask, place, _burst(12 * share + rank, 8), base)
        _gem(frame, mask, place, (7.0 + rank) * share, base)


def _scroll(turn: float, reach: float, rank: int) -> list[list[Point]]:
    """Petals that lie in a corner, pointing inwards and along both edges."""
    petals = []
    for lean, length in ((-45, 1.35), (45, 1.35), (0, 0.85), *(((-24, 1.0), (24, 1.0)) if rank >= 5 else ())):
        angle = math.radians(turn + lean)
        along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
        size = reach * length
        petals.append(
            [
                (along[0] * size * a + across[0] * size * b, along[1] * size * a + across[1] * size * b)
                for a, b in ((0.0, 0.0), (0.35, 0.13), (0.7, 0.09), (1.0, 0.0), (0.7, -0.09), (0.35, -0.13))
            ]
        )
    return petals


def _burst(reach: float, points: int) -> list[list[Point]]:
    return [
        [
            (
                reach * (0.45 if index % 2 else 1.0) * math.cos(math.pi * index / points),
                reach * (0.45 if index % 2 else 1.0) * math.sin(math.pi * index / points),
            )
            for index in range(points * 2)
        ]
    ]


def _gem(frame: Image.Image, mask: Image.Image, place: tuple[int, int], size: float, base: Colour) -> None:
    _put(frame, mask, place, [_diamond(size * 1.25)], mixed(base, _BLACK, 0.45))
    _put(frame, mask, place, [_diamond(size)], mixed(base, _WHITE, 0.82))
    _put(frame, mask, place, [[(0, -size), (size * 0.8, 0), (0, size), (0, 0)]], mixed(base, _WHITE, 0.35))


def _diamond(size: float) -> list[Point]:
    return [(0, -size), (size * 0.8, 0), (0, size), (-size * 0.8, 0)]


def _put(
    frame: Image.Image, mask: Image.Image, place: tuple[int, int], outlines: list[list[Point]], tone: Colour
) -> None:
    """Fill `outlines` (around 0, 0) at `place`."""
    half = 64
    stamp = Image.new("L", (half * 2 * _SCALE, half * 2 * _SCALE))
    pen = ImageDraw.Draw(stamp)
    for outline in outlines:
        pen.polygon([((half + x) * _SCALE, (half + y) * _SCALE) for x, y in outline], fill=255)
    stamp = stamp.reduce(_SCALE)
    corner = (place[0] - half, place[1] - half)
    frame.paste(mixed(tone, _WHITE, 0.15), corner, stamp)
    mask.paste(255, corner, stamp)


@lru_cache(maxsize=32)
def _rounded(inset: int, radius: int) -> Image.Image:
    """A rounded rectangle `inset` pixels inside the card as a mask."""
    large = Image.new("L", (CARD_SIZE[0] * _SCALE, CARD_SIZE[1] * _SCALE))
    box = (
        inset * _SCALE,
        inset * _SCALE,
        (CARD_SIZE[0] - inset) * _SCALE - 1,
        (CARD_SIZE[1] - inset) * _SCALE - 1,
    )
    ImageDraw.Draw(large).rounded_rectangle(box, max(2, radius) * _SCALE, fill=255)
    return large.reduce(_SCALE)
