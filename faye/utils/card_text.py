"""Writing on cards with the font that Pillow carries."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from faye.utils.card_palette import Colour

BOLD_SHARE: Final = 1 / 20
"""The share of their size by which bold letters are thicker."""
_CLOSE_PX: Final = 1.3
_AIR: Final = 4
"""Pixels to the left of a letter, for those that reach there."""


@lru_cache(maxsize=64)
def font(size: int) -> Any:
    """Pillow's own font (Aileron, CC0) at `size` pixels."""
    return ImageFont.load_default(size)


def printable(text: str) -> str:
    """`text` in the font's letters: accents are dropped, and what it cannot say at all becomes a dot."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else "\u00b7" for letter in kept)


def legible(text: str) -> str:
    """What of a name can be written, without gaps for the rest; nothing if that is less than half of it.

    Names come in any script and with any emoji. A few letters out of many would be no name.
    """
    plain = unicodedata.normalize("NFKD", text)
    said = "".join(letter for letter in plain if " " <= letter <= "~")
    meant = [letter for letter in text if unicodedata.category(letter)[0] in "LN"]
    kept = [letter for letter in said if letter.isalnum()]
    return " ".join(said.split()) if kept and 2 * len(kept) >= len(meant) else ""


def breadth(text: str, *, size: int, bold: bool = False, spacing: float = 0.0) -> float:
    """How many pixels wide `write` makes `text`."""
    apart = size * BOLD_SHARE if bold else 0.0
    return float(font(size).getlength(text)) + (spacing + apart) * max(0, len(text) - 1) + apart


def fitted(text: str, *, size: int, least: int, width: float, bold: bool = False) -> tuple[str, int]:
    """`text` and the largest size from `size` down to `least` that fits `width`; cut short if none does."""
    for candidate in range(size, least - 1, -1):
        if breadth(text, size=candidate, bold=bold) <= width:
            return text, candidate
    while text and breadth(text + "...", size=least, bold=bold) > width:
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

    The font has no bold face. Letters are written twice, a little apart, which thickens what stands and
    leaves the gaps between what lies, above all under the dots of i and j; a stroke would fill those.
    """
    apart = size * BOLD_SHARE if bold else 0.0
    width = breadth(text, size=size, bold=bold, spacing=spacing)
    x = place[0] - width * {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]]
    row, down = _quarters(place[1])
    for letter in text:
        column, along = _quarters(x)
        pen.bitmap((column - _AIR, row - size), _letter(letter, size, bold, along, down), fill=fill)
        x += _advance(letter, size) + spacing + apart


def _quarters(place: float) -> tuple[int, int]:
    """A place as whole pixels and quarters of one: as fine as letters need to stand."""
    return divmod(round(place * 4), 4)


@lru_cache(maxsize=4096)
def _letter(letter: str, size: int, bold: bool, along: int, down: int) -> Image.Image:
    """One letter as a mask, so and so many quarters of a pixel to the right and down; kept, since all return."""
    mask = Image.new("L", (size * 2 + 2 * _AIR, size * 2))
    pen = ImageDraw.Draw(mask)
    apart = size * BOLD_SHARE
    # Where the two stand little apart, nothing shows between them.
    steps = (0.0,) if not bold else (0.0, apart) if apart <= _CLOSE_PX else (0.0, apart / 2, apart)
    for step in steps:
        pen.text((_AIR + along / 4 + step, size + down / 4), letter, font=font(size), fill=255, anchor="lm")
    return mask


@lru_cache(maxsize=4096)
def _advance(letter: str, size: int) -> float:
    return float(font(size).getlength(letter))
