"""/level and /energy: how far a player has come, and what there is to act with."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.profile import experience
from faye.cogs.shared.errand import errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered
from faye.cogs.shared.texts import bar, escape, full, number, relative
from faye.messages.level import EnergyReport, GetEnergy, GetLevel, LevelReport
from faye.utils.language import gettext, ngettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

LevelAnswer: TypeAlias = LevelReport | CommonRefusal
EnergyAnswer: TypeAlias = EnergyReport | CommonRefusal


class LevelCog(commands.Cog):
    """Level and energy."""

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "read"})
    async def level(self, interaction: Interaction) -> None:
        """See your level, how far the next one is, and what it brings."""
        scene = self.flow.scene(interaction)
        await self.flow.run(interaction, errand(GetLevel(player_id=0), "level", scene), Ack.PUBLIC)

    @app_commands.command(extras={"limit": "read"})
    async def energy(self, interaction: Interaction) -> None:
        """See how much energy you have, and when it will be full."""
        scene = self.flow.scene(interaction)
        await self.flow.run(interaction, errand(GetEnergy(player_id=0), "energy", scene), Ack.PRIVATE)


@presentation("level")
def render_level(reply: LevelAnswer, occasion: Occasion) -> Rendered:
    """The bar, and what the next levels bring."""
    scene = occasion.scene
    match reply:
        case LevelReport():
            title = gettext("{name} · level {level}").format(
                name=escape(scene.user_name), level=number(reply.level)
            )
            embed = discord.Embed(title=title, colour=HOME_COLOUR)
            embed.description = experience(reply)
            if missing := max(0, reply.xp_needed - reply.xp):
                left = gettext("**{count}** XP").format(count=number(missing))
                embed.add_field(name=gettext("To the next level"), value=left)
            embed.add_field(name=gettext("Your cap"), value=_cap(reply))
            embed.add_field(name=gettext("Your Esprits"), value=_esprits(reply), inline=False)
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, scene, occasion.look)


@presentation("energy")
def render_energy(reply: EnergyAnswer, occasion: Occasion) -> Rendered:
    """How much there is, when there is one more, and when it is full."""
    match reply:
        case EnergyReport():
            embed = discord.Embed(title=gettext("⚡ Your energy"), colour=HOME_COLOUR)
            figures = f"**{number(reply.energy)}** / {number(reply.energy_max)}"
            embed.description = f"{bar(reply.energy, reply.energy_max)} {figures}"
            if reply.next_at is not None:
                embed.add_field(name=gettext("One more"), value=relative(reply.next_at))
            is_full = reply.full_at is None
            when = (
                gettext("now")
                if reply.full_at is None
                else f"{relative(reply.full_at)}\n{full(reply.full_at)}"
            )
            embed.add_field(name=gettext("Full"), value=when)
            if not is_full:
                embed.set_footer(text=_growth(reply.minutes_per_point))
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, occasion.scene, occasion.look)


def _growth(minutes: int) -> str:
    return ngettext("It grows by 1 every minute.", "It grows by 1 every {count} minutes.", minutes).format(
        count=number(minutes)
    )


def _cap(reply: LevelReport) -> str:
    if reply.level_cap >= reply.level_cap_max:
        return gettext("level **{level}**, the highest there is").format(level=number(reply.level_cap))
    return gettext("level **{level}** of at most {most}").format(
        level=number(reply.level_cap), most=number(reply.level_cap_max)
    )


def _esprits(reply: LevelReport) -> str:
    now = gettext("They may reach level **{level}**, as far as their rarity goes.").format(
        level=number(reply.esprit_cap)
    )
    if reply.next_esprit_cap is None or reply.next_esprit_cap_at is None:
        return now
    then = gettext("From your level {yours} on: level **{level}**.").format(
        yours=number(reply.next_esprit_cap_at), level=number(reply.next_esprit_cap)
    )
    return f"{now}\n{then}"


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(LevelCog(bot))
