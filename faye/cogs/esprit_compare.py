"""/esprit compare: two Esprits side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import discord
from discord import app_commands

from faye.cogs.shared.errand import errand
from faye.cogs.shared.esprit_commands import EspritCommands
from faye.cogs.shared.esprit_looks import brief, figure, name_of, padded, sheet, stat_label
from faye.cogs.shared.esprit_option import NAME_CHARS_MAX, esprit_named, suggest_esprits
from faye.cogs.shared.flow import Ack, Interaction
from faye.cogs.shared.look import HOME_COLOUR, Look, kind
from faye.cogs.shared.presenter import Occasion, presentation
from faye.cogs.shared.refusals import CommonRefusal, refuse
from faye.cogs.shared.rendered import Rendered, notice
from faye.cogs.shared.texts import number
from faye.messages.compare import Compared, CompareEsprits, EspritComparison, SameEsprit
from faye.utils.language import gettext, ngettext

Answer: TypeAlias = EspritComparison | SameEsprit | CommonRefusal

FIRST, SECOND, EVEN = "◂", "▸", "="
_FIGURE_CHARS: Final = 9


class CompareCommands(EspritCommands):
    """Comparisons."""

    @app_commands.command(extras={"limit": "read"})
    @app_commands.describe(first="The name of one of your Esprits", second="The name of another one")
    @app_commands.autocomplete(first=suggest_esprits, second=suggest_esprits)
    async def compare(
        self,
        interaction: Interaction,
        first: app_commands.Range[str, 1, NAME_CHARS_MAX],
        second: app_commands.Range[str, 1, NAME_CHARS_MAX],
    ) -> None:
        """Put two of your Esprits side by side."""
        one = await esprit_named(interaction, first)
        other = None if one is None else await esprit_named(interaction, second)
        if one is not None and other is not None:
            query = CompareEsprits(player_id=0, first=one, second=other)
            asked = errand(query, "compare", self.flow.scene(interaction))
            await self.flow.run(interaction, asked, Ack.PUBLIC)


@presentation("compare")
def render_compare(reply: Answer, occasion: Occasion) -> Rendered:
    """Every figure of both, with an arrow to the one that is ahead."""
    look = occasion.look
    match reply:
        case EspritComparison():
            rows = _rows(reply.first, reply.second)
            embed = discord.Embed(title=gettext("⚖️ Side by side"), colour=HOME_COLOUR)
            embed.description = "\n".join(
                f"{arrow} {brief(each.esprit, look)} · {kind(each.esprit.element, each.esprit.esprit_class)}"
                for arrow, each in ((FIRST, reply.first), (SECOND, reply.second))
            )
            embed.add_field(name=gettext("Figures"), value="```\n" + "\n".join(rows) + "\n```", inline=False)
            embed.add_field(name=gettext("Ahead"), value=_ahead(rows, reply, look), inline=False)
            both = (reply.first.esprit, reply.second.esprit)
            return Rendered(embeds=(embed,), picture=sheet(both, look, "compared"))
        case SameEsprit():
            text = gettext("Both are the same: {esprit}. Choose another one for one of them.")
            return notice(text.format(esprit=name_of(reply.esprit, look)))
        case _:
            return refuse(reply, occasion.scene, look)


def _rows(first: Compared, second: Compared) -> list[str]:
    labels = [gettext("Level"), gettext("Level cap"), gettext("Power"), *map(stat_label, first.stats)]
    return [
        f"{label}{figures}" for label, figures in zip(padded(labels), _figures(first, second), strict=True)
    ]


def _figures(first: Compared, second: Compared) -> Iterator[str]:
    yield _against("level", first.esprit.level, second.esprit.level)
    yield _against("level cap", first.level_cap, second.level_cap)
    yield _against("power", first.esprit.power, second.esprit.power)
    for stat, value in first.stats.items():
        yield _against(stat, value, second.stats.get(stat, 0))


def _against(name: str, left: float, right: float) -> str:
    arrow = EVEN if left == right else FIRST if left > right else SECOND
    one, other = (f"{figure(name, value):>{_FIGURE_CHARS}}" for value in (left, right))
    return f"{one} {arrow} {other}"


def _ahead(rows: list[str], reply: EspritComparison, look: Look) -> str:
    """Who is ahead in how many figures."""
    text = ngettext(
        "{first} in {first_count} · {second} in {second_count} of {total} figure",
        "{first} in {first_count} · {second} in {second_count} of {total} figures",
        len(rows),
    )
    return text.format(
        first=name_of(reply.first.esprit, look),
        first_count=number(sum(f" {FIRST} " in row for row in rows)),
        second=name_of(reply.second.esprit, look),
        second_count=number(sum(f" {SECOND} " in row for row in rows)),
        total=number(len(rows)),
    )
