"""/daily: the reward of the day and its streak."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, amount
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered
from faye.cogs.shared.texts import number, relative
from faye.messages.daily import ClaimDaily, DailyClaimed
from faye.utils.language import gettext, ngettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

Answer: TypeAlias = DailyClaimed | CommonRefusal


class DailyCog(commands.Cog):
    """The daily reward."""

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "write"})
    async def daily(self, interaction: Interaction) -> None:
        """Collect today's reward; coming back every day makes it grow."""
        command = ClaimDaily(player_id=0, idempotency_key=interaction.id)
        await self.flow.run(interaction, errand(command, "daily", self.flow.scene(interaction)), Ack.PUBLIC)


@presentation("daily")
def render_daily(reply: Answer, occasion: Occasion) -> Rendered:
    """The reward, the streak, and when to come back."""
    match reply:
        case DailyClaimed():
            embed = discord.Embed(
                title=gettext("🎁 Daily reward"), description=_describe(reply), colour=GOOD_COLOUR
            )
            embed.add_field(name=gettext("Streak"), value=_describe_streak(reply), inline=False)
            embed.add_field(name=gettext("Next reward"), value=relative(reply.next_at))
            embed.add_field(name=gettext("Your streak ends"), value=relative(reply.streak_ends_at))
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, occasion.scene, occasion.look)


def _describe(reply: DailyClaimed) -> str:
    return "\n".join(_gained(currency, gain, reply) for currency, gain in reply.reward.items())


def _gained(currency: str, gain: int, reply: DailyClaimed) -> str:
    if currency not in reply.balances:
        return amount(currency, gain)
    return gettext("{amount}  ·  you have {held}").format(
        amount=amount(currency, gain), held=number(reply.balances[currency])
    )


def _describe_streak(reply: DailyClaimed) -> str:
    streak = ngettext("🔥 **{count}** day", "🔥 **{count}** days in a row", reply.streak).format(
        count=number(reply.streak)
    )
    if reply.streak_was_reset:
        return gettext("{streak}. Your last streak had ended; a new one begins today.").format(streak=streak)
    if reply.bonus_percent:
        return gettext("{streak}: **+{bonus} %** on everything.").format(
            streak=streak, bonus=number(reply.bonus_percent)
        )
    return gettext("{streak}. Come back tomorrow for a bonus.").format(streak=streak)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(DailyCog(bot))
