"""The closed lists of words that configuration, roster and rules share."""

from __future__ import annotations

from typing import Final

CURRENCIES: Final = ("faylen", "virelite", "fayrite_shards", "fayrites", "ethryl", "remna")
ELEMENTS: Final = ("Inferno", "Verdant", "Tempest", "Aqua", "Radiant", "Umbral")
CLASSES: Final = ("Mystic", "Destroyer", "Guardian", "Support")
FORMS: Final = (
    "wisp", "bird", "moth", "hopper", "fox", "cat", "hound", "mouse", "bull", "lion", "stag", "serpent", "robed",
    "armoured", "crowned", "colossus",
)  # fmt: skip
"""The shapes that an Esprit can have in pictures."""

STATS: Final = ("hp", "atk", "def", "spd", "mres", "crit", "block", "dodge", "mana", "regen")
GROWING_STATS: Final = ("hp", "atk", "def", "spd", "mres", "mana")
"""Whole numbers that grow with the level; the other stats stay what the species says."""
CHANCE_STATS: Final = ("crit", "block", "dodge")
"""Fractions of 1."""

BANNERS: Final = ("standard", "premium", "daily")
PITY_COUNTERS: Final = ("standard", "premium")
"""The counters that a player's row keeps."""
