"""/trial: the boss that guards the level cap, its price, and the button that faces it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from faye.cogs.fight import explain_leader_needed, render_fight, render_in_fight
from faye.cogs.shared.errand import errand
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, amount, kind
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse, sources
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import escape, number, relative
from faye.config import Species
from faye.messages.fight import InFight
from faye.messages.refusals import Abandoned, NotEnough, TooSoon
from faye.messages.team import LeaderNeeded
from faye.messages.trial import (
    BeginTrial,
    GetTrial,
    NoTrialsLeft,
    TrialBegun,
    TrialNotDue,
    TrialOffer,
    TrialOutdated,
)
from faye.utils.language import all_of, gettext

if TYPE_CHECKING:
    from faye.bot import FayeBot

NoTrial: TypeAlias = TrialNotDue | NoTrialsLeft | TrialOutdated
OfferAnswer: TypeAlias = TrialOffer | InFight | NoTrial | CommonRefusal
Answer: TypeAlias = TrialBegun | InFight | LeaderNeeded | NoTrial | CommonRefusal


class FaceTrial(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"trial:(?P<cap>\d{{1,4}}):(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Pays and begins the trial that was offered, once."""

    def __init__(self, level_cap: int, owner_id: int, operation_id: int) -> None:
        self.level_cap = level_cap
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("trial", level_cap, owner_id, operation_id)
        label = gettext("Face the trial")
        super().__init__(button(label, identity, emoji="⚔️", style=discord.ButtonStyle.danger))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> FaceTrial:
        """The button that was pressed."""
        return cls(int(match["cap"]), int(match["owner"]), int(match["operation"]))

    async def press(self, interaction: Interaction) -> None:
        """Begin it under this button's own operation id."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        command = BeginTrial(player_id=0, idempotency_key=self.operation_id, level_cap=self.level_cap)
        asked = errand(command, "trial_begin", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


class TrialCog(commands.Cog):
    """Trials."""

    ITEMS = (FaceTrial,)

    def __init__(self, bot: FayeBot) -> None:
        self.flow = bot.flow

    @app_commands.command(extras={"limit": "read"})
    async def trial(self, interaction: Interaction) -> None:
        """See who guards your level cap, and face them."""
        asked = errand(GetTrial(player_id=0), "trial", self.flow.scene(interaction))
        await self.flow.run(interaction, asked, Ack.PUBLIC)


@presentation("trial")
def render_offer(reply: OfferAnswer, occasion: Occasion) -> Rendered:
    """Boss, price and prize, and the button where it can be paid."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case TrialOffer():
            face = FaceTrial(reply.level_cap, scene.user_id, next_operation_id(scene.interaction_id))
            is_payable = all(reply.held[currency] >= price for currency, price in reply.price.items())
            items = (face,) if is_payable and reply.available_at is None else ()
            return Rendered(embeds=(_describe(reply, look),), items=items)
        case InFight():
            return render_in_fight(reply, scene.user_id, look)
        case TrialNotDue() | NoTrialsLeft() | TrialOutdated():
            return _no_trial(reply, look)
        case _:
            return refuse(reply, scene, look)


@presentation("trial_begin")
def render_begin(reply: Answer, occasion: Occasion) -> Rendered:
    """The fight with the boss."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, BeginTrial), "only trials are shown like this"
    # A refusal is remembered under the button's operation id, so a second try needs one of its own.
    again = FaceTrial(request.level_cap, scene.user_id, next_operation_id(request.idempotency_key))
    match reply:
        case TrialBegun():
            price = all_of([amount(currency, price) for currency, price in reply.price.items()])
            told = gettext(
                "{price} are held until it is decided. "
                "Win, and your level cap rises; else all of it comes back."
            ).format(price=price)
            title = gettext("⚔️ The trial begins")
            return render_fight(reply.fight, scene.user_id, look, title=title, lines=[told])
        case InFight():
            return render_in_fight(reply, scene.user_id, look)
        case LeaderNeeded():
            return explain_leader_needed(look).offering(again)
        case TrialNotDue() | NoTrialsLeft() | TrialOutdated():
            return _no_trial(reply, look)
        case Abandoned() | NotEnough() | TooSoon():
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _describe(offer: TrialOffer, look: Look) -> discord.Embed:
    species = look.species(offer.boss_species)
    name = escape(look.species_name(offer.boss_species))
    title = gettext("🏔️ The trial of level {level}").format(level=number(offer.level_cap))
    embed = discord.Embed(title=title, colour=HOME_COLOUR)
    embed.description = gettext(
        "**{name}** guards the way. Win, and your level may rise to **{cap_after}**. "
        "Lose, flee or leave, and the whole price comes back."
    ).format(name=name, cap_after=number(offer.cap_after))
    if species is not None:
        embed.colour = look.rarity_colour(species.rarity)
        embed.add_field(name=name, value=_describe_boss(offer, species, look), inline=False)
    embed.add_field(name=gettext("Your leader"), value=f"💥 {number(offer.leader_power)}")
    _add_price(embed, offer, look)
    if offer.available_at is not None:
        again = gettext("You can try again {when}.").format(when=relative(offer.available_at))
        embed.add_field(name=gettext("After the last try"), value=again, inline=False)
    return embed


def _describe_boss(offer: TrialOffer, species: Species, look: Look) -> str:
    rarity = f"{look.rarity_emoji(species.rarity)} {gettext(species.rarity)}"
    level = gettext("level {level}").format(level=number(offer.boss_level))
    what = kind(species.element, species.esprit_class)
    return f"{rarity} · {what}\n{level} · 💥 {number(offer.boss_power)}"


def _add_price(embed: discord.Embed, offer: TrialOffer, look: Look) -> None:
    """What it costs, and what is missing of that."""
    costs = [
        gettext("{price} · you have {held}").format(
            price=amount(currency, price), held=number(offer.held[currency])
        )
        for currency, price in offer.price.items()
    ]
    embed.add_field(name=gettext("Price"), value="\n".join(costs))
    for currency, price in offer.price.items():
        if (missing := price - offer.held[currency]) > 0:
            short = gettext("You are {missing} short.").format(missing=amount(currency, missing))
            embed.add_field(name=gettext("Not yet"), value=f"{short}{sources(currency, look)}", inline=False)


def _no_trial(refusal: NoTrial, look: Look) -> Rendered:
    match refusal:
        case TrialNotDue():
            text = gettext(
                "Your next trial waits at level **{level_cap}**; you are at {level}. {explore} gets you there."
            ).format(
                level_cap=number(refusal.level_cap),
                level=number(refusal.level),
                explore=look.mention("explore"),
            )
        case NoTrialsLeft():
            text = gettext("You have passed every trial there is. Level {level_cap} is the highest.").format(
                level_cap=number(refusal.level_cap)
            )
        case TrialOutdated():
            text = gettext(
                "That trial is passed; your level cap is {level_cap} now. Nothing was spent."
            ).format(level_cap=number(refusal.level_cap))
    return notice(text, is_aside=False)


async def setup(bot: FayeBot) -> None:
    """Add the cog."""
    await bot.add_cog(TrialCog(bot))
