"""The rules of the configuration of exploring, fights, trials and the first steps that span several keys or files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from faye.config_breach import Breach, decimal, has_species, names
from faye.config_types import Range
from faye.vocabulary import CLASSES, CURRENCIES, ELEMENTS

if TYPE_CHECKING:
    from faye.config import GameConfig


def combat_breaches(game: GameConfig) -> Iterator[Breach]:
    """Every breach in the parts of the configuration that lead into fights and out of them."""
    yield from _explore(game)
    yield from _fight(game)
    yield from _trials(game)
    for step, reward in game.tutorial.steps.items():
        yield from names("tutorial", f"steps.{step}", reward, CURRENCIES, "currency")
        if not any(reward.values()):
            # What pays nothing has no line in the ledger, and so could be taken and never be collected.
            yield Breach("tutorial", f"steps.{step}", dict(reward), "a step must pay something")


def _explore(game: GameConfig) -> Iterator[Breach]:
    explore = game.explore
    if explore.energy > game.player.energy_max:
        yield Breach("explore", "energy", explore.energy, "must be at most player.json's energy_max")
    for key in ("pays", "chest", "won_pays"):
        amounts: Mapping[str, Range] = getattr(explore, key)
        yield from names("explore", key, amounts, CURRENCIES, "currency")
        for currency, amount in amounts.items():
            yield from _range("explore", f"{key}.{currency}", amount)
    if not explore.pays or not any(amount.least for amount in explore.pays.values()):
        # An effect needs a line in the ledger, and only what is certain to pay is certain to have one.
        yield Breach(
            "explore", "pays", sorted(explore.pays), "must hold a currency of which some is always found"
        )
    if not sum(explore.encounters.values()):
        yield Breach("explore", "encounters", dict(explore.encounters), "must hold a weight above 0")
    if 1 not in explore.wild:
        yield Breach("explore", "wild", sorted(explore.wild), "must hold who is met at level 1")
    for level, wild in explore.wild.items():
        key = f"wild.{level}"
        yield from _range("explore", f"{key}.levels", wild.levels)
        if not wild.levels.least:
            yield Breach("explore", f"{key}.levels.least", 0, "levels start at 1")
        yield from names("explore", f"{key}.rarities", wild.rarities, game.esprit.rarities, "rarity")
        if not sum(wild.rarities.values()):
            yield Breach("explore", f"{key}.rarities", dict(wild.rarities), "must hold a weight above 0")
        for rarity in wild.rarities:
            if not has_species(game, rarity):
                yield Breach(
                    "explore", f"{key}.rarities.{rarity}", rarity, "the roster must have a species of it"
                )


def _range(stem: str, key: str, amount: Range) -> Iterator[Breach]:
    if amount.least > amount.most:
        yield Breach(stem, f"{key}.least", amount.least, "must be at most `most`")


def _fight(game: GameConfig) -> Iterator[Breach]:
    fight = game.fight
    for key, words, what in (
        ("element_beats", ELEMENTS, "element"),
        ("class_beats", CLASSES, "class"),
        ("skills", CLASSES, "class"),
        ("support_skills", CLASSES, "class"),
    ):
        table: Mapping[str, object] = getattr(fight, key)
        yield from names("fight", key, table, words, what)
        for missing in set(words) - set(table):
            yield Breach("fight", key, missing, f"must hold every {what}")
        for word, beaten in table.items():
            if isinstance(beaten, list):
                yield from names("fight", f"{key}.{word}", beaten, words, what)
    if fight.skill_mana_percent > 100:
        yield Breach("fight", "skill_mana_percent", fight.skill_mana_percent, "nobody has more mana than 100")
    yield from decimal("fight", "mana_percent_per_regen", fight.mana_percent_per_regen, least=Decimal(0))
    thresholds = [rage.below_percent for rage in fight.rage]
    if thresholds != sorted(thresholds):
        yield Breach("fight", "rage", thresholds, "the lowest health stands first")
    if not sum(fight.intents.values()):
        yield Breach("fight", "intents", dict(fight.intents), "must hold a weight above 0")
    for key, skills in (("skills", fight.skills), ("support_skills", fight.support_skills)):
        for word, skill in skills.items():
            if bool(skill.shield_percent) != ("shield" in skill.grants):
                granted = dict(skill.grants)
                yield Breach(
                    "fight", f"{key}.{word}.grants", granted, "must hold both a shield and its turns, or none"
                )
    for word, skill in fight.support_skills.items():
        if not skill.cooldown_turns:
            yield Breach("fight", f"support_skills.{word}.cooldown_turns", 0, "supports have to rest")


def _trials(game: GameConfig) -> Iterator[Breach]:
    trials, player = game.trials, game.player
    caps = set(range(player.level_cap_first, player.level_cap_max, trials.levels_per_trial))
    if caps != set(trials.trials):
        yield Breach(
            "trials", "trials", sorted(trials.trials), f"must hold the caps {sorted(caps)}, and no others"
        )
    for cap, trial in trials.trials.items():
        yield from names("trials", f"trials.{cap}.price", trial.price, CURRENCIES, "currency")
        boss = game.roster.get(trial.boss.species)
        if boss is None:
            yield Breach(
                "trials", f"trials.{cap}.boss.species", trial.boss.species, "must stand in the roster"
            )
        elif trial.boss.level > (most := game.esprit.rarities[boss.rarity].level_cap):
            yield Breach(
                "trials", f"trials.{cap}.boss.level", trial.boss.level, f"must be at most {most}, its cap"
            )
