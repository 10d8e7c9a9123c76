"""/esprit limitbreak: the offer of a limit break, and the button that takes it."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import discord
from discord import app_commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_commands import EspritCommands
from faye.cogs.shared.esprit_looks import card, name_of
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX, esprit_named, suggest_esprits
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, Look, amount, counted
from faye.cogs.shared.options import ID_MOST
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, button, custom_id, next_operation_id
from faye.cogs.shared.refusals import CommonRefusal, refuse, sources
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import number
from faye.messages.esprit import EspritView
from faye.messages.limit_break import (
    BreakLimit,
    GetLimitBreak,
    LimitBreakOffer,
    LimitBroken,
    NoBreaksLeft,
    NotAtCap,
    OfferOutdated,
)
from faye.messages.refusals import Abandoned, NotEnough
from faye.utils.language import all_of, gettext

Impossible: TypeAlias = NotAtCap | NoBreaksLeft | OfferOutdated
OfferAnswer: TypeAlias = LimitBreakOffer | Impossible | CommonRefusal
Answer: TypeAlias = LimitBroken | Impossible | CommonRefusal


class ConfirmLimitBreak(
    Pressable,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"break:(?P<esprit>{SNOWFLAKE}):(?P<level>\d{{1,4}}):(?P<breaks>\d{{1,3}}):"
    rf"(?P<owner>{SNOWFLAKE}):(?P<operation>{SNOWFLAKE})",
):
    """Breaks the limit of the Esprit that was offered, once, if it is still at that level and break."""

    def __init__(
        self, esprit_id: int, level: int, limit_breaks: int, owner_id: int, operation_id: int
    ) -> None:
        self.esprit_id = esprit_id
        self.level = level
        self.limit_breaks = limit_breaks
        self.owner_id = owner_id
        self.operation_id = operation_id
        identity = custom_id("break", esprit_id, level, limit_breaks, owner_id, operation_id)
        label = gettext("Break the limit")
        super().__init__(button(label, identity, emoji="🔨", style=discord.ButtonStyle.success))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> ConfirmLimitBreak:
        """The button that was pressed."""
        figures = (int(match[name]) for name in ("esprit", "level", "breaks", "owner", "operation"))
        return cls(*figures)

    async def press(self, interaction: Interaction) -> None:
        """Break the limit under this button's own operation id."""
        flow = interaction.client.flow
        assert self.operation_id is not None, "this button acts once"
        if self.esprit_id > ID_MOST:
            await flow.say_stale(interaction)
            return
        command = BreakLimit(
            player_id=0,
            idempotency_key=self.operation_id,
            esprit_id=self.esprit_id,
            level=self.level,
            limit_breaks=self.limit_breaks,
        )
        asked = errand(command, "limit_break", flow.scene(interaction), updates=True)
        await flow.run(interaction, asked, Ack.UPDATE)


class LimitBreakCommands(EspritCommands):
    """Limit breaks."""

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(esprit="The name of one of your Esprits, at its highest level")
    @app_commands.autocomplete(esprit=suggest_esprits)
    async def limitbreak(
        self, interaction: Interaction, esprit: app_commands.Range[str, 1, NAME_CHARS_MAX]
    ) -> None:
        """See what breaking an Esprit's limit costs and brings, and do it."""
        named = await esprit_named(interaction, esprit)
        if named is not None:
            query = GetLimitBreak(player_id=0, esprit=named)
            asked = errand(query, "limit_break_offer", self.flow.scene(interaction))
            await self.flow.run(interaction, asked, Ack.PUBLIC)


@presentation("limit_break_offer")
def render_offer(reply: OfferAnswer, occasion: Occasion) -> Rendered:
    """What it costs and brings, and the button where it can be paid."""
    scene, look = occasion.scene, occasion.look
    match reply:
        case LimitBreakOffer():
            esprit = reply.esprit
            confirm = ConfirmLimitBreak(
                esprit.id,
                esprit.level,
                esprit.limit_breaks,
                scene.user_id,
                next_operation_id(scene.interaction_id),
            )
            is_payable = all(reply.held[currency] >= price for currency, price in reply.cost.items())
            return Rendered(
                embeds=(_describe_offer(reply, look),),
                picture=card(esprit, look, "offer", as_thumbnail=True),
                items=(confirm,) if is_payable else (),
            )
        case NotAtCap() | NoBreaksLeft() | OfferOutdated():
            return _impossible(reply, look)
        case _:
            return refuse(reply, scene, look)


