"""Who is met: wild Esprits by the player's level, and the bosses of trials."""

from __future__ import annotations

from faye.combat.setup import Stand
from faye.config import GameConfig
from faye.config_combat import WildConfig
from faye.database.models.pulls import species_by_rarity
from faye.utils.rng import Rng


def wild_stand(player_level: int, rng: Rng, config: GameConfig) -> Stand:
    """A wild Esprit such as a player of that level meets."""
    wild = _wild_at(player_level, config)
    rarity = list(wild.rarities)[rng.weighted(list(wild.rarities.values()))]
    species = rng.pick(config.derived(species_by_rarity)[rarity])
    level = rng.between(wild.levels.least, wild.levels.most)
    return Stand(
        species=species.code,
        level=min(level, config.esprit.rarities[rarity].level_cap),
        hp_percent=wild.hp_percent,
        hits_percent=wild.attack_percent,
    )


def boss_stand(level_cap: int, config: GameConfig) -> Stand:
    """The boss that guards a level cap; there must be one."""
    boss = config.trials.trials[level_cap].boss
    return Stand(
        species=boss.species, level=boss.level, hp_percent=boss.hp_percent, hits_percent=boss.attack_percent
    )


def _wild_at(player_level: int, config: GameConfig) -> WildConfig:
    wild = config.explore.wild
    return wild[max(level for level in wild if level <= max(player_level, 1))]
