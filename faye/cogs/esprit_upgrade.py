"""/esprit upgrade: levels for virelite."""

from __future__ import annotations

from typing import Final, TypeAlias

import discord
from discord import app_commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_commands import EspritCommands
from faye.cogs.shared.esprit_looks import card, name_of
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX, esprit_named, suggest_esprits
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import GOOD_COLOUR, Look, amount, counted
from faye.cogs.shared.options import whole_number
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import number, visible
from faye.messages.refusals import InvalidAmount
from faye.messages.upgrade import EspritAtCap, EspritUpgraded, LevelCap, UpgradeEsprit
from faye.utils.language import any_of, gettext

Answer: TypeAlias = EspritUpgraded | EspritAtCap | CommonRefusal

MOST: Final = "max"
LEVELS_CHARS_MAX: Final = 8
_SUGGESTED: Final = ("1", "5", "10")


async def suggest_levels(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """A few numbers, and the word for as many as possible."""
    text = str(typed).strip().casefold()
    suggested = [*zip(_SUGGESTED, _SUGGESTED, strict=True), (gettext("as many as I can pay for"), MOST)]
    return [
        app_commands.Choice(name=name, value=value)
        for name, value in suggested
        if text in (name + value).casefold()
    ]


class UpgradeCommands(EspritCommands):
    """Training."""

    @app_commands.command(extras={"limit": "write"})
    @app_commands.describe(
        esprit="The name of one of your Esprits",
        levels=f"By how many levels; “{MOST}”: as many as you can pay",
    )
    @app_commands.autocomplete(esprit=suggest_esprits, levels=suggest_levels)
    async def upgrade(
        self,
        interaction: Interaction,
        esprit: app_commands.Range[str, 1, NAME_CHARS_MAX],
        levels: app_commands.Range[str, 1, LEVELS_CHARS_MAX] = "1",
    ) -> None:
        """Raise the level of one of your Esprits for virelite."""
        named = await esprit_named(interaction, esprit)
        if named is None:
            return
        rarities = self.flow.look.config.game.esprit.rarities.values()
        wanted = _levels(levels, most=max(rarity.level_cap for rarity in rarities))
        if isinstance(wanted, InvalidAmount):
            await self.flow.refuse(interaction, wanted)
            return
        command = UpgradeEsprit(player_id=0, idempotency_key=interaction.id, esprit=named, levels=wanted)
        await self.flow.run(interaction, errand(command, "upgrade", self.flow.scene(interaction)), Ack.PUBLIC)


def _levels(given: object, *, most: int) -> int | InvalidAmount | None:
    """The number of levels in what was typed; None for as many as possible."""
    text = visible(str(given)).casefold()
    if text == MOST:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= LEVELS_CHARS_MAX
    return whole_number(int(text) if is_number else None, least=1, most=most)


@presentation("upgrade")
def render_upgrade(reply: Answer, occasion: Occasion) -> Rendered:
    """How far it rose, what that cost, and how much stronger it is."""
    look = occasion.look
    match reply:
        case EspritUpgraded():
            esprit = reply.esprit
            embed = discord.Embed(title=gettext("📈 Trained"), colour=GOOD_COLOUR)
            embed.description = gettext(
                "{esprit} rose from level {before} to **{level}** of {cap} for {price}."
            ).format(
                esprit=name_of(esprit, look),
                before=number(reply.level_before),
                level=number(esprit.level),
                cap=number(reply.level_cap),
                price=amount("virelite", reply.cost),
            )
            embed.add_field(
                name=gettext("Power"), value=f"💥 {number(reply.power_before)} → **{number(esprit.power)}**"
            )
            if esprit.level >= reply.level_cap:
                see = gettext("See {limitbreak}.").format(limitbreak=look.mention("esprit limitbreak"))
                embed.add_field(name=gettext("At its cap"), value=see)
            left = gettext("{balance} left").format(balance=counted("virelite", reply.virelite))
            embed.set_footer(text=left)
            return Rendered(embeds=(embed,), picture=card(esprit, look, "upgraded", as_thumbnail=True))
        case EspritAtCap():
            return notice(_explain_cap(reply, look))
        case _:
            return refuse(reply, occasion.scene, look)


def _explain_cap(refusal: EspritAtCap, look: Look) -> str:
    """Whose cap it is, and what raises it."""
    esprit, cap = refusal.esprit, refusal.cap
    text = (
        gettext(
            "{esprit} is at level {level} and cannot rise to {asked}: "
            "level {cap} is as high as any {rarity} Esprit goes."
        )
        if cap.by_rarity
        else gettext(
            "{esprit} is at level {level} and cannot rise to {asked}: "
            "level {cap} is the cap that your own level sets."
        )
    ).format(
        esprit=name_of(esprit, look),
        level=number(esprit.level),
        asked=number(refusal.asked),
        cap=number(cap.cap),
        rarity=gettext(esprit.rarity),
    )
    ways = [] if cap.by_rarity else _ways_up(cap, look)
    raised = [gettext("What raises it: {ways}.").format(ways=any_of(ways))] if ways else []
    return " ".join([text, *raised, gettext("Nothing was spent.")])


def _ways_up(cap: LevelCap, look: Look) -> list[str]:
    ways = []
    if cap.breaks_left:
        way = gettext("{limitbreak} at that level")
        ways.append(way.format(limitbreak=look.mention("esprit limitbreak")))
    if cap.next_player_level is not None:
        way = gettext("reaching level {level} yourself")
        ways.append(way.format(level=number(cap.next_player_level)))
    return ways
