"""/craft: fayrites from their shards."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, amount, counted
from faye.cogs.shared.options import AMOUNT_MOST, whole_number
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered
from faye.messages.craft import Craft, Crafted
from faye.messages.refusals import InvalidAmount
from faye.utils.language import gettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

Answer: TypeAlias = Crafted | CommonRefusal


class CraftCog(commands.Cog):
    """Crafting."""

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "write"})
    @app_commands.describe(amount="How many fayrites to craft")
    async def craft(self, interaction: Interaction, amount: app_commands.Range[int, 1, AMOUNT_MOST]) -> None:
        """Turn fayrite shards into fayrites for standard summons."""
        wanted = whole_number(amount, least=1, most=self.flow.look.config.game.craft.amount_max)
        if isinstance(wanted, InvalidAmount):
            await self.flow.refuse(interaction, wanted)
            return
        command = Craft(player_id=0, idempotency_key=interaction.id, amount=wanted)
        await self.flow.run(interaction, errand(command, "craft", self.flow.scene(interaction)), Ack.PUBLIC)


@presentation("craft")
def render_craft(reply: Answer, occasion: Occasion) -> Rendered:
    """What was made of what, and what is left."""
    match reply:
        case Crafted():
            embed = discord.Embed(
                title=gettext("⚗️ Freshly crafted"),
                description=gettext("{shards} became {fayrites}.").format(
                    shards=amount("fayrite_shards", reply.shards_spent),
                    fayrites=amount("fayrites", reply.crafted),
                ),
                colour=GOOD_COLOUR,
            )
            embed.set_footer(
                text=gettext("You now have {fayrites} and {shards}.").format(
                    fayrites=counted("fayrites", reply.fayrites),
                    shards=counted("fayrite_shards", reply.fayrite_shards),
                )
            )
            return Rendered(embeds=(embed,))
        case _:
            return refuse(reply, occasion.scene, occasion.look)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(CraftCog(bot))
