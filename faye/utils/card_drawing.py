"""Putting a card together: pure functions from faces to PNG files."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from faye.utils.card_face import CardFace
from faye.utils.card_frame import (
    BORDER,
    CARD_SIZE,
    SIGIL_CENTRE,
    draw_background,
    draw_frame,
    gradient,
    outline_mask,
)
from faye.utils.card_palette import Colour, Palette, mixed, palette, parse
from faye.utils.card_sigil import SIGIL_PX, draw_sigil, species_rng
from faye.utils.card_text import breadth, fitted, printable, write

WHITE: Final[Colour] = (255, 255, 255)
_INK: Final[Colour] = (14, 14, 20)
THUMBNAIL_SIZE: Final = (180, 252)
SHEET_COLUMNS: Final = 5
SHEET_GAP: Final = 10


def draw_card(face: CardFace) -> bytes:
    """The card of `face` as a PNG of 450 × 630 pixels; equal faces give equal bytes."""
    picture, colours = _draw_art(face)
    _draw_head(picture, face, colours)
    _draw_foot(picture, face, colours)
    draw_frame(picture, face.colour, face.rarity_rank)
    picture.putalpha(outline_mask())
    return _png(picture)


def draw_thumbnail(face: CardFace) -> bytes:
    """The card in small: sigil, frame, name and rarity, in letters that can still be read."""
    picture, colours = _draw_art(face)
    draw_frame(picture, face.colour, face.rarity_rank)
    small = picture.resize(THUMBNAIL_SIZE, Image.Resampling.BICUBIC)
    width, height = THUMBNAIL_SIZE
    _shade(small, (6, height - 72, width - 6, height - 30), colours.deep, 9)
    _band(small, (5, height - 30, width - 5, height - 5), parse(face.colour))
    pen = ImageDraw.Draw(small)
    name, size = fitted(printable(face.name), size=18, least=12, width=width - 22)
    write(pen, (width / 2, height - 56), name, size=size, fill=WHITE)
    _pips(small, (width / 2, height - 38), face, size=3.4, step=11)
    label = printable(face.rarity).upper()
    write(pen, (width / 2, height - 18), label, size=14, fill=_INK, bold=True, spacing=2)
    small.putalpha(outline_mask().resize(THUMBNAIL_SIZE))
    return _png(small)


def draw_sheet(thumbnails: Sequence[bytes]) -> bytes:
    """`thumbnails` (from `draw_thumbnail`) side by side on one PNG, five to a row."""
    columns = min(SHEET_COLUMNS, len(thumbnails))
    rows = -(-len(thumbnails) // SHEET_COLUMNS)
    width, height = THUMBNAIL_SIZE
    sheet = Image.new(
        "RGBA",
        (columns * (width + SHEET_GAP) + SHEET_GAP, rows * (height + SHEET_GAP) + SHEET_GAP),
    )
    for index, thumbnail in enumerate(thumbnails):
        row, column = divmod(index, SHEET_COLUMNS)
        place = (SHEET_GAP + column * (width + SHEET_GAP), SHEET_GAP + row * (height + SHEET_GAP))
        with Image.open(io.BytesIO(thumbnail)) as picture:
            sheet.paste(picture, place)
    return _png(sheet)


def _draw_art(face: CardFace) -> tuple[Image.Image, Palette]:
    """Background and glowing sigil, without frame and letters."""
    rng = species_rng(face)
    colours = palette(face.element, rng.between(-100, 100) / 100)
    picture = draw_background(colours, face.rarity_rank, rng)
    sigil = draw_sigil(face)
    corner = (SIGIL_CENTRE[0] - SIGIL_PX // 2, SIGIL_CENTRE[1] - SIGIL_PX // 2)
    both = ImageChops.lighter(sigil.emblem, sigil.heart)
    halo = both.reduce(2).filter(ImageFilter.GaussianBlur(5)).resize(both.size, Image.Resampling.BILINEAR)
    picture.paste(colours.glow, corner, halo)
    foot = mixed(parse(face.colour), colours.pale, 0.25) if face.rarity_rank >= 5 else colours.accent
    picture.paste(gradient(both.size, mixed(colours.accent, colours.pale, 0.7), foot), corner, sigil.emblem)
    picture.paste(mixed(colours.pale, WHITE, 0.5), corner, sigil.heart)
    return picture, colours


def _draw_head(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    """The name, and under it the rarity in pips and letters."""
    middle = CARD_SIZE[0] / 2
    _shade(picture, (BORDER + 12, 24, CARD_SIZE[0] - BORDER - 12, 112), colours.deep, 14)
    pen = ImageDraw.Draw(picture)
    name, size = fitted(printable(face.name), size=34, least=18, width=CARD_SIZE[0] - 84, bold=True)
    write(pen, (middle, 50), name, size=size, fill=WHITE, bold=True)
    tone = mixed(parse(face.colour), WHITE, 0.25)
    label = printable(face.rarity).upper()
    write(pen, (middle, 80), label, size=16, fill=tone, bold=True, spacing=4)
    _pips(picture, (middle, 99), face, size=5, step=17)


def _draw_foot(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    """Level, kind and power, and the panel of stats."""
    left, right = BORDER + 12, CARD_SIZE[0] - BORDER - 12
    middle = CARD_SIZE[0] / 2
    _shade(picture, (left, 446, right, 606), colours.deep, 16)
    pen = ImageDraw.Draw(picture)
    tone = mixed(parse(face.colour), WHITE, 0.25)
    soft = mixed(colours.accent, WHITE, 0.35)
    kind = printable(f"{face.element} {face.esprit_class}").upper()
    write(pen, (middle, 464), kind, size=14, fill=soft, spacing=2.5)
    write(pen, (left + 18, 494), f"Level {face.level}", size=24, fill=WHITE, anchor="lm", bold=True)
    write(pen, (right - 18, 494), f"{face.power:,}", size=24, fill=tone, anchor="rm", bold=True)
    power_width = breadth(f"{face.power:,}", size=24, bold=True)
    write(pen, (right - 28 - power_width, 497), "POWER", size=13, fill=soft, anchor="rm")
    for index in range(min(face.limit_breaks, 10)):
        gem = left + 24 + index * 15
        pen.polygon([(gem, 509), (gem + 4.5, 515), (gem, 521), (gem - 4.5, 515)], fill=tone)
    pen.line((left + 16, 524, right - 16, 524), fill=mixed(colours.mid, colours.accent, 0.35), width=1)
    column = (right - left) / 3
    for index, (label, value) in enumerate(face.stats[:6]):
        row, place = divmod(index, 3)
        x, y = left + column * (place + 0.44), 544 + row * 36
        value, size = fitted(value, size=22, least=12, width=column * 0.54, bold=True)
        write(pen, (x - 8, y + 1), printable(label), size=13, fill=soft, anchor="rm")
        write(pen, (x + 2, y), value, size=size, fill=WHITE, anchor="lm", bold=True)


def _shade(picture: Image.Image, box: tuple[int, int, int, int], colour: Colour, radius: int) -> None:
    """Darken a rounded box, so that letters on it can be read."""
    width, height = box[2] - box[0], box[3] - box[1]
    mask = Image.new("L", (width * 2, height * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * 2 - 1, height * 2 - 1), radius * 2, fill=186)
    picture.paste(colour, (box[0], box[1]), mask.reduce(2))


def _band(picture: Image.Image, box: tuple[int, int, int, int], colour: Colour) -> None:
    """A ribbon in `colour` for dark letters."""
    width, height = box[2] - box[0], box[3] - box[1]
    mask = Image.new("L", (width * 2, height * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * 2 - 1, height * 2 - 1), 14, fill=255)
    ribbon = gradient((width, height), mixed(colour, WHITE, 0.35), colour)
    picture.paste(ribbon, (box[0], box[1]), mask.reduce(2))


def _pips(
    picture: Image.Image, place: tuple[float, float], face: CardFace, *, size: float, step: float
) -> None:
    """As many diamonds in a row as the rarity has ranks."""
    pen = ImageDraw.Draw(picture)
    count = face.rarity_rank + 1
    fill = mixed(parse(face.colour), WHITE, 0.25)
    for index in range(count):
        x, y = place[0] + (index - (count - 1) / 2) * step, place[1]
        pen.polygon([(x, y - size * 1.2), (x + size, y), (x, y + size * 1.2), (x - size, y)], fill=fill)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    # Run lengths suit smooth pictures: smaller than the fast levels, and a third of the default's time.
    picture.save(out, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return out.getvalue()
