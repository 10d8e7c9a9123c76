"""Cards in small, and several of them side by side on one sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct
from PIL import Image, ImageDraw, ImageFilter

from faye.utils.card_art import draw_small_art
from faye.utils.card_backdrop import rays_mask
from faye.utils.card_drawing import INK, WHITE, draw_ribbon, png, veil, webp
from faye.utils.card_face import CardFace
from faye.utils.card_frame import BORDER, draw_frame, outline_mask
from faye.utils.card_palette import Colour, mixed, parse
from faye.utils.card_text import fitted, printable, write

THUMBNAIL_SIZE: Final = (180, 252)
SHEET_COLUMNS: Final = 5
SHEET_GAP: Final = 14
SHINING_RANK: Final = 4
"""From this rank on a card shines on its sheet."""
_ART_BOX: Final = (18, 22, 206, 285)
"""What a thumbnail shows of a card's art: the figure, as large as it gets."""
_TABLE: Final[Colour] = (24, 22, 34)
_NEW: Final[Colour] = (255, 72, 96)


class SheetEntry(Struct, frozen=True):
    """One place on a sheet: the thumbnail, the rank and colour that it shines in, and whether it is marked new."""

    thumbnail: bytes
    rank: int
    colour: str
    is_new: bool = False


def draw_thumbnail(face: CardFace) -> bytes:
    """The card in small: figure, frame, name and rarity, in letters that can still be read."""
    art, colours = draw_small_art(face)
    width, height = THUMBNAIL_SIZE
    small = art.resize(THUMBNAIL_SIZE, Image.Resampling.BICUBIC, _ART_BOX)
    draw_frame(small, face.colour, face.rarity_rank, BORDER + 6 + face.rarity_rank)
    small.paste(colours.deep, (8, height - 78), veil(width - 16, 48, 0, 225))
    draw_ribbon(small, (7, height - 32, width - 7, height - 8), face, size=15)
    name, size = fitted(printable(face.name), size=18, least=12, width=width - 20)
    write(ImageDraw.Draw(small), (width / 2, height - 46), name, size=size, fill=WHITE)
    small.putalpha(outline_mask(THUMBNAIL_SIZE))
    return png(small)


def draw_sheet(entries: Sequence[SheetEntry]) -> bytes:
    """Thumbnails side by side on one WebP, five to a row; the rarest of them shines most."""
    columns = min(SHEET_COLUMNS, len(entries))
    rows = -(-len(entries) // SHEET_COLUMNS)
    width, height = THUMBNAIL_SIZE
    sheet = Image.new(
        "RGB",
        (columns * (width + SHEET_GAP) + SHEET_GAP, rows * (height + SHEET_GAP) + SHEET_GAP),
        _TABLE,
    )
    highest = max(entry.rank for entry in entries)
    places = [
        (SHEET_GAP + column * (width + SHEET_GAP), SHEET_GAP + row * (height + SHEET_GAP))
        for row, column in (divmod(index, SHEET_COLUMNS) for index in range(len(entries)))
    ]
    for place, entry in sorted(zip(places, entries, strict=True), key=lambda pair: pair[1].rank):
        if entry.rank >= SHINING_RANK or (entry.rank == highest and highest > 0 and len(entries) > 1):
            _shine(sheet, place, entry, share=1.0 if entry.rank == highest else 0.5)
    for place, entry in zip(places, entries, strict=True):
        with Image.open(io.BytesIO(entry.thumbnail)) as picture:
            sheet.paste(picture, place, picture)
        if entry.is_new:
            _draw_new(sheet, place)
    return webp(sheet)


def _shine(sheet: Image.Image, place: tuple[int, int], entry: SheetEntry, *, share: float) -> None:
    """Light around a card: a halo, and from the shining ranks on rays that reach beyond its neighbours' edges."""
    tone = mixed(parse(entry.colour), WHITE, 0.25)
    middle = (place[0] + THUMBNAIL_SIZE[0] // 2, place[1] + THUMBNAIL_SIZE[1] // 2)
    if entry.rank >= SHINING_RANK:
        strength = round(share * (90 + 50 * (entry.rank - SHINING_RANK)))
        rays = rays_mask((440, 440), (220, 220), 26, strength)
        sheet.paste(tone, (middle[0] - 220, middle[1] - 220), rays)
    halo = _halo().point([round(value * share) for value in range(256)])
    sheet.paste(tone, (middle[0] - halo.width // 2, middle[1] - halo.height // 2), halo)


@lru_cache(maxsize=1)
def _halo() -> Image.Image:
    width, height = THUMBNAIL_SIZE
    mask = Image.new("L", ((width + 60) // 2, (height + 60) // 2))
    ImageDraw.Draw(mask).rounded_rectangle((12, 12, mask.width - 12, mask.height - 12), 10, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(5)).resize(
        (width + 60, height + 60), Image.Resampling.BILINEAR
    )


def _draw_new(sheet: Image.Image, place: tuple[int, int]) -> None:
    """A tag on the upper left corner."""
    scale = 3
    tag = Image.new("L", (62 * scale, 26 * scale))
    ImageDraw.Draw(tag).rounded_rectangle((0, 0, 62 * scale - 1, 26 * scale - 1), 13 * scale, fill=255)
    mask = tag.reduce(scale)
    corner = (place[0] - 6, place[1] - 6)
    sheet.paste(INK, (corner[0] - 1, corner[1] + 2), mask)
    sheet.paste(_NEW, corner, mask)
    write(
        ImageDraw.Draw(sheet),
        (corner[0] + 31, corner[1] + 13),
        "NEW",
        size=15,
        fill=WHITE,
        bold=True,
        spacing=1.5,
    )
