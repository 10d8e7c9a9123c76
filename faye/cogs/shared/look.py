"""How the game's things look in Discord: names, emoji, colours, and mentions of commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import discord
from msgspec import Struct

from faye.cogs.shared.texts import number
from faye.config import Config, Species
from faye.utils.language import gettext, gettext_noop, ngettext, ngettext_noop

CURRENCY_EMOJI: Final[Mapping[str, str]] = {
    "faylen": "🪙",
    "virelite": "🧪",
    "fayrite_shards": "🔷",
    "fayrites": "💠",
    "ethryl": "🔮",
    "remna": "🕯️",
}

_CURRENCY_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "faylen": ngettext_noop("faylen", "faylen"),
    "virelite": ngettext_noop("virelite", "virelite"),
    "fayrite_shards": ngettext_noop("fayrite shard", "fayrite shards"),
    "fayrites": ngettext_noop("fayrite", "fayrites"),
    "ethryl": ngettext_noop("ethryl", "ethryl"),
    "remna": ngettext_noop("remna", "remna"),
}
"""Singular and plural of each currency."""

CURRENCY_USES: Final[Mapping[str, str]] = {
    "faylen": gettext_noop("for trials"),
    "virelite": gettext_noop("to train Esprits"),
    "fayrite_shards": gettext_noop("to craft fayrites"),
    "fayrites": gettext_noop("for standard summons"),
    "ethryl": gettext_noop("for premium summons"),
    "remna": gettext_noop("to break their limits, and for trials"),
}
"""What a currency is for, where the game already has a use for it."""

ELEMENT_EMOJI: Final[Mapping[str, str]] = {
    "Inferno": "🔥",
    "Verdant": "🌿",
    "Tempest": "⚡",
    "Aqua": "💧",
    "Radiant": "☀️",
    "Umbral": "🌑",
}

CLASS_EMOJI: Final[Mapping[str, str]] = {
    "Mystic": "🪄",
    "Destroyer": "⚔️",
    "Guardian": "🛡️",
    "Support": "💞",
}

HOME_COLOUR: Final = discord.Colour(0x7C6CF2)
QUIET_COLOUR: Final = discord.Colour(0x5C6370)
GOOD_COLOUR: Final = discord.Colour(0x4FB477)


class Look(Struct, frozen=True):
    """What renderers know of the game's configuration, and the ids of the commands that they mention."""

    config: Config
    command_ids: dict[str, int]
    """Top-level command name → id; filled once the commands are known to Discord."""

    def mention(self, command: str) -> str:
        """A clickable mention of a command such as `esprit details`; its plain name while no id is known."""
        command_id = self.command_ids.get(command.split(maxsplit=1)[0])
        return f"`/{command}`" if command_id is None else f"</{command}:{command_id}>"

    def species(self, code: str) -> Species | None:
        """A species by its code; None when the roster no longer has it."""
        return self.config.game.roster.get(code)

    def species_name(self, code: str) -> str:
        """The name of a species, or its code when the roster no longer has it."""
        species = self.species(code)
        return species.name if species else code

    def rarity_emoji(self, rarity: str) -> str:
        """The emoji of a rarity."""
        known = self.config.game.esprit.rarities.get(rarity)
        return known.emoji if known else "▫️"

    def rarity_colour(self, rarity: str) -> discord.Colour:
        """The colour of a rarity."""
        known = self.config.game.esprit.rarities.get(rarity)
        return discord.Colour.from_str(known.colour) if known else HOME_COLOUR

    def rarest(self, rarities: list[str]) -> str:
        """The highest of `rarities`, which must not be empty; configuration lists them from the lowest."""
        order = list(self.config.game.esprit.rarities)
        return max(rarities, key=lambda rarity: order.index(rarity) if rarity in order else -1)


def amount(currency: str, value: int) -> str:
    """So much of a currency: emoji, figure, name."""
    emoji = CURRENCY_EMOJI.get(currency, "▫️")
    return f"{emoji} **{number(value)}** {currency_name(currency, value)}"


def counted(currency: str, value: int) -> str:
    """So much of a currency in plain words: figure, name."""
    return f"{number(value)} {currency_name(currency, value)}"


def currency_name(currency: str, value: int = 0) -> str:
    """The name of a currency for `value` of it (plural if left out), or the word itself if it is none."""
    names = _CURRENCY_NAMES.get(currency)
    return ngettext(*names, value) if names else currency


def esprits(count: int) -> str:
    """So many Esprits, in words."""
    return ngettext("{count} Esprit", "{count} Esprits", count).format(count=number(count))


def days(count: int) -> str:
    """So many days, in words."""
    return ngettext("**{count}** day", "**{count}** days", count).format(count=number(count))


def kind(element: str, esprit_class: str) -> str:
    """Element and class in words, with their emoji."""
    parts = (
        ELEMENT_EMOJI.get(element),
        gettext(element),
        CLASS_EMOJI.get(esprit_class),
        gettext(esprit_class),
    )
    return " ".join(part for part in parts if part)