@presentation("limit_break")
def render_limit_break(reply: Answer, occasion: Occasion) -> Rendered:
    """What was broken and what it brought."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    assert isinstance(request, BreakLimit), "only limit breaks are shown like this"
    match reply:
        case LimitBroken():
            return _describe_broken(reply, look)
        case NotAtCap() | NoBreaksLeft() | OfferOutdated():
            return _impossible(reply, look)
        case Abandoned() | NotEnough():
            # It is remembered under the button's operation id, so a second try needs one of its own.
            again = ConfirmLimitBreak(
                request.esprit_id,
                request.level,
                request.limit_breaks,
                scene.user_id,
                next_operation_id(request.idempotency_key),
            )
            return refuse(reply, scene, look).offering(again)
        case _:
            return refuse(reply, scene, look)


def _describe_offer(offer: LimitBreakOffer, look: Look) -> discord.Embed:
    esprit = offer.esprit
    embed = discord.Embed(title=gettext("🔨 Break its limit?"), colour=look.rarity_colour(esprit.rarity))
    embed.description = gettext(
        "{name} is at its highest level, {level}. This would be limit break {break_number} of {breaks_max}; "
        "its level stays."
    ).format(
        name=name_of(esprit, look),
        level=number(esprit.level),
        break_number=number(esprit.limit_breaks + 1),
        breaks_max=number(offer.breaks_max),
    )
    costs = [
        gettext("{price} · you have {held}").format(
            price=amount(currency, price), held=number(offer.held[currency])
        )
        for currency, price in offer.cost.items()
    ]
    embed.add_field(name=gettext("Costs"), value="\n".join(costs), inline=False)
    embed.add_field(
        name=gettext("Power"), value=f"💥 {number(esprit.power)} → **{number(offer.power_after)}**"
    )
    embed.add_field(name=gettext("May reach"), value=_cap(offer.cap.cap, offer.cap_after, esprit))
    for currency, price in offer.cost.items():
        if (missing := price - offer.held[currency]) > 0:
            short = gettext("You are {missing} short.").format(missing=amount(currency, missing))
            embed.add_field(name=gettext("Not yet"), value=f"{short}{sources(currency, look)}", inline=False)
    return embed


def _describe_broken(reply: LimitBroken, look: Look) -> Rendered:
    esprit = reply.esprit
    paid = all_of([amount(currency, price) for currency, price in reply.cost.items()])
    embed = discord.Embed(title=gettext("🔨 Its limit is broken!"), colour=GOOD_COLOUR)
    embed.description = gettext("{name} has grown stronger for {paid}.").format(
        name=name_of(esprit, look), paid=paid
    )
    embed.add_field(
        name=gettext("Power"), value=f"💥 {number(reply.power_before)} → **{number(esprit.power)}**"
    )
    embed.add_field(name=gettext("May reach"), value=_cap(reply.cap_before, reply.level_cap, esprit))
    left = all_of([counted(currency, held) for currency, held in reply.balances.items()])
    footer = gettext("{currencies} left · limit break {break_number}")
    embed.set_footer(text=footer.format(currencies=left, break_number=number(esprit.limit_breaks)))
    return Rendered(embeds=(embed,), picture=card(esprit, look, "broken", as_thumbnail=True))


def _cap(before: int, after: int, esprit: EspritView) -> str:
    if after > before:
        return gettext("level {before} → **{after}**").format(before=number(before), after=number(after))
    return gettext("level {level}, as high as any {rarity} goes").format(
        level=number(after), rarity=gettext(esprit.rarity)
    )


def _impossible(refusal: Impossible, look: Look) -> Rendered:
    """Why there is nothing to confirm; it takes the place of an offer that stands no more."""
    name = name_of(refusal.esprit, look)
    match refusal:
        case NotAtCap():
            text = gettext(
                "{name} is at level {level}, and only at level {level_cap} its limit can be broken. "
                "{upgrade} gets it there."
            ).format(
                name=name,
                level=number(refusal.esprit.level),
                level_cap=number(refusal.level_cap),
                upgrade=look.mention("esprit upgrade"),
            )
        case NoBreaksLeft():
            text = gettext("{name} has had its last limit break, number {break_number}.").format(
                name=name, break_number=number(refusal.esprit.limit_breaks)
            )
        case OfferOutdated():
            text = gettext(
                "{name} is no longer what this offer spoke of, and **nothing was spent**. "
                "{limitbreak} makes a new one."
            ).format(name=name, limitbreak=look.mention("esprit limitbreak"))
    return notice(text, is_aside=False)
