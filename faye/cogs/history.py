"""/history: a player's own ledger, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import Scene, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, currency_name
from faye.cogs.shared.options import ID_MOST, choices, one_of
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import DESCRIPTION_CHARS_MAX, Rendered, notice
from faye.cogs.shared.texts import NO_BREAK_SPACE, clip, escape, number, relative, signed
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.utils.language import gettext, gettext_noop, ngettext
from faye.vocabulary import CURRENCIES

if TYPE_CHECKING:
    from faye.bot import FayeBot

Answer: TypeAlias = HistoryPage | CommonRefusal
Position: TypeAlias = tuple[int, int]

ESPRIT: Final = "esprit"
FIGHT: Final = "fight"
ADMIN: Final = "admin"
ASSETS: Final = (*CURRENCIES, ESPRIT)
ALL: Final = "all"

_EVENTS: Final[Mapping[str, str]] = {
    "start": gettext_noop("Your first purse"),
    "daily": gettext_noop("Daily reward"),
    "craft": gettext_noop("Crafting"),
    "summon.standard": gettext_noop("Standard summon"),
    "summon.premium": gettext_noop("Premium summon"),
    "summon.daily": gettext_noop("Free summon"),
    "upgrade": gettext_noop("Training"),
    "limit_break": gettext_noop("Limit broken"),
    "lock": gettext_noop("Locked"),
    "unlock": gettext_noop("Unlocked"),
    "team.leader": gettext_noop("New leader"),
    "team.support1": gettext_noop("New first support"),
    "team.support2": gettext_noop("New second support"),
    "team.leave": gettext_noop("Left the team"),
    "dissolve": gettext_noop("Dissolved"),
    "explore": gettext_noop("Exploring"),
    "tutorial.daily": gettext_noop("First steps"),
    "tutorial.summon": gettext_noop("First steps"),
    "tutorial.team": gettext_noop("First steps"),
    "tutorial.upgrade": gettext_noop("First steps"),
    "tutorial.explore": gettext_noop("First steps"),
    "tutorial.win": gettext_noop("First steps"),
    "fight.begin": gettext_noop("A fight began"),
    "fight.strike": gettext_noop("A turn: strike"),
    "fight.skill": gettext_noop("A turn: skill"),
    "fight.support1": gettext_noop("A turn: first support"),
    "fight.support2": gettext_noop("A turn: second support"),
    "fight.guard": gettext_noop("A turn: guard"),
    "fight.flee": gettext_noop("Fled from a fight"),
    "fight.abandoned": gettext_noop("A fight was left alone and ended"),
    "fight.won": gettext_noop("Won in a fight"),
    "trial.price": gettext_noop("Held for a trial"),
    "trial.returned": gettext_noop("Back from a trial"),
    "admin.give": gettext_noop("By an operator: given"),
    "admin.remove": gettext_noop("By an operator: removed"),
    "admin.set": gettext_noop("By an operator: set"),
    "admin.reset": gettext_noop("By an operator: reset"),
    "admin.suspend": gettext_noop("By an operator: suspended"),
    "admin.lift": gettext_noop("By an operator: suspension lifted"),
    "admin.refund": gettext_noop("By an operator: refunded"),
    "admin.inspect": gettext_noop("By an operator: looked at"),
    "transfer.give": gettext_noop("Gift given"),
    "transfer.receive": gettext_noop("Gift received"),
}


class TurnHistory(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"history:(?P<owner>{SNOWFLAKE}):(?P<asset>[a-z_]{{1,20}}):"
    rf"(?P<after>a?)(?P<version>\d{{1,19}})\.(?P<n>\d{{1,9}})",
):
    """Turns to the entries before or after a position of the ledger; without one, to the newest."""

    def __init__(
        self,
        owner_id: int,
        asset: str | None,
        *,
        before: Position | None = None,
        after: Position | None = None,
    ) -> None:
        self.owner_id = owner_id
        self.asset = asset
        self.before = before
        self.after = after
        version, n = after or before or (0, 0)
        way = "a" if after else ""
        identity = custom_id("history", owner_id, asset or ALL, f"{way}{version}.{n}")
        label, emoji = _way(before=before, after=after)
        super().__init__(button(label, identity, emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> TurnHistory:
        """The button that was pressed."""
        found = (int(match["version"]), int(match["n"]))
        position = None if found == (0, 0) else found
        owner_id, asset = int(match["owner"]), None if match["asset"] == ALL else match["asset"]
        if match["after"]:
            return cls(owner_id, asset, after=position)
        return cls(owner_id, asset, before=position)

    async def press(self, interaction: Interaction) -> None:
        """Show the other page in place of this one."""
        flow = interaction.client.flow
        if (self.asset is not None and self.asset not in ASSETS) or max(
            self.after or self.before or (0, 0)
        ) > ID_MOST:
            await flow.say_stale(interaction)
            return
        query = GetHistory(
            player_id=0,
            asset=self.asset,
            before=self.before,
            limit=flow.look.config.bot.history_page_size,
            after=self.after,
        )
        await flow.run(
            interaction, errand(query, "history", flow.scene(interaction), updates=True), Ack.UPDATE
        )


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
            text = gettext("I keep no history of that. Choose one of: {known}.").format(known=known)
            await self.flow.say(interaction, notice(text))
            return
        query = GetHistory(player_id=0, asset=chosen, limit=self._page_size)
        await self.flow.run(interaction, errand(query, "history", self.flow.scene(interaction)), Ack.PRIVATE)


@presentation("history")
def render_history(reply: Answer, occasion: Occasion) -> Rendered:
    """One page of entries, newest first, with buttons to older ones, to newer ones, and to the newest."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, GetHistory), "only the history is shown like this"
    match reply:
        case HistoryPage():
            what = f" · {_asset_name(request.asset)}" if request.asset else ""
            embed = discord.Embed(title=gettext("📜 Your history") + what, colour=HOME_COLOUR)
            lines = [_line(entry, look) for entry in reply.entries]
            embed.description = clip(lines, DESCRIPTION_CHARS_MAX) if lines else gettext("Nothing here yet.")
            return Rendered(embeds=(embed,), items=_buttons(reply, request, scene))
        case _:
            return refuse(reply, scene, look)


