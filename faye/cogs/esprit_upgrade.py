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
from faye.cogs.shared.look import GOOD_COLOUR, Look, amount, currency_name
from faye.cogs.shared.options import whole_number
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import number, visible
from faye.messages.refusals import InvalidAmount
from faye.messages.upgrade import EspritAtCap, EspritUpgraded, UpgradeEsprit

Answer: TypeAlias = EspritUpgraded | EspritAtCap | CommonRefusal

MOST: Final = "max"
LEVELS_CHARS_MAX: Final = 8
_SUGGESTED: Final = (("1", "1"), ("5", "5"), ("10", "10"), ("as many as I can pay for", MOST))


async def suggest_levels(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """A few numbers, and the word for as many as possible."""
    text = str(typed).strip().casefold()
    return [
        app_commands.Choice(name=name, value=value) for name, value in _SUGGESTED if text in (name + value)
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
            embed = discord.Embed(title="📈 Trained", colour=GOOD_COLOUR)
            embed.description = (
                f"{name_of(esprit, look)} rose from level {number(reply.level_before)} to "
                f"**{number(esprit.level)}** of {number(reply.level_cap)} for {amount('virelite', reply.cost)}."
            )
            embed.add_field(
                name="Power", value=f"💥 {number(reply.power_before)} → **{number(esprit.power)}**"
            )
            if esprit.level >= reply.level_cap:
                embed.add_field(name="At its cap", value=f"See {look.mention('esprit limitbreak')}.")
            embed.set_footer(
                text=f"{number(reply.virelite)} {currency_name('virelite', reply.virelite)} left"
            )
            return Rendered(embeds=(embed,), picture=card(esprit, look, "upgraded", as_thumbnail=True))
        case EspritAtCap():
            return notice(_explain_cap(reply, look))
        case _:
            return refuse(reply, occasion.scene, look)


def _explain_cap(refusal: EspritAtCap, look: Look) -> str:
    """Whose cap it is, and what raises it."""
    esprit, cap = refusal.esprit, refusal.cap
    text = (
        f"{name_of(esprit, look)} is at level {number(esprit.level)} and cannot rise to {number(refusal.asked)}: "
        f"level {number(cap.cap)} is "
    )
    if cap.by_rarity:
        return f"{text}as high as any {esprit.rarity} Esprit goes. Nothing was spent."
    ways = []
    if cap.breaks_left:
        ways.append(f"{look.mention('esprit limitbreak')} at that level")
    if cap.next_player_level is not None:
        ways.append(f"reaching level {number(cap.next_player_level)} yourself")
    raised = f" What raises it: {' or '.join(ways)}." if ways else ""
    return f"{text}the cap that your own level sets.{raised} Nothing was spent."
