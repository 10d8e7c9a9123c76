"""Text that is safe to send: people's words escaped and bounded, figures and times as players read them."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final

import discord

NUMBER_MAX: Final = 10**18
"""Beyond this a number is not written out: nobody reads it, and it could fill the message."""

NAME_CHARS_MAX: Final = 40
BAR_CELLS: Final = 12
ELLIPSIS: Final = "…"

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of control, format, surrogate, private and unassigned characters, and line ends."""


def visible(text: str) -> str:
    """`text` on one line, without characters that are not seen themselves but turn, break or hide what is."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = (char for char in spaced if unicodedata.category(char) not in _UNSEEN)
    return " ".join("".join(kept).split())


def escape(text: str, chars_max: int = NAME_CHARS_MAX) -> str:
    """`text` as plain words: no markdown, mention, link or direction mark; at most `chars_max` of it."""
    words = visible(text)
    if len(words) > chars_max:
        words = words[: chars_max - 1].rstrip() + ELLIPSIS
    plain = discord.utils.escape_markdown(words, ignore_links=False)
    return discord.utils.escape_mentions(plain).replace("<", "\\<") or "—"


def number(value: int) -> str:
    """`value` with separators; one too large to read is named as that."""
    if abs(value) >= NUMBER_MAX:
        return "far too many" if value > 0 else "far too few"
    return f"{value:,}"


def signed(value: int) -> str:
    """`value` with its sign, as a change."""
    return f"+{number(value)}" if value > 0 else number(value).replace("-", "−")


def percent(fraction: float) -> str:
    """A chance as a percentage with the digits that small ones need."""
    return f"{fraction * 100:.2f} %"


def relative(moment: datetime) -> str:
    """`moment` as Discord shows it relative to now, in each reader's language."""
    return discord.utils.format_dt(moment, "R")


def full(moment: datetime) -> str:
    """`moment` as Discord shows date and time, in each reader's time zone."""
    return discord.utils.format_dt(moment, "f")


def soon(moment: datetime | None) -> str:
    """When something is due; None: now."""
    return "**ready now**" if moment is None else relative(moment)


def bar(value: int, whole: int, cells: int = BAR_CELLS) -> str:
    """A bar of `cells` cells, filled by the share of `value` in `whole`; full only when it is reached."""
    filled = cells if whole <= 0 or value >= whole else max(0, value * cells // whole)
    return "▰" * filled + "▱" * (cells - filled)


def clip(lines: list[str], chars_max: int) -> str:
    """As many whole lines as fit into `chars_max`, the rest counted."""
    kept: list[str] = []
    room = chars_max - 32
    for index, line in enumerate(lines):
        if len(line) + 1 > room:
            return "\n".join([*kept, f"{ELLIPSIS} and {len(lines) - index} more"])
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)