def _way(*, before: Position | None, after: Position | None) -> tuple[str, str]:
    """What stands on a button that turns there, and its emoji."""
    if after:
        return gettext("Newer"), "◀️"
    return (gettext("Older"), "▶️") if before else (gettext("Newest"), "⏮️")


def _buttons(reply: HistoryPage, request: GetHistory, scene: Scene) -> tuple[TurnHistory, ...]:
    buttons = []
    owner_id, asset = scene.user_id, request.asset
    if request.before or request.after:
        buttons.append(TurnHistory(owner_id, asset))
    if reply.has_newer and reply.entries:
        first = reply.entries[0]
        buttons.append(TurnHistory(owner_id, asset, after=(first.version, first.n)))
    if reply.has_more and reply.entries:
        last = reply.entries[-1]
        buttons.append(TurnHistory(owner_id, asset, before=(last.version, last.n)))
    return tuple(buttons)


def _line(entry: HistoryEntry, look: Look) -> str:
    known = _EVENTS.get(entry.event)
    event = gettext(known) if known else escape(re.sub(r"[._]", " ", entry.event).capitalize())
    subject = ""
    if entry.subject and look.species(entry.subject) is not None:
        subject = f" · {escape(look.species_name(entry.subject))}"
    if entry.asset == ADMIN:
        # Behind the operator's id, which is nobody's business, stands why.
        subject = f" · {escape(entry.subject.partition(' ')[2], 60)}" if entry.subject else ""
    if not entry.delta or entry.asset == FIGHT:
        return f"{relative(entry.at)} {event}{subject}"
    # Where a line is too long for the screen, it breaks before its figures and never within them.
    figures = (
        f"**{signed(entry.delta)}** {_asset_name(entry.asset, abs(entry.delta))} → {number(entry.balance)}"
    )
    figures = figures.replace(" ", NO_BREAK_SPACE)
    return f"{relative(entry.at)} {event}{subject}: {figures}"


def _asset_name(asset: str, count: int = 0) -> str:
    """The name of what an entry counts, plural if no `count` is given."""
    if asset == ESPRIT:
        return ngettext("Esprit", "Esprits", count)
    return currency_name(asset, count)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(HistoryCog(bot))
