"""/profile and /inventory: what a player is and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_looks import banner
from faye.cogs.shared.flow import Ack, Interaction, name_of
from faye.cogs.shared.look import CURRENCY_USES, HOME_COLOUR, Look, amount, days
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Picture, Rendered, notice
from faye.cogs.shared.texts import bar, escape, full, number, relative, soon
from faye.messages.esprit import EspritView
from faye.messages.level import LevelReport
from faye.messages.profile import GetInventory, GetProfile, Inventory, Profile
from faye.messages.settings import KeepsToThemselves

if TYPE_CHECKING:
    from faye.bot import FayeBot

ProfileAnswer: TypeAlias = Profile | KeepsToThemselves | CommonRefusal
InventoryAnswer: TypeAlias = Inventory | CommonRefusal


class ProfileCog(commands.Cog):
    """Profiles and purses."""

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(user="Whose profile to show; your own if left out")
    async def profile(self, interaction: Interaction, user: discord.User | None = None) -> None:
        """See how far you, or somebody else, have come."""
        if refused := _refuse_user(interaction, user):
            await self.flow.say(interaction, refused)
            return
        scene = self.flow.scene(interaction, about=user)
        await self.flow.run(interaction, errand(GetProfile(player_id=0), "profile", scene), Ack.PUBLIC)

    @app_commands.command(extras={"limit": "read"})
    async def inventory(self, interaction: Interaction) -> None:
        """Look into your purse and see what is ready to collect."""
        scene = self.flow.scene(interaction)
        await self.flow.run(interaction, errand(GetInventory(player_id=0), "inventory", scene), Ack.PRIVATE)


@presentation("profile")
def render_profile(reply: ProfileAnswer, occasion: Occasion) -> Rendered:
    """Level, collection and team, with the team's banner."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case Profile():
            name = scene.about_name if scene.is_about_another else scene.user_name
            leader = reply.leader
            colour = look.rarity_colour(leader.rarity) if leader else HOME_COLOUR
            embed = discord.Embed(title=f"{escape(name)} · level {number(reply.level)}", colour=colour)
            embed.description = experience(reply)
            embed.add_field(name="Energy", value=_energy(reply))
            embed.add_field(
                name="Collection",
                value=f"**{number(reply.esprits)}** Esprit{'' if reply.esprits == 1 else 's'}\n"
                f"{number(reply.species_found)} of {number(reply.species_total)} kinds found",
            )
            embed.add_field(name="Team power", value=f"💥 **{number(reply.power)}**")
            embed.add_field(name="Leader", value=_leader(leader, look))
            embed.add_field(name="Daily streak", value=_streak(reply, look))
            embed.add_field(name="Playing since", value=full(reply.started_at))
            return Rendered(embeds=(embed,), picture=_team(reply, name, look))
        case KeepsToThemselves():
            return notice(f"{escape(scene.about_name)} prefers to play unseen, so this profile stays closed.")
        case _:
            return refuse(reply, scene, look)


@presentation("inventory")
def render_inventory(reply: InventoryAnswer, occasion: Occasion) -> Rendered:
    """Every balance, and what is ready."""
    look = occasion.look
    match reply:
        case Inventory():
            embed = discord.Embed(title="🎒 Your inventory", colour=HOME_COLOUR)
            embed.description = "\n".join(
                amount(currency, held) + CURRENCY_USES.get(currency, "")
                for currency, held in reply.balances.items()
            )
            if reply.craftable_fayrites:
                embed.add_field(
                    name="Enough shards for",
                    value=f"{amount('fayrites', reply.craftable_fayrites)} with {look.mention('craft')}",
                    inline=False,
                )
            embed.add_field(name="Daily reward", value=f"{soon(reply.daily_at)} · {look.mention('daily')}")
            embed.add_field(
                name="Free summon", value=f"{soon(reply.daily_summon_at)} · {look.mention('summon')}"
            )
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, occasion.scene, look)


def _refuse_user(interaction: Interaction, user: object) -> Rendered | None:
    """What to say of a user who can have no profile; None of one who can, whether they have begun or not."""
    if user is None:
        return None
    if not isinstance(user, discord.abc.User):
        # Discord did not describe the user; the library hands on the bare id.
        return notice("I cannot find that user. Choose somebody from the list, or nobody to see yourself.")
    if user.id == interaction.application_id:
        return notice("I tell the story, I am not in it. Whose profile would you like to see?")
    return notice(f"{escape(name_of(user))} is a bot, and only people summon Esprits.") if user.bot else None


def _streak(reply: Profile, look: Look) -> str:
    return f"🔥 {days(reply.daily_streak)}" if reply.daily_streak else f"none yet · {look.mention('daily')}"


def experience(reply: Profile | LevelReport) -> str:
    """The bar to the next level, and what ends it at a cap."""
    if reply.xp_needed <= 0:
        return f"{bar(1, 1)} **MAX**"
    line = f"{bar(reply.xp, reply.xp_needed)} {number(reply.xp)} / {number(reply.xp_needed)} XP"
    if reply.level >= reply.level_cap:
        line += f"\nLevel {number(reply.level_cap)} is your cap until you win its trial."
    return line


def _energy(reply: Profile) -> str:
    line = f"⚡ **{number(reply.energy)}** / {number(reply.energy_max)}"
    return line if reply.energy_full_at is None else f"{line}\nfull {relative(reply.energy_full_at)}"


def _leader(leader: EspritView | None, look: Look) -> str:
    if leader is None:
        return "—"
    return f"{look.rarity_emoji(leader.rarity)} **{escape(leader.name)}**\nLv {number(leader.level)}"


def _team(reply: Profile, name: str, look: Look) -> Picture | None:
    if reply.leader is None:
        return None
    return banner(name, reply.leader, reply.supports, look, level=reply.level, power=reply.power)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(ProfileCog(bot))
