"""The button that does to a player what an operator was shown."""

from __future__ import annotations

import re
from typing import Any, Final

import discord

from faye.cogs.shared.errand import Scene, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.options import ID_MOST
from faye.cogs.shared.presses import Pressable, base36, button, custom_id
from faye.messages import Command
from faye.messages.admin import (
    REASON_CHARS_MAX,
    Administer,
    Deed,
    Refund,
    ResetKind,
    ResetPlayer,
    Suspend,
    TakeCurrency,
    TakeEsprit,
    Undo,
)
from faye.utils.language import gettext
from faye.vocabulary import CURRENCIES

_NUMBER: Final = r"[0-9a-z]{1,13}"
_RESETS: Final[dict[str, ResetKind]] = {"c": "cooldowns", "e": "everything"}


class ConfirmDeed(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"admin:(?P<code>[a-z][a-z0-9]?(?:\.{_NUMBER})?):(?P<player>{_NUMBER}):(?P<owner>{_NUMBER}):"
    rf"(?P<operation>{_NUMBER}):(?P<reason>[^\n]{{0,{REASON_CHARS_MAX}}})",
):
    """Does one deed to one player, once, for the operator who was shown it and still is one."""

    def __init__(self, code: str, player_key: int, owner_id: int, operation_id: int, reason: str) -> None:
        self.code = code
        self.player_key = player_key
        self.owner_id = owner_id
        self.operation_id = operation_id
        self.reason = reason
        numbers = (base36(each) for each in (player_key, owner_id, operation_id))
        identity = custom_id("admin", code, *numbers, reason)
        super().__init__(button(gettext("Do it"), identity, emoji="⚖️", style=discord.ButtonStyle.danger))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ConfirmDeed:
        """The button that was pressed."""
        player_key, owner_id, operation_id = (
            min(int(match[name], 36), ID_MOST) for name in ("player", "owner", "operation")
        )
        return cls(match["code"], player_key, owner_id, operation_id, match["reason"])

    async def press(self, interaction: Interaction) -> None:
        """Do the deed under this button's own operation id."""
        flow = interaction.client.flow
        if not interaction.client.is_operator(interaction.user.id):
            await flow.say_operators_only(interaction)
            return
        deed = decode_deed(self.code)
        if deed is None:
            await flow.say_stale(interaction)
            return
        command = command_of(deed, self.operation_id or 0, interaction.user.id, self.reason)
        asked = errand(
            command,
            "admin_deed",
            flow.scene(interaction),
            updates=True,
            player_key=self.player_key,
            operates=True,
        )
        await flow.run(interaction, asked, Ack.UPDATE)


def command_of(deed: Deed | Undo, key: int, admin_id: int, reason: str) -> Command:
    """The command that does the deed."""
    if isinstance(deed, Undo):
        return Refund(player_id=0, idempotency_key=key, admin_id=admin_id, reason=reason, key=deed.key)
    return Administer(player_id=0, idempotency_key=key, admin_id=admin_id, reason=reason, deed=deed)


def confirm(deed: Deed | Undo, player_key: int, scene: Scene, operation_id: int, reason: str) -> ConfirmDeed:
    """The button for a deed that was shown."""
    return ConfirmDeed(encode_deed(deed), player_key, scene.user_id, operation_id, reason)


def encode_deed(deed: Deed | Undo) -> str:
    """A deed that has to be confirmed, in a component's id; an Esprit must be meant by its id."""
    match deed:
        case TakeCurrency():
            return f"c{CURRENCIES.index(deed.currency)}.{base36(deed.amount)}"
        case TakeEsprit():
            return f"e.{base36(int(deed.esprit))}"
        case ResetPlayer():
            return f"r{deed.what[0]}"
        case Suspend():
            return f"s.{base36(deed.minutes)}"
        case Undo():
            return f"u.{base36(deed.key)}"
    raise AssertionError(f"{type(deed).__name__} is done without being confirmed")


def decode_deed(code: str) -> Deed | Undo | None:
    """The deed of `encode_deed`; None if it is none of ours any more."""
    kind, _, digits = code.partition(".")
    number = int(digits, 36) if digits else None
    if number is None:
        what = _RESETS.get(kind[1:]) if kind[:1] == "r" else None
        return ResetPlayer(what) if what else None
    if number > ID_MOST:
        return None
    match kind:
        case "e":
            return TakeEsprit(str(number))
        case "s":
            return Suspend(number)
        case "u":
            return Undo(number)
    index = kind[1:]
    if kind[:1] == "c" and index.isdecimal() and int(index) < len(CURRENCIES):
        return TakeCurrency(CURRENCIES[int(index)], number)
    return None
