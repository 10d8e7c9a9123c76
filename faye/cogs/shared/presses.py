"""Buttons and menus that outlive a restart: all they need stands in their `custom_id`."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final

import discord

from faye.cogs.shared.errors import answer_error
from faye.cogs.shared.flow import Interaction
from faye.messages.base import snowflake_at, snowflake_time_ms

CUSTOM_ID_CHARS_MAX: Final = 100

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

SNOWFLAKE: Final = r"[1-9]\d{0,19}"


class Pressable:
    """The part of a `discord.ui.DynamicItem` that checks who presses it and when, and answers failures."""

    limit: ClassVar[str] = "component"
    """The class of rate limit that its presses count in."""
    owner_id: int
    operation_id: int | None = None
    """The snowflake under which a press acts once; None for a component that changes nothing."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Admit the press, or tell its user why not."""
        try:
            return bool(
                await interaction.client.flow.admit_press(
                    interaction, self.owner_id, self.operation_id, self.limit
                )
            )
        except Exception as error:
            await answer_error(interaction.client.flow, interaction, error)
            return False

    async def callback(self, interaction: Interaction) -> Any:
        """Act; a failure is answered like that of a command."""
        try:
            await self.press(interaction)
        except Exception as error:
            await answer_error(interaction.client.flow, interaction, error)

    async def press(self, interaction: Interaction) -> None:
        """What the component does; called after the checks."""
        raise AssertionError(f"{type(self).__name__} does nothing")


def custom_id(*parts: object) -> str:
    """A `custom_id` of its parts; asserts Discord's bound, counted as JavaScript counts."""
    joined = ":".join(str(part) for part in parts)
    assert len(joined.encode("utf-16-le", "surrogatepass")) // 2 <= CUSTOM_ID_CHARS_MAX, joined
    return joined


def base36(number: int) -> str:
    """`number` as `int(…, 36)` reads it, in as few characters as an id should spend on it."""
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits


def next_operation_id(snowflake: int) -> int:
    """The id of the one operation that an answer to `snowflake` offers.

    It depends on nothing else, so an answer that is shown twice offers the same operation, not two. One
    millisecond later with hashed low bits, it stays time-ordered and does not meet other snowflakes.
    """
    hashed = hashlib.blake2b(snowflake.to_bytes(8, "big"), digest_size=4).digest()
    return snowflake_at(snowflake_time_ms(snowflake) + 1, int.from_bytes(hashed, "big"))


def button(label: str, identity: str, *, emoji: str | None = None, **look: Any) -> discord.ui.Button[Any]:
    """A button with `identity` as its `custom_id`."""
    return discord.ui.Button(label=label, custom_id=identity, emoji=emoji, **look)
