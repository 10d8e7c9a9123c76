"""What operators are offered while they type what to give or to take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from discord import app_commands

from faye.cogs.shared.flow import Interaction
from faye.cogs.shared.look import currency_name
from faye.cogs.shared.options import identifier
from faye.cogs.shared.texts import visible
from faye.messages.esprit import FindEsprits
from faye.utils.language import gettext
from faye.vocabulary import CURRENCIES


async def suggest_gifts(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Currencies and species by name."""
    roster = interaction.client.flow.look.config.game.roster.values()
    return _choices(typed, [*_currencies(), *((species.name, species.code) for species in roster)])


async def suggest_belongings(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Currencies, and the Esprits of the user who was chosen."""
    flow, found = interaction.client.flow, []
    if (owner_id := _chosen_user(interaction)) is not None:
        query = FindEsprits(player_id=0, text=str(typed), limit=flow.look.config.bot.autocomplete_choices)
        for esprit in await flow.suggest(interaction, query, owner_id=owner_id):
            described = gettext("{name} · level {level} · {rarity}").format(
                name=esprit.name, level=esprit.level, rarity=gettext(esprit.rarity)
            )
            found.append((described, str(esprit.id)))
    return _choices(typed, _currencies(), found)


def _currencies() -> list[tuple[str, str]]:
    return [(currency_name(currency), currency) for currency in CURRENCIES]


def _choices(
    typed: object, offered: Iterable[tuple[str, str]], more: Iterable[tuple[str, str]] = ()
) -> list[app_commands.Choice[str]]:
    """Those of `offered` whose name contains what was typed, then `more`, as many as Discord takes."""
    sought = visible(str(typed)).casefold()
    fitting = [(name, value) for name, value in offered if sought in name.casefold()]
    return [app_commands.Choice(name=name[:100], value=value) for name, value in (*fitting, *more)][:25]


def _chosen_user(interaction: Interaction) -> int | None:
    """The id in the option `user` of a command that is still being typed, which no library resolves."""
    data: Any = interaction.data or {}
    for part in data.get("options", ()):
        for option in part.get("options", ()):
            if option.get("name") == "user":
                return identifier(str(option.get("value")))
    return None
