"""Putting a card together: pure functions from faces to PNG files."""

from __future__ import annotations

import io
import zlib
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from faye.utils.card_art import draw_art
from faye.utils.card_backdrop import gradient
from faye.utils.card_face import CardFace
from faye.utils.card_frame import BORDER, CARD_SIZE, draw_frame, outline_mask
from faye.utils.card_icons import draw_badge, sign_mask
from faye.utils.card_palette import Colour, Palette, mixed, parse
from faye.utils.card_sigil import SIGIL_PX, draw_sigil
from faye.utils.card_text import fitted, printable, write

WHITE: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (14, 14, 20)
SOCKETS: Final = 5
"""Places for the gems of limit breaks."""
_LEFT, _RIGHT = BORDER + 22, CARD_SIZE[0] - BORDER - 22
_MIDDLE: Final = CARD_SIZE[0] // 2


def draw_card(face: CardFace) -> bytes:
    """The card of `face` as a PNG of 450 × 630 pixels; equal faces give equal bytes."""
    picture, colours = draw_art(face)
    _draw_head(picture, face, colours)
    _draw_foot(picture, face, colours)
    draw_frame(picture, face.colour, face.rarity_rank)
    picture.putalpha(outline_mask())
    return png(picture)


def _draw_head(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    """The name, and at the side what the owner has made of it."""
    picture.paste(colours.deep, (0, 0), veil(CARD_SIZE[0], 116, 236, 0))
    pen = ImageDraw.Draw(picture)
    name, size = fitted(printable(face.name), size=34, least=18, width=CARD_SIZE[0] - 84, bold=True)
    write(pen, (_MIDDLE, 49), name, size=size, fill=WHITE, bold=True)
    for index, mark in enumerate(face.marks[:3]):
        place = (_RIGHT - 6, 96 + 33 * index)
        draw_badge(picture, place, 14, mark, (colours.accent, colours.deep, WHITE))


def _draw_foot(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    """Rarity and kind, level, seal and power, and the panel of stats."""
    top = 446
    picture.paste(colours.deep, (0, top - 56), veil(CARD_SIZE[0], 56, 0, 216))
    picture.paste(colours.deep, (0, top), veil(CARD_SIZE[0], CARD_SIZE[1] - top, 216, 240))
    colour = parse(face.colour)
    badge = (
        mixed(colour, WHITE, 0.3),
        mixed(colours.mid, colours.deep, 0.3),
        mixed(colours.accent, WHITE, 0.45),
    )
    draw_ribbon(picture, (_LEFT + 30, top - 17, _RIGHT - 30, top + 17), face, size=19)
    draw_badge(picture, (_LEFT + 18, top), 26, face.element, badge)
    draw_badge(picture, (_RIGHT - 18, top), 26, face.esprit_class, badge)
    _draw_figures(picture, face, colours)
    _draw_stats(picture, face, colours)


def _draw_figures(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    tone = mixed(parse(face.colour), WHITE, 0.35)
    soft = mixed(colours.accent, WHITE, 0.45)
    pen = ImageDraw.Draw(picture)
    level, size = fitted(f"Level {face.level}", size=25, least=16, width=142, bold=True)
    write(pen, (_LEFT, 494), level, size=size, fill=WHITE, anchor="lm", bold=True)
    power, size = fitted(f"{face.power:,}", size=25, least=16, width=142, bold=True)
    write(pen, (_RIGHT, 494), power, size=size, fill=tone, anchor="rm", bold=True)
    write(pen, (_RIGHT, 517), "POWER", size=14, fill=soft, anchor="rm", spacing=1.5)
    _draw_gems(picture, face, colours)
    picture.paste(tone, (_MIDDLE - SIGIL_PX // 2, 500 - SIGIL_PX // 2), draw_sigil(face))


def _draw_gems(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    """A socket for each limit break that can be, a gem in each that has been."""
    gem, socket = sign_mask("gem", 20, 0.98), mixed(colours.mid, WHITE, 0.18)
    light = mixed(parse(face.colour), WHITE, 0.35)
    for index in range(SOCKETS):
        corner = (_LEFT + index * 20 - 2, 508)
        filled = index < face.limit_breaks
        picture.paste(light if filled else socket, corner, gem)
        inner = sign_mask("gem", 12, 0.98)
        tone = mixed(light, WHITE, 0.65) if filled else colours.deep
        picture.paste(tone, (corner[0] + 4, corner[1] + 4), inner)


def _draw_stats(picture: Image.Image, face: CardFace, colours: Palette) -> None:
    pen = ImageDraw.Draw(picture)
    soft = mixed(colours.accent, WHITE, 0.45)
    pen.line((_LEFT, 535, _RIGHT, 535), fill=mixed(colours.mid, colours.accent, 0.45), width=1)
    column = (_RIGHT - _LEFT + 16) / 3
    for index, (label, value) in enumerate(face.stats[:6]):
        row, place = divmod(index, 3)
        x, y = _LEFT - 4 + column * (place + 0.40), 553 + row * 29
        value, size = fitted(value, size=22, least=12, width=column * 0.57, bold=True)
        write(pen, (x - 7, y + 1), printable(label), size=14, fill=soft, anchor="rm")
        write(pen, (x + 1, y), value, size=size, fill=WHITE, anchor="lm", bold=True)


def draw_ribbon(picture: Image.Image, box: tuple[int, int, int, int], face: CardFace, *, size: int) -> None:
    """A band of the rarity's colour that names it in dark letters."""
    colour = parse(face.colour)
    width, height = box[2] - box[0], box[3] - box[1]
    picture.paste(
        mixed(colour, (0, 0, 0), 0.55), (box[0], box[1] - 2), Image.new("L", (width, height + 4), 255)
    )
    picture.paste(gradient((width, height), mixed(colour, WHITE, 0.55), colour), (box[0], box[1]))
    label = printable(face.rarity).upper()
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    write(ImageDraw.Draw(picture), middle, label, size=size, fill=INK, bold=True, spacing=size / 5)


@lru_cache(maxsize=16)
def veil(width: int, height: int, top: int, bottom: int) -> Image.Image:
    """A mask that goes from `top` to `bottom`."""
    ramp = Image.linear_gradient("L").resize((1, height))
    return ramp.point([round(top + (bottom - top) * step / 255) for step in range(256)]).resize(
        (width, height)
    )


def png(picture: Image.Image) -> bytes:
    """`picture` as a PNG file."""
    out = io.BytesIO()
    # Run lengths suit smooth pictures: smaller than the fast levels, and a third of the default's time.
    picture.save(out, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return out.getvalue()


def webp(picture: Image.Image) -> bytes:
    """`picture` as a WebP file, quickly made and small enough for what is looked at once."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=88, method=0)
    return out.getvalue()
