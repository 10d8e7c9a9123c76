from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from faye.config import Species, load_config
from faye.utils.card_text import printable
from faye.vocabulary import CLASSES, ELEMENTS, STATS

CONFIG = load_config(Path(__file__).resolve().parents[3] / "config")
ROSTER = tuple(CONFIG.game.roster.values())
RARITIES = tuple(CONFIG.game.esprit.rarities)
MEANS = {
    "Common": (91, 7.8, 5.5, 7.3, 5.2, 0.028, 0.013, 0.025, 16, 0.8),
    "Uncommon": (112, 11.1, 6.6, 8.3, 7.1, 0.046, 0.024, 0.032, 20, 1.0),
    "Rare": (131, 13.1, 9.1, 8.9, 10, 0.059, 0.047, 0.037, 24, 1.2),
    "Epic": (146, 16.1, 11.1, 9.8, 12.5, 0.081, 0.054, 0.041, 30, 1.6),
    "Celestial": (168, 16.2, 13.1, 10.5, 15.8, 0.093, 0.062, 0.048, 41, 2.2),
    "Supreme": (175, 20.1, 13.3, 12.1, 15.2, 0.127, 0.067, 0.062, 41, 2.1),
    "Deity": (209, 20.8, 15.6, 11.9, 19, 0.146, 0.099, 0.072, 56, 2.9),
}


def mean(stat: str, species: list[Species]) -> float:
    return sum(one.stats[stat] for one in species) / len(species)


def test_there_are_more_than_a_hundred_species_over_seven_rarities() -> None:
    assert len(ROSTER) >= 105
    assert Counter(one.rarity for one in ROSTER).keys() == set(MEANS) == set(RARITIES)
    assert min(Counter(one.rarity for one in ROSTER).values()) >= 13


@pytest.mark.parametrize(("rarity", "element"), [*product(RARITIES, ELEMENTS)])
def test_every_rarity_has_species_of_every_element(rarity: str, element: str) -> None:
    assert sum(one.rarity == rarity and one.element == element for one in ROSTER) >= 2


@pytest.mark.parametrize("rarity", RARITIES)
def test_base_stats_lie_near_the_means_of_the_rule_book(rarity: str) -> None:
    species = [one for one in ROSTER if one.rarity == rarity]
    for stat, expected in zip(STATS, MEANS[rarity], strict=True):
        assert mean(stat, species) == pytest.approx(expected, rel=0.05), stat


def test_classes_lean_to_what_they_are_for() -> None:
    by_class = {
        name: [one for one in ROSTER if one.esprit_class == name and one.rarity in RARITIES[3:]]
        for name in CLASSES
    }
    for stat, strongest in {
        "atk": "Destroyer",
        "crit": "Destroyer",
        "def": "Guardian",
        "block": "Guardian",
        "hp": "Guardian",
        "spd": "Mystic",
        "mana": "Mystic",
        "regen": "Support",
    }.items():
        assert max(CLASSES, key=lambda name: mean(stat, by_class[name])) == strongest, stat


def test_every_class_has_a_fair_share() -> None:
    assert min(Counter(one.esprit_class for one in ROSTER).values()) >= len(ROSTER) // 5


def test_names_and_lore_are_all_different_and_can_be_written_on_cards() -> None:
    assert len({one.lore for one in ROSTER}) == len({one.name.casefold() for one in ROSTER}) == len(ROSTER)
    for one in ROSTER:
        assert printable(one.name) == one.name
        assert one.lore == one.lore.strip()
        assert one.lore.endswith(".")
        assert 40 <= len(one.lore) <= 160
