from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.database.models.pulls import PullTable, pull_tables
from faye.utils.rng import Rng
from tests.unit.models.rules import BEFORE

POINTS = {"Common": 1, "Uncommon": 2, "Rare": 3, "Epic": 5, "Celestial": 10}
PULLS = 120_000
# The 99.9 % points of chi-square for 4 and 6 degrees of freedom; the seeds are fixed, so this cannot flicker.
CHI_SQUARE_MAX = {5: 18.47, 7: 22.46}


def table(game: GameConfig, banner: str) -> PullTable:
    return game.derived(pull_tables)[banner]


@pytest.mark.parametrize("banner", ["standard", "premium", "daily"])
def test_weights_are_the_configured_percentages_exactly(game: GameConfig, banner: str) -> None:
    rates = game.summon.banners[banner].rates_percent  # type: ignore[index]
    made = table(game, banner)
    total = sum(made.weights)
    assert {r: Decimal(w) * 100 / total for r, w in zip(made.rarities, made.weights, strict=True)} == rates


@given(
    seed=st.integers(0, 2**63 - 1), pity=st.integers(0, 300), banner=st.sampled_from(["standard", "premium"])
)
def test_one_pull_moves_the_counter_as_the_rule_book_says(
    game: GameConfig, seed: int, pity: int, banner: str
) -> None:
    made = table(game, banner)
    pity = min(pity, made.threshold)
    rolled = made.roll(pity, Rng(seed))
    rarity = rolled.species.rarity
    if rarity in POINTS:
        assert pity < made.threshold
        assert rolled.pity == min(pity + POINTS[rarity], made.threshold)
        assert not rolled.by_pity
    else:
        assert rolled.pity == 0
        if rolled.by_pity:
            assert (rarity, pity) == ("Supreme", made.threshold)


def test_a_full_counter_leaves_supremes_and_deities_as_they_were_rolled(game: GameConfig) -> None:
    made = table(game, "premium")
    for seed in range(5000):
        usual, full = made.roll(0, Rng(seed)), made.roll(made.threshold, Rng(seed))
        if usual.species.rarity in POINTS:
            assert (full.species.rarity, full.by_pity) == ("Supreme", True)
        else:
            assert (full.species, full.by_pity) == (usual.species, False)


@pytest.mark.parametrize("banner", ["standard", "premium"])
@pytest.mark.parametrize("pity", [0, 88, 97, 100, 290, 300])
def test_a_ten_pull_is_ten_steps_of_the_counter(game: GameConfig, banner: str, pity: int) -> None:
    made = table(game, banner)
    for seed in range(40):
        player = Player(id=7, started_at=BEFORE, fayrites=10, ethryl=10)
        player.pity_standard, player.pity_premium = pity, min(pity, 100)
        outcome = player.summon(banner, 10, esprits={}, now=BEFORE, rng=Rng(seed), config=game)  # type: ignore[arg-type]
        counter, rng = min(pity, made.threshold), Rng(seed)
        for pull in outcome.reply.pulls:  # type: ignore[union-attr]
            rolled = made.roll(counter, rng)
            counter = rolled.pity
            assert (pull.species, pull.pity, pull.by_pity) == (rolled.species.code, counter, rolled.by_pity)
            assert pull.esprit_id == rng.new_id()
        assert getattr(player, f"pity_{made.counter}") == counter


@pytest.mark.parametrize("banner", ["standard", "premium"])
def test_rolled_rarities_follow_the_rates(game: GameConfig, banner: str) -> None:
    made, rng = table(game, banner), Rng(20_260_301)
    seen = Counter(made.roll(0, rng).species.rarity for _ in range(PULLS))
    total = sum(made.weights)
    chi_square = 0.0
    for rarity, weight in zip(made.rarities, made.weights, strict=True):
        expected = PULLS * weight / total
        chi_square += (seen[rarity] - expected) ** 2 / expected
    assert chi_square < CHI_SQUARE_MAX[len(made.rarities)]


def test_within_a_rarity_every_species_is_as_likely(game: GameConfig) -> None:
    made, rng = table(game, "standard"), Rng(7)
    seen = Counter(made.roll(0, rng).species.code for _ in range(PULLS))
    commons = [species.code for species in made.species["Common"]]
    mean = sum(seen[code] for code in commons) / len(commons)
    assert sum((seen[code] - mean) ** 2 / mean for code in commons) < 36.1  # 14 degrees, 99.9 %
