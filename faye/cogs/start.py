"""/start: the policy, and the button that accepts it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.first_steps import CollectSteps, render_steps, steps_in_words
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, HOME_COLOUR, Look, amount, kind
from faye.cogs.shared.presenter import Occasion, Request, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Picture, Rendered, notice
from faye.cogs.shared.texts import escape
from faye.config import Species
from faye.messages import Reply
from faye.messages.profile import GetProfile, Profile
from faye.messages.refusals import Abandoned, NotStarted
from faye.messages.start import AlreadyStarted, Start, Started
from faye.messages.tutorial import GetTutorial, Step, Tutorial, TutorialStep
from faye.utils.image_generator import card_face
from faye.utils.language import gettext, gettext_noop

if TYPE_CHECKING:
    from faye.bot import FayeBot

PolicyAnswer: TypeAlias = Profile | Tutorial | CommonRefusal
StartAnswer: TypeAlias = Started | AlreadyStarted | CommonRefusal

POLICY = gettext_noop(
    "Faye is a game about summoning and collecting spirits, the *Esprits*.\n\n"
    "**What is kept about you.** Your Discord id, linked to a random player key, and your settings; under that key "
    "what you own and a ledger of how you came by it, with the number of each command. Nothing you write in chat is "
    "read.\n"
    "**When I write to you.** Only if you ask for it: `/settings view` can have me remind you of the daily reward, and "
    "then which one I spoke of last is kept too.\n"
    "**What you can have erased.** `/settings delete` erases the link for good. What the key owned and its ledger "
    "stay, so that the sums of the whole game can be checked; they are nobody's then.\n"
    "**What is expected of you.** Play with one account, by hand, and be kind.\n"
    "**What it costs.** Nothing. No money can buy anything here, and nothing here is worth any.\n\n"
    "Press **Accept** to receive your purse and your first Esprit."
)


class AcceptPolicy(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"start:(?P<operation>{SNOWFLAKE}):(?P<owner>{SNOWFLAKE})",
):
    """Accepts the policy, once, for the user who asked to start."""

    def __init__(self, operation_id: int, owner_id: int) -> None:
        self.operation_id = operation_id
        self.owner_id = owner_id
        identity = custom_id("start", operation_id, owner_id)
        super().__init__(button(gettext("Accept"), identity, emoji="✨", style=discord.ButtonStyle.success))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> AcceptPolicy:
        """The button that was pressed."""
        return cls(int(match["operation"]), int(match["owner"]))

    async def press(self, interaction: Interaction) -> None:
        """Open the player and start."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        command = Start(player_id=0, idempotency_key=self.operation_id)
        scene = flow.scene(interaction)
        await flow.run(interaction, errand(command, "start", scene, opens=True, updates=True), Ack.UPDATE)


class StartCog(commands.Cog):
    """Entering the game."""

    ITEMS = (AcceptPolicy, CollectSteps)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "read"})
    async def start(self, interaction: Interaction) -> None:
        """Begin your story: accept the policy and receive your first Esprit."""
        scene = self.flow.scene(interaction)
        await self.flow.run(interaction, errand(GetProfile(player_id=0), "policy", scene), Ack.PUBLIC)


def _where_to_go_on(_: Request, reply: Reply) -> GetTutorial | None:
    """Whoever has begun sees the first steps."""
    return GetTutorial(player_id=0) if isinstance(reply, Profile) else None


@presentation("policy", follow=_where_to_go_on)
def render_policy(reply: PolicyAnswer, occasion: Occasion) -> Rendered:
    """The policy for somebody new, the first steps for everybody else."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case NotStarted():
            embed = discord.Embed(
                title=gettext("✨ Welcome to Faye"), description=gettext(POLICY), colour=HOME_COLOUR
            )
            return Rendered(embeds=(embed,), items=(AcceptPolicy(scene.interaction_id, scene.user_id),))
        case Tutorial():
            return render_steps(reply, scene.user_id, scene.interaction_id, look)
        case Profile():
            return _already(look)
        case _:
            return refuse(reply, scene, look)


@presentation("start")
def render_start(reply: StartAnswer, occasion: Occasion) -> Rendered:
    """The purse and the starter with its card."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case Started():
            return _render_started(reply, escape(scene.user_name), look)
        case AlreadyStarted():
            return _already(look)
        case Abandoned():
            # It is remembered under the button's operation id, so a second try needs one of its own.
            assert isinstance(occasion.request, Start), "only starts are shown like this"
            again = AcceptPolicy(next_operation_id(occasion.request.idempotency_key), scene.user_id)
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _already(look: Look) -> Rendered:
    return notice(
        gettext(
            "Your story has already begun. {profile} shows how far you are, {help} what you can do."
        ).format(profile=look.mention("profile"), help=look.mention("help"))
    )


def _render_started(reply: Started, name: str, look: Look) -> Rendered:
    species = look.species(reply.species)
    lines = [gettext("Welcome, **{name}**! Your purse:").format(name=name)]
    lines += [amount(currency, given) for currency, given in reply.purse.items() if given]
    colour, picture = GOOD_COLOUR, None
    if species is not None:
        colour = look.rarity_colour(species.rarity)
        face = card_face(
            reply.species,
            config=look.config.game,
            level=reply.level,
            seed=reply.esprit_id,
            marks=("team", "bound"),
        )
        picture = Picture(face, "starter.png")
        lines.append(f"\n{_joins(species, look)}\n*{gettext(species.lore)}*")
    embed = discord.Embed(title=gettext("✨ Your story begins"), description="\n".join(lines), colour=colour)
    steps = [TutorialStep(step, dict(reward), False, False) for step, reward in _steps(look).items()]
    collects = gettext("{start} collects the rewards.").format(start=look.mention("start"))
    embed.add_field(
        name=gettext("Your first steps"),
        value=f"{steps_in_words(steps, look)}\n{collects}",
        inline=False,
    )
    return Rendered(embeds=(embed,), picture=picture)


def _joins(species: Species, look: Look) -> str:
    return gettext("{emoji} **{esprit}** ({rarity} · {kind}) joins you and leads your team.").format(
        emoji=look.rarity_emoji(species.rarity),
        esprit=escape(species.name),
        rarity=gettext(species.rarity),
        kind=kind(species.element, species.esprit_class),
    )


def _steps(look: Look) -> Mapping[Step, Mapping[str, int]]:
    return look.config.game.tutorial.steps


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(StartCog(bot))
