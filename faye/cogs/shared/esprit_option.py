"""The option that names one of a player's Esprits: suggested by name, checked like everything that users type."""

from __future__ import annotations

from typing import Final

from discord import app_commands

from faye.cogs.shared.flow import Interaction
from faye.cogs.shared.rendered import notice
from faye.cogs.shared.texts import number, visible
from faye.messages.esprit import EspritView, FindEsprits
from faye.utils.language import gettext

NAME_CHARS_MAX: Final = 40


async def suggest_esprits(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Esprits of the player's own whose names contain what was typed."""
    flow = interaction.client.flow
    text = visible(str(typed))[:NAME_CHARS_MAX]  # a client of one's own may send a number
    query = FindEsprits(player_id=0, text=text, limit=flow.look.config.bot.autocomplete_choices)
    return [
        app_commands.Choice(name=_suggestion(found)[:100], value=str(found.id))
        for found in await flow.suggest(interaction, query)
    ]


def _suggestion(esprit: EspritView) -> str:
    return gettext("{name} · {rarity} · level {level}").format(
        name=esprit.name, rarity=gettext(esprit.rarity), level=number(esprit.level)
    )


async def suggest_names(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The names that contain what was typed, of Esprits of the player's own, each once."""
    flow = interaction.client.flow
    text, limit = visible(str(typed))[:NAME_CHARS_MAX], flow.look.config.bot.autocomplete_choices
    query = FindEsprits(player_id=0, text=text, limit=limit, one_of_each=True)
    found = await flow.suggest(interaction, query)
    return [
        app_commands.Choice(name=f"{each.name} · {gettext(each.rarity)}"[:100], value=each.name)
        for each in found
    ]


async def esprit_named(interaction: Interaction, given: object) -> str | None:
    """The id or name that was given; None, and the user was told, if it can be neither."""
    text = visible(str(given))
    if 1 <= len(text) <= NAME_CHARS_MAX:
        return text
    said = gettext("A name has between 1 and {most} characters. Nothing was done.")
    await interaction.client.flow.say(interaction, notice(said.format(most=number(NAME_CHARS_MAX))))
    return None
