"""/explore: going out for experience, small finds, and now and then a fight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.fight import FightButton, explain_leader_needed, render_fight, render_in_fight
from faye.cogs.shared.advance import experience_gained
from faye.cogs.shared.explore_again import ExploreAgain, outing
from faye.cogs.shared.fight_texts import enemy_name
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, amount
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import bar, number, relative
from faye.messages.explore import Explore, Explored, NotEnoughEnergy
from faye.messages.fight import InFight
from faye.messages.refusals import Abandoned, BalanceFull
from faye.messages.team import LeaderNeeded
from faye.utils.language import gettext, gettext_noop

if TYPE_CHECKING:
    from faye.bot import FayeBot

Answer: TypeAlias = Explored | NotEnoughEnergy | InFight | LeaderNeeded | CommonRefusal

_FINDS: Final = (
    gettext_noop("Behind the old mill the grass parts as if somebody had just left."),
    gettext_noop("A lantern hangs in the reeds. Whoever lit it has paid for your trouble."),
    gettext_noop("The fog lifts for as long as it takes to fill your pockets."),
    gettext_noop("Between the roots of a fallen oak something has been waiting to be found."),
    gettext_noop("A stream has washed a purse ashore, and its owner long away."),
    gettext_noop("On the ridge you meet nobody, and the wind leaves you its change."),
    gettext_noop("In the ruined chapel the floor still keeps a little of what was given."),
    gettext_noop("A fox shows you the way and wants nothing for it."),
    gettext_noop("Under the bridge it smells of rain and old coins."),
    gettext_noop("The moon stands in a well, and something else shines beside it."),
    gettext_noop("A scarecrow with full pockets has nobody to spend it on."),
    gettext_noop("The snow keeps a track that ends at a small bundle."),
)
_CHESTS: Final = (
    gettext_noop("Half buried in the sand stands a chest, and its lock has rusted through."),
    gettext_noop("A chest hangs in the branches, where a flood has left it."),
    gettext_noop("Behind the waterfall somebody has hidden more than they could carry."),
    gettext_noop("The hollow stone rings, and opens."),
)
_MEETINGS: Final = (
    gettext_noop("The birds fall silent. {name} stands in your way!"),
    gettext_noop("Something has followed you since the crossroads: {name}!"),
    gettext_noop("You have come too close to what {name} guards!"),
    gettext_noop("The shadow under the arch moves. It is {name}!"),
    gettext_noop("{name} rises out of the mist and does not step aside!"),
)


class ExploreCog(commands.Cog):
    """Exploring, and the fights that begin there."""

    ITEMS = (ExploreAgain, FightButton)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "explore"})
    async def explore(self, interaction: Interaction) -> None:
        """Go out with your team: gain experience, find things, and meet wild Esprits."""
        asked = outing(interaction.id, self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PUBLIC)


@presentation("explore")
def render_explore(reply: Answer, occasion: Occasion) -> Rendered:
    """What was found, what it did for the level, and the fight if somebody was met."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, Explore), "only outings are shown like this"
    # A refusal is remembered under the button's operation id, so a second try needs one of its own.
    again = ExploreAgain(scene.user_id, next_operation_id(request.idempotency_key))
    match reply:
        case Explored(fight=None):
            text = _choose(_CHESTS if reply.encounter == "chest" else _FINDS, reply.place)
            embed = discord.Embed(title=gettext("🧭 Out and about"), description=text, colour=HOME_COLOUR)
            _tell(embed, reply, look)
            items = (again,) if reply.energy >= reply.energy_cost else ()
            return Rendered(embeds=(embed,), items=items)
        case Explored():
            assert reply.fight is not None, "the other case was told above"
            met = _choose(_MEETINGS, reply.place).format(name=f"**{enemy_name(reply.fight, look)}**")
            title = gettext("⚔️ A wild Esprit!")
            rendered = render_fight(reply.fight, scene.user_id, look, title=title, lines=[met])
            _tell(rendered.embeds[0], reply, look)
            return rendered
        case InFight():
            return render_in_fight(reply, scene.user_id, look)
        case NotEnoughEnergy():
            text = gettext(
                "⚡ Exploring takes {required} energy, and you have {held}. "
                "There will be enough {when}; a new level would fill it up at once."
            ).format(required=number(reply.required), held=number(reply.held), when=relative(reply.enough_at))
            return notice(text, items=(again,))
        case LeaderNeeded():
            return explain_leader_needed(look).offering(again)
        case Abandoned() | BalanceFull():
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _choose(texts: tuple[str, ...], number: int) -> str:
    return gettext(texts[number % len(texts)])


def _tell(embed: discord.Embed, reply: Explored, look: Look) -> None:
    """Say what was found, gained and spent."""
    found = "\n".join(amount(*paid) for paid in reply.paid.items())
    nothing = gettext("Nothing that your purse could still hold.")
    embed.add_field(name=gettext("You found"), value=found or nothing)
    energy = f"{bar(reply.energy, reply.energy_max)} {number(reply.energy)} / {number(reply.energy_max)}"
    embed.add_field(name=gettext("Energy"), value=f"⚡ {energy}")
    embed.add_field(name=gettext("Experience"), value=experience_gained(reply.xp, look), inline=False)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(ExploreCog(bot))
