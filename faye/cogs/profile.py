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
from faye.utils.language import gettext, ngettext

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
            title = gettext("{name} · level {level}").format(name=escape(name), level=number(reply.level))
            embed = discord.Embed(title=title, colour=colour)
            embed.description = experience(reply)
            embed.add_field(name=gettext("Energy"), value=_energy(reply))
            embed.add_field(name=gettext("Collection"), value=_collection(reply))
            embed.add_field(name=gettext("Team power"), value=f"💥 **{number(reply.power)}**")
            embed.add_field(name=gettext("Leader"), value=_leader(leader, look))
            embed.add_field(name=gettext("Daily streak"), value=_streak(reply, look))
            embed.add_field(name=gettext("Playing since"), value=full(reply.started_at))
            return Rendered(embeds=(embed,), picture=_team(reply, name, look))
        case KeepsToThemselves():
            unseen = gettext("{name} prefers to play unseen, so this profile stays closed.")
            return notice(unseen.format(name=escape(scene.about_name)))
        case _:
            return refuse(reply, scene, look)


def _with_its_use(currency: str, held: int) -> str:
    use = CURRENCY_USES.get(currency)
    return f"{amount(currency, held)} · {gettext(use)}" if use else amount(currency, held)


@presentation("inventory")
def render_inventory(reply: InventoryAnswer, occasion: Occasion) -> Rendered:
    """Every balance, and what is ready."""
    look = occasion.look
    match reply:
        case Inventory():
            embed = discord.Embed(title=gettext("🎒 Your inventory"), colour=HOME_COLOUR)
            embed.description = "\n".join(
                _with_its_use(currency, held) for currency, held in reply.balances.items()
            )
            if reply.craftable_fayrites:
                value = gettext("{fayrites} with {craft}").format(
                    fayrites=amount("fayrites", reply.craftable_fayrites), craft=look.mention("craft")
                )
                embed.add_field(name=gettext("Enough shards for"), value=value, inline=False)
            daily, summon = look.mention("daily"), look.mention("summon")
            embed.add_field(name=gettext("Daily reward"), value=f"{soon(reply.daily_at)} · {daily}")
            embed.add_field(name=gettext("Free summon"), value=f"{soon(reply.daily_summon_at)} · {summon}")
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, occasion.scene, look)


def _refuse_user(interaction: Interaction, user: object) -> Rendered | None:
    """What to say of a user who can have no profile; None of one who can, whether they have begun or not."""
    if user is None:
        return None
    if not isinstance(user, discord.abc.User):
        # Discord did not describe the user; the library hands on the bare id.
        return notice(
            gettext("I cannot find that user. Choose somebody from the list, or nobody to see yourself.")
        )
    if user.id == interaction.application_id:
        return notice(gettext("I tell the story, I am not in it. Whose profile would you like to see?"))
    if user.bot:
        bot = gettext("{name} is a bot, and only people summon Esprits.")
        return notice(bot.format(name=escape(name_of(user))))
    return None


def _collection(reply: Profile) -> str:
    held = ngettext("**{count}** Esprit", "**{count}** Esprits", reply.esprits).format(
        count=number(reply.esprits)
    )
    kinds = gettext("{found} of {total} kinds found").format(
        found=number(reply.species_found), total=number(reply.species_total)
    )
    return f"{held}\n{kinds}"


def _streak(reply: Profile, look: Look) -> str:
    if reply.daily_streak:
        return f"🔥 {days(reply.daily_streak)}"
    return gettext("none yet · {daily}").format(daily=look.mention("daily"))


def experience(reply: Profile | LevelReport) -> str:
    """The bar to the next level, and what ends it at a cap."""
    if reply.xp_needed <= 0:
        return gettext("{bar} **MAX**").format(bar=bar(1, 1))
    line = gettext("{bar} {xp} / {needed} XP").format(
        bar=bar(reply.xp, reply.xp_needed), xp=number(reply.xp), needed=number(reply.xp_needed)
    )
    if reply.level < reply.level_cap:
        return line
    capped = gettext("Level {level} is your cap until you win its trial.")
    return f"{line}\n{capped.format(level=number(reply.level_cap))}"


def _energy(reply: Profile) -> str:
    line = f"⚡ **{number(reply.energy)}** / {number(reply.energy_max)}"
    if reply.energy_full_at is None:
        return line
    full_again = gettext("full {when}").format(when=relative(reply.energy_full_at))
    return f"{line}\n{full_again}"


def _leader(leader: EspritView | None, look: Look) -> str:
    if leader is None:
        return "—"
    level = gettext("Lv {level}").format(level=number(leader.level))
    return f"{look.rarity_emoji(leader.rarity)} **{escape(leader.name)}**\n{level}"


def _team(reply: Profile, name: str, look: Look) -> Picture | None:
    if reply.leader is None:
        return None
    return banner(name, reply.leader, reply.supports, look, level=reply.level, power=reply.power)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(ProfileCog(bot))
