"""Text that is safe to send: people's words escaped and bounded, figures and times as players read them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

import discord

from faye.utils.language import gettext, separators

NUMBER_MAX: Final = 10**18
"""Beyond this a number is not written out: nobody reads it, and it could fill the message."""

NAME_CHARS_MAX: Final = 40
BAR_CELLS: Final = 12
ELLIPSIS: Final = "…"
NO_BREAK_SPACE: Final = "\u00a0"

MARKS_MAX: Final = 2
"""More accents than this on one letter bury the lines around it; no living script needs them in a name."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of control, format, surrogate, private and unassigned characters, and line ends."""


_BLANK: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Characters that count as letters or signs, and are drawn as nothing."""

_MARKUP: Final = re.compile(r"[\\`*_~|<>#:.()\[\]-]")
"""What begins or ends markdown, an emoji's name, a mention, or a link, which Discord finds without markup."""

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def visible(text: str) -> str:
    """`text` on one line, without what is not seen itself but turns, breaks, hides or buries what is."""
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char.isspace():
            kept.append(" ")
        elif category not in _UNSEEN and char not in _BLANK and marks <= MARKS_MAX:
            kept.append(char)
    return " ".join("".join(kept).split())


def is_whole(text: str) -> bool:
    """Whether `text` has no half of a surrogate pair, which nothing can send or keep."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def escape(text: str, chars_max: int = NAME_CHARS_MAX) -> str:
    """`text` as plain words: no markdown, mention or link; at most `chars_max` of it.

    Words that are read from the right keep to themselves, so that they do not turn what stands beside them.
    """
    words = visible(text)
    if len(words) > chars_max:
        words = words[: chars_max - 1].rstrip() + ELLIPSIS
    plain = discord.utils.escape_mentions(_MARKUP.sub(r"\\\g<0>", words))
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in words):
        plain = f"{_ISOLATE}{plain}{_END_ISOLATE}"
    return plain or "—"


def number(value: int) -> str:
    """`value` with separators; one too large to read is named as that."""
    if abs(value) >= NUMBER_MAX:
        return gettext("far too many") if value > 0 else gettext("far too few")
    thousands, _ = separators()
    return f"{value:,}".replace(",", thousands)


def signed(value: int) -> str:
    """`value` with its sign, as a change."""
    return f"+{number(value)}" if value > 0 else number(value).replace("-", "−")


def percent(fraction: float) -> str:
    """A chance as a percentage with the digits that small ones need."""
    return f"{decimal(fraction * 100, 2)} %"


def decimal(value: float, places: int) -> str:
    """`value` with so many places behind the decimal separator."""
    thousands, point = separators()
    return f"{value:,.{places}f}".translate({ord(","): thousands, ord("."): point})


def relative(moment: datetime) -> str:
    """`moment` as Discord shows it relative to now, in each reader's language."""
    return discord.utils.format_dt(moment, "R")


def full(moment: datetime) -> str:
    """`moment` as Discord shows date and time, in each reader's time zone."""
    return discord.utils.format_dt(moment, "f")


def soon(moment: datetime | None) -> str:
    """When something is due; None: now."""
    return gettext("**ready now**") if moment is None else relative(moment)


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
            more = gettext("{ellipsis} and {count} more").format(
                ellipsis=ELLIPSIS, count=number(len(lines) - index)
            )
            return "\n".join([*kept, more])
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)
