"""Writing on cards with the font that Pillow carries."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from PIL import ImageDraw, ImageFont

from faye.utils.card_palette import Colour


@lru_cache(maxsize=64)
def font(size: int) -> Any:
    """Pillow's own font (Aileron, CC0) at `size` pixels."""
    return ImageFont.load_default(size)


def printable(text: str) -> str:
    """`text` in the font's letters: accents are dropped, and what it cannot say at all becomes a dot."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "\u00b7" for letter in kept)


def fitted(text: str, *, size: int, least: int, width: float) -> tuple[str, int]:
    """`text` and the largest size from `size` down to `least` that fits `width`; cut short if none does."""
    for candidate in range(size, least - 1, -1):
        if font(candidate).getlength(text) + len(text) * candidate / 40 <= width:
            return text, candidate
    while text and font(least).getlength(text + "...") > width:
        text = text[:-1]
    return text.rstrip() + "...", least


def write(
    pen: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    *,
    size: int,
    fill: Colour,
    anchor: str = "mm",
    bold: bool = False,
    spacing: float = 0.0,
) -> None:
    """Write `text` at `place` (anchored "lm", "mm" or "rm"), with `spacing` pixels between letters.

    The font has no bold face: a stroke thickens it, and letters move apart by what that takes.
    """
    face = font(size)
    stroke = max(1, size // 28) if bold else 0
    if bold:
        spacing += size / 40
    if not spacing:
        pen.text(place, text, font=face, fill=fill, anchor=anchor)
        return
    width = face.getlength(text) + spacing * (len(text) - 1)
    x = place[0] - width * {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]]
    for letter in text:
        pen.text(
            (x, place[1]), letter, font=face, fill=fill, anchor="lm", stroke_width=stroke, stroke_fill=fill
        )
        x += face.getlength(letter) + spacing
