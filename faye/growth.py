"""How Esprits grow: every species compiled to whole numbers, so that a thousand powers cost a millisecond."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct

from faye.config import GameConfig, Species
from faye.vocabulary import GROWING_STATS, STATS

_UNIT: Final = 10**6
"""Decimals of the configuration (at most six digits after the point) are kept as multiples of 1 / _UNIT."""


class Growth(Struct, frozen=True):
    """One species with the figures of its rarity; stats, weights and factor are in units of 1 / `_UNIT`."""

    species: Species
    folded_name: str
    name_rank: int
    """Where the name stands among all names."""
    rarity_rank: int
    """0 is the lowest rarity."""
    level_cap: int
    growing: tuple[tuple[int, int], ...]
    """Base and weight of each of `GROWING_STATS`, in that order."""
    constant_power: int
    """What the stats that never grow add to the power, in units of 1 / `_UNIT`²."""
    power_factor: int
    percent_per_level: int
    boost: tuple[int, int]
    """Numerator and denominator of one limit break's boost."""
    powers: dict[tuple[int, int], int]
    """Powers computed so far by level and breaks: at most as many as there are of these."""

    def scaling(self, level: int, limit_breaks: int) -> tuple[int, int]:
        """Numerator and denominator of what turns a base in units into a whole stat."""
        numerator, denominator = self.boost
        grown = 100 + self.percent_per_level * (level - 1)
        return grown * numerator**limit_breaks, 100 * _UNIT * denominator**limit_breaks

    def stats(self, level: int, limit_breaks: int) -> dict[str, float]:
        """Every stat: max(1, ⌊base · (1 + growth · (level - 1)) · boost⌋) where it grows, else the base."""
        numerator, denominator = self.scaling(level, limit_breaks)
        stats = dict(self.species.stats)
        for stat, (base, _) in zip(GROWING_STATS, self.growing, strict=True):
            stats[stat] = max(1, base * numerator // denominator)
        return {stat: stats[stat] for stat in STATS}

    def power(self, level: int, limit_breaks: int) -> int:
        """⌊weighted sum of the stats · rarity factor⌋."""
        known = self.powers.get((level, limit_breaks))
        if known is None:
            known = self.powers[level, limit_breaks] = self._power(level, limit_breaks)
        return known

    def _power(self, level: int, limit_breaks: int) -> int:
        numerator, denominator = self.scaling(level, limit_breaks)
        weighed = 0
        for base, weight in self.growing:
            weighed += weight * ((base * numerator // denominator) or 1)
        return (weighed * _UNIT + self.constant_power) * self.power_factor // _UNIT**3


def growths(config: GameConfig) -> dict[str, Growth]:
    """The growth of every species, by its code; to be asked for with `config.derived(growths)`."""
    names = sorted({species.name.casefold() for species in config.roster.values()})
    ranks = {name: rank for rank, name in enumerate(names)}
    return {code: _compile(config, species, ranks) for code, species in config.roster.items()}


def _compile(config: GameConfig, species: Species, name_ranks: dict[str, int]) -> Growth:
    esprit = config.esprit
    weights = {stat: _units(weight) for stat, weight in esprit.power_weights.items()}
    bases = {stat: _units(Decimal(str(base))) for stat, base in species.stats.items()}
    rarity = esprit.rarities[species.rarity]
    return Growth(
        species=species,
        folded_name=species.name.casefold(),
        name_rank=name_ranks[species.name.casefold()],
        rarity_rank=list(esprit.rarities).index(species.rarity),
        level_cap=rarity.level_cap,
        growing=tuple((bases[stat], weights[stat]) for stat in GROWING_STATS),
        constant_power=sum(bases[stat] * weights[stat] for stat in STATS if stat not in GROWING_STATS),
        power_factor=_units(rarity.power_factor),
        percent_per_level=esprit.growth_percent_per_level,
        boost=esprit.limit_break_boost.as_integer_ratio(),
        powers={},
    )


def _units(value: Decimal) -> int:
    return int(value * _UNIT)
