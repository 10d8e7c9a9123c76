"""One Esprit with its card, and the menu that picks one of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import discord

from faye.cogs.shared.errand import Errand, Scene, errand
from faye.cogs.shared.esprit_looks import MARKS, card, figure, padded, stat_label
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, amount, kind
from faye.cogs.shared.options import identifier
from faye.cogs.shared.presenter import Occasion, Request, presentation
from faye.cogs.shared.presses import SNOWFLAKE, Pressable, custom_id
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import escape, full, number
from faye.messages import Query, Reply
from faye.messages.esprit import EspritChoices, EspritDetails, EspritView, FindEsprits, GetEsprit
from faye.utils.language import gettext, ngettext

Answer: TypeAlias = EspritDetails | EspritChoices | CommonRefusal

OPTIONS_MAX: Final = 25


class PickEsprit(
    Pressable, discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"pick:(?P<owner>{SNOWFLAKE})"
):
    """Opens one of the listed Esprits."""

    def __init__(self, owner_id: int, options: Sequence[discord.SelectOption]) -> None:
        self.owner_id = owner_id
        identity = custom_id("pick", owner_id)
        super().__init__(
            discord.ui.Select(
                custom_id=identity, placeholder=gettext("Look closer at…"), options=list(options)
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> PickEsprit:
        """The menu that was used."""
        return cls(int(match["owner"]), item.options if isinstance(item, discord.ui.Select) else [])

    async def press(self, interaction: Interaction) -> None:
        """Show the chosen Esprit, privately, beside the list."""
        flow = interaction.client.flow
        esprit_id = identifier(self.item.values[0]) if self.item.values else None
        if esprit_id is None:
            await flow.say_stale(interaction)
            return
        query = GetEsprit(player_id=0, esprit_id=esprit_id)
        await flow.run(interaction, errand(query, "esprit", flow.scene(interaction)), Ack.PRIVATE)


def details_errand(text: str, scene: Scene) -> Errand:
    """The errand that shows the Esprit with the id, or the name, that `text` gives."""
    esprit_id = identifier(text)
    query = (
        FindEsprits(player_id=0, text=text, limit=OPTIONS_MAX)
        if esprit_id is None
        else GetEsprit(player_id=0, esprit_id=esprit_id)
    )
    return errand(query, "esprit", scene)


def _open_the_only_one(request: Request, reply: Reply) -> Query | None:
    """A name that means exactly one Esprit leads straight to it."""
    if not (isinstance(reply, EspritChoices) and isinstance(request, FindEsprits)):
        return None
    named = [esprit for esprit in reply.esprits if esprit.name.casefold() == request.text.casefold()]
    meant = named if len(named) == 1 else reply.esprits
    return GetEsprit(player_id=0, esprit_id=meant[0].id) if len(meant) == 1 else None


@presentation("esprit", follow=_open_the_only_one)
def render_esprit(reply: Answer, occasion: Occasion) -> Rendered:
    """The Esprit with its card, or the menu of those that a name could mean."""
    request, scene, look = occasion.request, occasion.scene, occasion.look
    match reply:
        case EspritDetails():
            return _render_details(reply, look)
        case EspritChoices(esprits=[]):
            sought = (
                escape(request.text, NAME_CHARS_MAX) if isinstance(request, FindEsprits) else gettext("that")
            )
            text = gettext(
                "None of your Esprits is called “{sought}”. {collection} shows all that are yours."
            )
            return notice(text.format(sought=sought, collection=look.mention("esprit collection")))
        case EspritChoices():
            embed = discord.Embed(description=gettext("Which of these do you mean?"), colour=HOME_COLOUR)
            return Rendered(
                embeds=(embed,), items=(PickEsprit(scene.user_id, options_of(reply.esprits, look)),)
            )
        case _:
            return refuse(reply, scene, look)


def options_of(esprits: Sequence[EspritView], look: Look) -> list[discord.SelectOption]:
    """A menu's options for Esprits, at most as many as a menu holds."""
    return [
        discord.SelectOption(
            label=esprit.name[:100],
            value=str(esprit.id),
            description=_in_short(esprit)[:100],
            emoji=look.rarity_emoji(esprit.rarity),
        )
        for esprit in esprits[:OPTIONS_MAX]
    ]


def _in_short(esprit: EspritView) -> str:
    return gettext("{rarity} · level {level} · power {power}").format(
        rarity=gettext(esprit.rarity), level=number(esprit.level), power=number(esprit.power)
    )


def _render_details(reply: EspritDetails, look: Look) -> Rendered:
    esprit = reply.esprit
    embed = discord.Embed(
        title=f"{look.rarity_emoji(esprit.rarity)} {esprit.name}",
        description=f"**{gettext(esprit.rarity)}** · {kind(esprit.element, esprit.esprit_class)}\n"
        f"*{gettext(reply.lore)}*",
        colour=look.rarity_colour(esprit.rarity),
    )
    embed.add_field(name=gettext("Level"), value=_level(reply))
    embed.add_field(name=gettext("Power"), value=f"💥 **{number(esprit.power)}**")
    embed.add_field(name=gettext("Next level"), value=_next_level(reply))
    embed.add_field(name=gettext("Stats"), value=_stats(reply.stats), inline=False)
    if status := _status(esprit):
        embed.add_field(name=gettext("Status"), value=status)
    embed.add_field(name=gettext("With you since"), value=full(reply.gained_at))
    return Rendered(embeds=(embed,), picture=card(esprit, look, "esprit"))


def _level(reply: EspritDetails) -> str:
    breaks = reply.esprit.limit_breaks
    level = gettext("**{level}** of {cap}").format(
        level=number(reply.esprit.level), cap=number(reply.level_cap)
    )
    if not breaks:
        return level
    broken = ngettext("{count} limit break", "{count} limit breaks", breaks).format(count=number(breaks))
    return f"{level}\n{broken}"


def _next_level(reply: EspritDetails) -> str:
    if reply.next_level_cost is None:
        return gettext("at its highest level for now")
    return amount("virelite", reply.next_level_cost)


def _stats(stats: dict[str, float]) -> str:
    labels = padded([stat_label(stat) for stat in stats])
    rows = [
        f"{label}{figure(stat, value):>9}" for label, (stat, value) in zip(labels, stats.items(), strict=True)
    ]
    return "```\n" + "\n".join(rows) + "\n```"


def _status(esprit: EspritView) -> str:
    return "\n".join(f"{mark} {gettext(meaning)}" for mark, meaning, holds in MARKS if holds(esprit))
