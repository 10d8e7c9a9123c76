"""Values that users give: bounded in the definitions of commands, and here again, trusting nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands

from faye.messages.refusals import InvalidAmount

AMOUNT_MOST: Final = 1_000_000_000
"""Upper end of amounts in commands' definitions; the configuration's own bounds are narrower."""

ID_MOST: Final = 2**63 - 1
SHOWN_MOST: Final = 2**63 - 1


def whole_number(value: object, *, least: int, most: int) -> int | InvalidAmount:
    """`value` if it is a whole number in [least, most], else the refusal of it."""
    if isinstance(value, bool) or not isinstance(value, int):
        return InvalidAmount(given=0, least=least, most=most)
    if not least <= value <= most:
        return InvalidAmount(given=max(-SHOWN_MOST, min(SHOWN_MOST, value)), least=least, most=most)
    return value


def one_of(value: object, allowed: Sequence[str]) -> str | None:
    """`value` if it is one of the words `allowed`, letter case ignored, in their spelling; else None."""
    if not isinstance(value, str):
        return None
    return next((word for word in allowed if word.casefold() == value.casefold()), None)


def identifier(text: str) -> int | None:
    """The id that `text` spells, None if it spells none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(ID_MOST))):
        return None
    number = int(text)
    return number if 0 < number <= ID_MOST else None


def choices(words: Sequence[str]) -> list[app_commands.Choice[str]]:
    """Choices of words, each as its own value, beginning with a capital."""
    # The library lets itself translate by itself only what a command was made with, and not what is set later.
    return [
        app_commands.Choice(
            name=app_commands.locale_str(word[:1].upper() + word[1:].replace("_", " ")), value=word
        )
        for word in words
    ]
