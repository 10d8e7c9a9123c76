from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faye.config import GameConfig
from faye.vocabulary import GROWING_STATS, STATS
from tests.unit.models.rules import esprit

FACTORS = {
    "Common": "1",
    "Uncommon": "1.1",
    "Rare": "1.25",
    "Epic": "1.4",
    "Celestial": "1.6",
    "Supreme": "1.8",
    "Deity": "2",
}
WEIGHTS = dict(zip(STATS, ("0.25", "2.5", "2.5", "3", "2", "500", "500", "600", "0.5", "100"), strict=True))


def exact_stats(game: GameConfig, code: str, level: int, breaks: int) -> dict[str, Fraction]:
    """The rule book's formula, written down once more in fractions."""
    growth = (1 + Fraction(5, 100) * (level - 1)) * Fraction(11, 10) ** breaks
    stats = {stat: Fraction(str(base)) for stat, base in game.roster[code].stats.items()}
    for stat in GROWING_STATS:
        stats[stat] = Fraction(max(1, floor(stats[stat] * growth)))
    return stats


@given(data=st.data(), level=st.integers(1, 200), breaks=st.integers(0, 5))
def test_stats_and_power_are_exactly_the_rule_books(
    game: GameConfig, data: st.DataObject, level: int, breaks: int
) -> None:
    code = data.draw(st.sampled_from(sorted(game.roster)))
    one = esprit(1, code, level=level, limit_breaks=breaks)
    expected = exact_stats(game, code, level, breaks)
    assert one.stats(game) == {stat: float(value) for stat, value in expected.items()}
    assert list(one.stats(game)) == list(STATS)
    weighed = sum(value * Fraction(WEIGHTS[stat]) for stat, value in expected.items())
    assert one.power(game) == floor(weighed * Fraction(FACTORS[game.roster[code].rarity]))


def test_a_stat_never_falls_below_one(game: GameConfig) -> None:
    species = game.roster["pippet"]
    tiny = msgspec.structs.replace(species, stats={**species.stats, "mana": 0.2, "atk": 0})
    config = msgspec.structs.replace(game, roster={**game.roster, "pippet": tiny})
    stats = esprit(1, "pippet").stats(config)
    assert (stats["mana"], stats["atk"]) == (1, 1)


def test_ten_percent_boosts_do_not_lose_a_point_to_rounding(game: GameConfig) -> None:
    species = game.roster["pippet"]
    hundred = msgspec.structs.replace(species, stats={**species.stats, "hp": 100})
    config = msgspec.structs.replace(game, roster={**game.roster, "pippet": hundred})
    assert esprit(1, "pippet", limit_breaks=1).stats(config)["hp"] == 110
    assert esprit(1, "pippet", level=21).stats(config)["hp"] == 200


@pytest.mark.parametrize(("level", "cost"), [(1, 23), (10, 95), (74, 607)])
def test_a_level_costs_15_and_8_a_level(game: GameConfig, level: int, cost: int) -> None:
    assert esprit(1, "pippet", level=level).level_up_cost(game) == cost


@pytest.mark.parametrize(
    ("code", "player_level", "breaks", "cap"),
    [
        ("pippet", 1, 0, 10),
        ("pippet", 9, 0, 10),
        ("pippet", 10, 0, 20),
        ("pippet", 29, 0, 50),
        ("pippet", 30, 0, 75),
        ("pippet", 80, 5, 75),
        ("pippet", 1, 2, 20),
        ("flintfox", 80, 0, 100),
        ("coral_abbess", 80, 0, 100),
        ("ravenquill", 80, 0, 125),
        ("comet_lancer", 80, 0, 150),
        ("thalessine", 80, 0, 175),
        ("pyrrhael", 79, 0, 175),
        ("pyrrhael", 79, 5, 200),
        ("pyrrhael", 80, 0, 200),
    ],
)
def test_the_cap_is_the_raritys_or_the_players_and_the_breaks(
    game: GameConfig, code: str, player_level: int, breaks: int, cap: int
) -> None:
    assert esprit(1, code, limit_breaks=breaks).level_cap(player_level, game) == cap


def test_a_view_shows_what_players_may_know(game: GameConfig) -> None:
    one = esprit(5, "anvil_of_the_seventh_sun", level=3, limit_breaks=1)
    one.locked = True
    view = one.view(game, in_team=True)
    assert (view.id, view.species, view.name) == (5, one.species, "Anvil of the Seventh Sun")
    assert (view.rarity, view.element, view.esprit_class) == ("Celestial", "Inferno", "Guardian")
    assert (view.level, view.limit_breaks, view.power) == (3, 1, one.power(game))
    assert (view.locked, view.bound, view.in_team) == (True, False, True)


def test_figures_follow_the_configuration_they_are_asked_with(game: GameConfig) -> None:
    steeper = msgspec.structs.replace(
        game, esprit=msgspec.structs.replace(game.esprit, limit_break_boost=Decimal("1.2"))
    )
    one = esprit(1, "pyrrhael", level=50, limit_breaks=2)
    assert one.power(game) < one.power(steeper)
    assert one.power(game) == esprit(2, "pyrrhael", level=50, limit_breaks=2).power(game)
