"""A rule of the configuration that does not hold, and what checks of several files share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from faye.config import GameConfig

DECIMALS_MAX = 6
"""Digits after the point of a configured decimal: enough for any rate, few enough for exact arithmetic."""


class Breach(Struct, frozen=True):
    """A rule that does not hold: the file's stem, the key in it, its value, and the rule."""

    stem: str
    key: str
    value: object
    rule: str


def has_species(game: GameConfig, rarity: str) -> bool:
    """Whether the roster has a species of that rarity."""
    return any(species.rarity == rarity for species in game.roster.values())


def names(stem: str, key: str, names: Iterable[str], among: Collection[str], what: str) -> Iterator[Breach]:
    """A breach for each of `names` that is none of `among`."""
    for name in names:
        if name not in among:
            yield Breach(stem, f"{key}.{name}", name, f"must be {'an' if what[0] in 'aeiou' else 'a'} {what}")


def decimal(
    stem: str,
    key: str,
    value: Decimal,
    *,
    least: Decimal,
    most: Decimal = Decimal(1_000_000),
    decimals_max: int = DECIMALS_MAX,
) -> Iterator[Breach]:
    """The breach if `value` is no plain number in [least, most] with few decimals."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not least <= value <= most:
        yield Breach(stem, key, str(value), f"must lie between {least} and {most}")
    elif -exponent > decimals_max:
        yield Breach(stem, key, str(value), f"has at most {decimals_max} decimals")
