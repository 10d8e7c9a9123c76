"""/leaderboard: the best by level, by team and by collection, and one's own place among all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast, get_args

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, esprits
from faye.cogs.shared.options import one_of
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import DESCRIPTION_CHARS_MAX, Rendered, notice
from faye.cogs.shared.texts import clip, number, relative
from faye.messages.leaderboard import Board, GetLeaderboard, Leaderboard, OwnRank, Ranked
from faye.utils.language import gettext, gettext_noop, ngettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

Answer: TypeAlias = Leaderboard | CommonRefusal

BOARDS: Final[tuple[Board, ...]] = get_args(Board)
LABELS: Final[dict[Board, str]] = {
    "level": gettext_noop("Highest level"),
    "power": gettext_noop("Strongest team"),
    "collection": gettext_noop("Most kinds of Esprits"),
}
MEDALS: Final = {1: "🥇", 2: "🥈", 3: "🥉"}

_PERCENT_OF: Final = 100
"""Among fewer players than this, a share of them says nothing."""


class TurnLeaderboard(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"ranks:(?P<owner>{SNOWFLAKE}):(?P<board>[a-z]{{1,12}}):(?P<page>\d{{1,4}})",
):
    """Turns to another page of a board."""

    def __init__(
        self, owner_id: int, board: str, page: int, label: str = "Turn", emoji: str | None = None
    ) -> None:
        self.owner_id = owner_id
        self.board = board
        self.page = page
        super().__init__(button(label, custom_id("ranks", owner_id, board, page), emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> TurnLeaderboard:
        """The button that was pressed."""
        return cls(int(match["owner"]), match["board"], int(match["page"]))

    async def press(self, interaction: Interaction) -> None:
        """Show the page in place of this one."""
        await _show(interaction, self.board, self.page)


class ChooseBoard(
    Pressable, discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"boards:(?P<owner>{SNOWFLAKE})"
):
    """Shows another board from its beginning."""

    def __init__(self, owner_id: int, current: str) -> None:
        self.owner_id = owner_id
        options = [
            discord.SelectOption(label=gettext(LABELS[board]), value=board, default=board == current)
            for board in BOARDS
        ]
        super().__init__(
            discord.ui.Select(
                custom_id=custom_id("boards", owner_id), placeholder=gettext("Rank by…"), options=options
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ChooseBoard:
        """The menu that was used."""
        return cls(int(match["owner"]), "")

    async def press(self, interaction: Interaction) -> None:
        """Show the chosen board in place of this one."""
        await _show(interaction, self.item.values[0] if self.item.values else "", 0)


class LeaderboardCog(commands.Cog):
    """The boards."""

    ITEMS = (TurnLeaderboard, ChooseBoard)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(by="What to rank players by")
    @app_commands.choices(
        by=[app_commands.Choice(name=label, value=board) for board, label in LABELS.items()]
    )
    async def leaderboard(self, interaction: Interaction, by: str = "level") -> None:
        """See the best of all players, and your own place among them."""
        board = one_of(by, BOARDS)
        if board is None:
            known = ", ".join(gettext(label) for label in LABELS.values())
            text = gettext("I keep no such board. Choose one of: {boards}.").format(boards=known)
            await self.flow.say(interaction, notice(text))
            return
        # For its user's eyes alone, since it always tells the place of somebody who may play unseen.
        asked = _errand(cast(Board, board), 0, self.flow.scene(interaction), self.flow.look)
        await self.flow.run(interaction, asked, Ack.PRIVATE)


def _errand(board: Board, page: int, scene: Scene, look: Look, *, updates: bool = False) -> Errand:
    request = GetLeaderboard(board=board, page=page, page_size=look.config.leaderboard.page_size)
    return errand(request, "leaderboard", scene, updates=updates)


async def _show(interaction: Interaction, board: str, page: int) -> None:
    flow = interaction.client.flow
    known = next((known for known in BOARDS if known == board), None)
    if known is None:
        await flow.say_stale(interaction)
        return
    asked = _errand(known, page, flow.scene(interaction), flow.look, updates=True)
    await flow.run(interaction, asked, Ack.UPDATE)


@presentation("leaderboard")
def render_leaderboard(reply: Answer, occasion: Occasion) -> Rendered:
    """One page of a board, one's own place, and when it was drawn up."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, GetLeaderboard), "only boards are shown like this"
    match reply:
        case Leaderboard():
            embed = discord.Embed(title=f"🏆 {gettext(LABELS[request.board])}", colour=HOME_COLOUR)
            lines = [_line(entry, request.board) for entry in reply.entries]
            embed.description = (
                clip(lines, DESCRIPTION_CHARS_MAX) if lines else gettext("Nobody stands here yet.")
            )
            embed.add_field(name=gettext("Your place"), value=_own(reply, request.board, look), inline=False)
            embed.add_field(name=gettext("Drawn up"), value=_when(reply), inline=False)
            return Rendered(embeds=(embed,), items=_items(reply, request.board, scene))
        case _:
            return refuse(reply, scene, look)


def _line(entry: Ranked, board: Board) -> str:
    place = MEDALS.get(entry.rank, f"`#{number(entry.rank)}`")
    return f"{place} {_name(entry)} · {_score(entry, board)}"


def _name(entry: Ranked) -> str:
    if entry.discord_id is not None:
        return f"<@{entry.discord_id}>"
    return gettext("*somebody who plays unseen*") if entry.private else gettext("*somebody who left*")


def _score(entry: Ranked | OwnRank, board: Board) -> str:
    match board:
        case "level":
            return gettext("level **{level}** · {xp} XP").format(
                level=number(entry.score), xp=number(entry.further)
            )
        case "power":
            return gettext("💥 **{power}** · level {level}").format(
                power=number(entry.score), level=number(entry.further)
            )
        case "collection":
            kinds = ngettext("**{count}** kind", "**{count}** kinds", entry.score)
            return f"{kinds.format(count=number(entry.score))} · {esprits(entry.further)}"


def _own(reply: Leaderboard, board: Board, look: Look) -> str:
    own = reply.own
    if own is None:
        return gettext("You are not on it yet. After {start} it takes a minute or two.").format(
            start=look.mention("start")
        )
    place = gettext("**#{rank}** of {players}") if own.exact else gettext("about **#{rank}** of {players}")
    words = f"{place.format(rank=number(own.rank), players=number(reply.players))} · {_score(own, board)}"
    if reply.players < _PERCENT_OF:
        return words
    best = gettext("among the best {share} %").format(
        share=number(max(1, -(-own.rank * 100 // reply.players)))
    )
    return f"{words} · {best}"


def _when(reply: Leaderboard) -> str:
    if reply.drawn_up_at is None:
        return gettext("never yet; look again in a minute")
    return relative(reply.drawn_up_at)


def _items(reply: Leaderboard, board: Board, scene: Scene) -> tuple[discord.ui.Item[Any], ...]:
    items: list[discord.ui.Item[Any]] = [ChooseBoard(scene.user_id, board)]
    if reply.page > 0:
        items.append(TurnLeaderboard(scene.user_id, board, reply.page - 1, gettext("Back"), "◀️"))
    if reply.page + 1 < reply.pages:
        items.append(TurnLeaderboard(scene.user_id, board, reply.page + 1, gettext("Next"), "▶️"))
    return tuple(items)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(LeaderboardCog(bot))
