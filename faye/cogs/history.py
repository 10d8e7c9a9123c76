"""/history: a player's own ledger, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, currency_name
from faye.cogs.shared.options import ID_MOST, choices, one_of
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import DESCRIPTION_CHARS_MAX, Rendered, notice
from faye.cogs.shared.texts import clip, escape, number, relative, signed
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.vocabulary import CURRENCIES

if TYPE_CHECKING:
    from faye.bot import FayeBot

Answer: TypeAlias = HistoryPage | CommonRefusal
Position: TypeAlias = tuple[int, int]

ESPRIT: Final = "esprit"
ASSETS: Final = (*CURRENCIES, ESPRIT)
ALL: Final = "all"

_EVENTS: Final[Mapping[str, str]] = {
    "start": "Your first purse",
    "daily": "Daily reward",
    "craft": "Crafting",
    "summon.standard": "Standard summon",
    "summon.premium": "Premium summon",
    "summon.daily": "Free summon",
    "transfer.give": "Gift given",
    "transfer.receive": "Gift received",
}


class TurnHistory(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"history:(?P<owner>{SNOWFLAKE}):(?P<asset>[a-z_]{{1,20}}):(?P<version>\d{{1,19}})\.(?P<n>\d{{1,9}})",
):
    """Turns to the entries before a position of the ledger; position 0.0 means the newest."""

    def __init__(self, owner_id: int, asset: str | None, before: Position | None) -> None:
        self.owner_id = owner_id
        self.asset = asset
        self.before = before
        version, n = before or (0, 0)
        identity = custom_id("history", owner_id, asset or ALL, f"{version}.{n}")
        label, emoji = ("Newest", "⏮️") if before is None else ("Older", "▶️")
        super().__init__(button(label, identity, emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> TurnHistory:
        """The button that was pressed."""
        position = (int(match["version"]), int(match["n"]))
        asset = match["asset"]
        return cls(
            int(match["owner"]), None if asset == ALL else asset, None if position == (0, 0) else position
        )

    async def press(self, interaction: Interaction) -> None:
        """Show the other page in place of this one."""
        flow = interaction.client.flow
        if (self.asset is not None and self.asset not in ASSETS) or max(self.before or (0, 0)) > ID_MOST:
            await flow.say_stale(interaction)
            return
        scene, size = flow.scene(interaction), flow.look.config.bot.history_page_size
        await flow.run(interaction, _errand(self.asset, self.before, size, scene, updates=True), Ack.UPDATE)


class HistoryCog(commands.Cog):
    """The ledger as its player sees it."""

    ITEMS = (TurnHistory,)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow
        self._page_size = bot.config.bot.history_page_size

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(asset="Show only what concerns this")
    @app_commands.choices(asset=choices(ASSETS))
    async def history(self, interaction: Interaction, asset: str | None = None) -> None:
        """Read everything that ever came into or left your purse."""
        chosen = None if asset is None else one_of(asset, ASSETS)
        if asset is not None and chosen is None:
            known = ", ".join(_asset_name(name) for name in ASSETS)
            await self.flow.say(interaction, notice(f"I keep no history of that. Choose one of: {known}."))
            return
        scene = self.flow.scene(interaction)
        await self.flow.run(interaction, _errand(chosen, None, self._page_size, scene), Ack.PRIVATE)


@presentation("history")
def render_history(reply: Answer, occasion: Occasion) -> Rendered:
    """One page of entries, newest first, with buttons to older ones and back."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, GetHistory), "only the history is shown like this"
    match reply:
        case HistoryPage():
            what = f" · {_asset_name(request.asset)}" if request.asset else ""
            embed = discord.Embed(title=f"📜 Your history{what}", colour=HOME_COLOUR)
            lines = [_line(entry, look) for entry in reply.entries]
            embed.description = clip(lines, DESCRIPTION_CHARS_MAX) if lines else "Nothing here yet."
            return Rendered(embeds=(embed,), items=_buttons(reply, request, scene))
        case _:
            return refuse(reply, scene, look)


def _errand(
    asset: str | None, before: Position | None, size: int, scene: Scene, *, updates: bool = False
) -> Errand:
    query = GetHistory(player_id=0, asset=asset, before=before, limit=size)
    return errand(query, "history", scene, updates=updates)


def _buttons(reply: HistoryPage, request: GetHistory, scene: Scene) -> tuple[TurnHistory, ...]:
    buttons = []
    if request.before is not None:
        buttons.append(TurnHistory(scene.user_id, request.asset, None))
    if reply.has_more and reply.entries:
        last = reply.entries[-1]
        buttons.append(TurnHistory(scene.user_id, request.asset, (last.version, last.n)))
    return tuple(buttons)


def _line(entry: HistoryEntry, look: Look) -> str:
    what = _asset_name(entry.asset, abs(entry.delta))
    subject = ""
    if entry.subject and look.species(entry.subject) is not None:
        subject = f" · {escape(look.species_name(entry.subject))}"
    event = _EVENTS.get(entry.event, escape(entry.event.replace(".", " ").replace("_", " ").capitalize()))
    return (
        f"{relative(entry.at)} {event}{subject}: **{signed(entry.delta)}** {what} → {number(entry.balance)}"
    )


def _asset_name(asset: str, count: int = 0) -> str:
    """The name of what an entry counts, plural if no `count` is given."""
    if asset == ESPRIT:
        return "Esprit" if count == 1 else "Esprits"
    return currency_name(asset, count)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(HistoryCog(bot))
