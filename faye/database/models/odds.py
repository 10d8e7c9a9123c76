"""The chances of every banner, as they are rolled and as pity makes them in the long run."""

from __future__ import annotations

from msgspec import Struct

from faye.config import GameConfig
from faye.database.models.pulls import PullTable, pull_tables
from faye.database.models.summon import SummonRules
from faye.messages.summon import BannerOdds, Odds, RarityOdds


class LongRun(Struct, frozen=True):
    """Chances by rarity over endless pulls from one banner, and the mean length of a pity cycle in pulls."""

    effective: dict[str, float]
    mean_cycle_pulls: float


class OddsRules(SummonRules):
    """What a player may expect of each banner."""

    def odds(self, *, config: GameConfig) -> Odds:
        """Base and effective rates, and the player's own pity.

        The effective rates are those of pulling from that one banner; banners that share a counter
        also share its progress.
        """
        tables, runs = config.derived(pull_tables), config.derived(long_runs)
        return Odds(
            banners=[
                BannerOdds(
                    banner=name,
                    rates=_rates(table, runs[name]),
                    pity=self.pity(table),
                    pity_threshold=table.threshold,
                    mean_pulls_to_supreme=runs[name].mean_cycle_pulls,
                )
                for name, table in tables.items()
            ]
        )


def long_runs(config: GameConfig) -> dict[str, LongRun]:
    """The long run of every banner, by its name; for `config.derived`."""
    return {name: long_run(table) for name, table in config.derived(pull_tables).items()}


def long_run(table: PullTable) -> LongRun:
    """The stationary rates of the pity counter's Markov chain, which renews itself whenever it is zeroed.

    With v(c) the expected visits of counter c in one cycle, a cycle lasts Σ v(c) pulls, and the share
    v(threshold) / Σ v(c) of all pulls is the one in which the counter decides.
    """
    total = sum(table.weights)
    chances = [weight / total for weight in table.weights]
    visits = [1.0] + [0.0] * table.threshold
    for counter in range(table.threshold):
        for chance, points in zip(chances, table.points, strict=True):
            if points:
                visits[min(counter + points, table.threshold)] += visits[counter] * chance
    cycle = sum(visits)
    decided = visits[-1] / cycle
    effective = {
        rarity: chance * (1 - decided) if points else chance
        for rarity, chance, points in zip(table.rarities, chances, table.points, strict=True)
    }
    lifted = decided * sum(chance for chance, points in zip(chances, table.points, strict=True) if points)
    effective[table.granted] = effective.get(table.granted, 0.0) + lifted
    return LongRun(effective, cycle)


def _rates(table: PullTable, run: LongRun) -> list[RarityOdds]:
    total = sum(table.weights)
    base = {rarity: weight / total for rarity, weight in zip(table.rarities, table.weights, strict=True)}
    return [RarityOdds(rarity, base.get(rarity, 0.0), chance) for rarity, chance in run.effective.items()]
