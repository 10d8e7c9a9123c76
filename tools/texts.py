"""Gather every text that users read into `faye/locales/faye.pot`, and bring the catalogues up to date with it.

Three sources: what passes `gettext` in the code, the definitions of the commands, and the words of the shipped game
configuration. What a catalogue lacks afterwards stands there empty, what has changed is marked as fuzzy; both come out
in English until somebody has translated them.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from discord import app_commands
from discord.ext import commands

from faye.cogs import FEATURES
from faye.config import GameConfig, load_config
from faye.utils.language import CATALOGUES
from faye.vocabulary import CLASSES, ELEMENTS

ROOT: Final = Path(__file__).resolve().parent.parent
TEMPLATE: Final = CATALOGUES / "faye.pot"
_KEYWORDS: Final[dict[str, Any]] = {
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_noop": (1, 2),
}
_MADE: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""Stands in the headers, so that a template says the same whenever it is made."""

Text: TypeAlias = str | tuple[str, ...]
"""A text, or its singular and plural."""


def template() -> Catalog:
    """All texts, each with where it comes from, in that order."""
    catalog = Catalog(project="Faye", version="1", creation_date=_MADE, revision_date=_MADE, fuzzy=False)
    for text, place in (
        *_in_the_code(),
        *_in_the_definitions(),
        *_in_the_game(load_config(ROOT / "config").game),
    ):
        catalog.add(text, locations=[(place, 0)])
    return catalog


def updated(path: Path) -> Catalog:
    """A catalogue with all texts of today: translated as it was, or empty, or fuzzy."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    catalog.update(template())
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = _MADE
    return catalog


def write(catalog: Catalog, path: Path) -> None:
    """Write a catalogue as it is kept."""
    with path.open("wb") as file:
        write_po(file, catalog, width=110, include_lineno=False, ignore_obsolete=True)


def _in_the_code() -> Iterator[tuple[Text, str]]:
    for name, _, text, _, _ in extract_from_dir(ROOT / "faye" / "cogs", keywords=_KEYWORDS):
        yield text, f"faye/cogs/{name}"


def _in_the_definitions() -> Iterator[tuple[Text, str]]:
    for feature in FEATURES:
        module = importlib.import_module(f"faye.cogs.{feature}")
        cogs = [
            each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, commands.Cog)
        ]
        for cog in cogs:
            if issubclass(cog, commands.GroupCog):
                yield str(cog.__cog_group_description__), f"/{cog.__cog_group_name__}"
            for command in cog.__cog_app_commands__:
                yield from _of(command)


def _of(command: app_commands.Command[Any, ..., Any] | app_commands.Group) -> Iterator[tuple[Text, str]]:
    place = f"/{command.qualified_name.replace(' ', '/')}"
    yield command.description, place
    if isinstance(command, app_commands.Group):
        for inner in command.commands:
            yield from _of(inner)
        return
    for parameter in command.parameters:
        yield str(parameter.description), place
        yield from (
            (choice.name, place) for choice in parameter.choices if any(map(str.isalpha, choice.name))
        )


def _in_the_game(game: GameConfig) -> Iterator[tuple[Text, str]]:
    for word in (*game.esprit.rarities, *ELEMENTS, *CLASSES):
        yield word, "the game's words"
    for skill in (*game.fight.skills.values(), *game.fight.support_skills.values()):
        yield skill.name, "config/fight.json"
    for species in game.roster.values():
        yield species.lore, "config/roster.json"


def main() -> None:
    """Write the template and all catalogues; tell what is left to be translated."""
    write(template(), TEMPLATE)
    for path in sorted(CATALOGUES.glob("*.po")):
        catalog = updated(path)
        write(catalog, path)
        left = [
            message for message in catalog if message.id and (message.fuzzy or not _is_said(message.string))
        ]
        print(
            f"{path.relative_to(ROOT)}: {len(catalog)} texts, {len(left)} to be translated", file=sys.stderr
        )


def _is_said(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    main()
