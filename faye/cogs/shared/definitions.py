"""The commands as Discord knows them: sent only when they differ, since it limits how often they may be."""

from __future__ import annotations

import logging
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import discord
from discord import app_commands
from discord.http import HTTPClient, Route

from faye.config import GameConfig
from faye.utils.language import language_of, translated

log = logging.getLogger(__name__)

AnyContext: TypeAlias = app_commands.TranslationContext[Any, Any]
CommandIds: TypeAlias = dict[str, int]
"""Top-level command name → id."""


@runtime_checkable
class DefinedByFigures(Protocol):
    """A cog of which figures of the game stand in the commands' definitions."""

    def define(self, game: GameConfig) -> None:
        """Let the definitions say what `game` allows."""
        ...


_COMPARED: Final = (
    "name",
    "description",
    "type",
    "required",
    "choices",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
    "channel_types",
    "default_member_permissions",
    "nsfw",
    "value",
    "name_localizations",
    "description_localizations",
)

_WORDS_OF_THE_GAME: Final = frozenset(
    {
        app_commands.TranslationContextLocation.command_description,
        app_commands.TranslationContextLocation.group_description,
        app_commands.TranslationContextLocation.parameter_description,
        app_commands.TranslationContextLocation.choice_name,
    }
)
"""What is said of commands. Their names and those of options stay: players tell each other how to type them."""


class CatalogueTranslator(app_commands.Translator):
    """Says in each of Discord's locales what the catalogues have for it."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: AnyContext
    ) -> str | None:
        """The text in that locale; None where it is what Discord shows anyway."""
        if context.location not in _WORDS_OF_THE_GAME:
            return None
        said = translated(string.message, language_of(str(locale)))
        return None if said == string.message else said


async def sync_if_changed(
    tree: app_commands.CommandTree[Any], http: HTTPClient, ids: CommandIds, guild_id: int | None = None
) -> bool:
    """Make Discord's global commands, or those of one guild, those of `tree` and fill `ids`; whether they were sent.

    What Discord holds is asked for and compared: unlike a remembered digest it cannot be out of date.
    """
    application_id = tree.client.application_id
    assert application_id is not None, "commands are synced after the login"
    wanted = await definitions(tree, guild_id)
    try:
        known = await _known(http, application_id, guild_id)
    except discord.HTTPException as error:
        log.info("the commands that discord holds cannot be read (%s): sending ours", error.status)
        known = []
    changed = outline(known) != outline(wanted)
    if changed:
        known = await _send(http, application_id, wanted, guild_id) or known
    ids.update({command["name"]: int(command["id"]) for command in known})
    return changed


async def definitions(tree: app_commands.CommandTree[Any], guild_id: int | None = None) -> list[Any]:
    """The global commands of `tree`, or those of one guild, as Discord takes them, in all languages."""
    guild, translator = None if guild_id is None else discord.Object(guild_id), CatalogueTranslator()
    return [
        await command.get_translated_payload(tree, translator) for command in tree.get_commands(guild=guild)
    ]


async def _known(http: HTTPClient, application_id: int, guild_id: int | None) -> list[Any]:
    """The commands that Discord holds; the library does not ask for them in all languages, and so could not compare."""
    scope = f"/applications/{application_id}" + ("" if guild_id is None else f"/guilds/{guild_id}")
    found: list[Any] = await http.request(
        Route("GET", f"{scope}/commands"), params={"with_localizations": "true"}
    )
    return found


async def _send(http: HTTPClient, application_id: int, wanted: list[Any], guild_id: int | None) -> list[Any]:
    """The commands as Discord took them; none if it did not: then those that it holds go on working."""
    try:
        taken: list[Any] = (
            await http.bulk_upsert_global_commands(application_id, payload=wanted)
            if guild_id is None
            else await http.bulk_upsert_guild_commands(application_id, guild_id, payload=wanted)
        )
    except discord.HTTPException as error:
        log.error("discord did not take the commands: %s", error)
        return []
    log.info("%d commands synced", len(taken))
    return taken


def outline(commands: list[dict[str, Any]]) -> dict[str, Any]:
    """What users see of commands, by name: comparable whether we made them or Discord gave them back."""
    return {f"{command.get('type', 1)}/{command['name']}": _outline(command) for command in commands}


def _outline(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: node[key] for key in _COMPARED if node.get(key) not in (None, False, [], {})}
    if "choices" in kept:
        kept["choices"] = [
            (choice["name"], choice["value"], choice.get("name_localizations") or {})
            for choice in kept["choices"]
        ]
    if "default_member_permissions" in node and node["default_member_permissions"] is not None:
        kept["default_member_permissions"] = str(
            node["default_member_permissions"]
        )  # of ours a number, 0 among them
    kept["options"] = [_outline(option) for option in node.get("options") or []]
    kept["type"] = node.get("type", 1)
    return kept
