"""Pulling from a banner: exact weights, and pity pull by pull."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from faye.config import BannerConfig, GameConfig, Species
from faye.utils.rng import Rng


class Rolled(Struct, frozen=True):
    """What one pull came to: its species, the pity counter after it, and whether the counter decided."""

    species: Species
    pity: int
    by_pity: bool


class PullTable(Struct, frozen=True):
    """One banner made ready for rolling: parallel tuples over its rarities, from the lowest up."""

    rarities: tuple[str, ...]
    weights: tuple[int, ...]
    """Exact multiples of the configured percentages."""
    points: tuple[int, ...]
    """What a pull adds to the pity counter; 0 stands for a rarity that zeroes it."""
    species: dict[str, tuple[Species, ...]]
    counter: str
    threshold: int
    granted: str

    def roll(self, pity: int, rng: Rng) -> Rolled:
        """One pull that finds the counter at `pity`.

        At the threshold it rolls like any other, and what falls below the granted rarity is lifted to it.
        """
        index = rng.weighted(self.weights)
        rarity, points = self.rarities[index], self.points[index]
        by_pity = bool(points) and pity >= self.threshold
        if by_pity:
            rarity = self.granted
        pity_after = min(pity + points, self.threshold) if points and not by_pity else 0
        return Rolled(rng.pick(self.species[rarity]), pity_after, by_pity)


def species_by_rarity(config: GameConfig) -> dict[str, tuple[Species, ...]]:
    """The roster by rarity, in the order of its file; for `config.derived`."""
    species = config.roster.values()
    return {rarity: tuple(s for s in species if s.rarity == rarity) for rarity in config.esprit.rarities}


def pull_tables(config: GameConfig) -> dict[str, PullTable]:
    """A table for every banner, by its name; for `config.derived`."""
    return {name: _compile(config, banner) for name, banner in config.summon.banners.items()}


def _compile(config: GameConfig, banner: BannerConfig) -> PullTable:
    rates = {
        rarity: banner.rates_percent[rarity]
        for rarity in config.esprit.rarities
        if rarity in banner.rates_percent
    }
    return PullTable(
        rarities=tuple(rates),
        weights=_whole(tuple(rates.values())),
        points=tuple(config.summon.pity_points.get(rarity, 0) for rarity in rates),
        species=config.derived(species_by_rarity),
        counter=banner.pity,
        threshold=config.summon.pity_thresholds[banner.pity],
        granted=config.summon.pity_grants,
    )


def _whole(rates: tuple[Decimal, ...]) -> tuple[int, ...]:
    """`rates` times the smallest power of ten that makes all of them whole."""
    decimals = max(0, *(-int(rate.as_tuple().exponent) for rate in rates))
    return tuple(int(rate.scaleb(decimals)) for rate in rates)
