import pytest

from faye.config import GameConfig
from faye.database.models.odds import long_runs
from faye.database.models.player import Player
from faye.database.models.pulls import pull_tables
from faye.messages.summon import BannerOdds
from faye.utils.rng import Rng


def odds_of(player: Player, game: GameConfig, banner: str) -> BannerOdds:
    (found,) = (odds for odds in player.odds(config=game).banners if odds.banner == banner)
    return found


def test_a_supreme_or_better_comes_about_every_97_standard_and_13_premium_pulls(
    player: Player, game: GameConfig
) -> None:
    assert odds_of(player, game, "standard").mean_pulls_to_supreme == pytest.approx(97.13, abs=0.01)
    assert odds_of(player, game, "premium").mean_pulls_to_supreme == pytest.approx(13.44, abs=0.01)


@pytest.mark.parametrize("banner", ["standard", "premium", "daily"])
def test_chances_add_up_to_one_and_agree_with_the_mean(player: Player, game: GameConfig, banner: str) -> None:
    odds = odds_of(player, game, banner)
    assert sum(rate.base for rate in odds.rates) == pytest.approx(1)
    assert sum(rate.effective for rate in odds.rates) == pytest.approx(1)
    high = sum(rate.effective for rate in odds.rates if rate.rarity in ("Supreme", "Deity"))
    assert 1 / high == pytest.approx(odds.mean_pulls_to_supreme)


def test_pity_lifts_supremes_alone_and_deities_stay_as_rare(player: Player, game: GameConfig) -> None:
    for rate in odds_of(player, game, "standard").rates:
        if rate.rarity == "Supreme":
            assert rate.effective > rate.base
        elif rate.rarity == "Deity":
            assert rate.effective == rate.base
        else:
            assert rate.effective < rate.base


@pytest.mark.parametrize("banner", ["standard", "premium"])
def test_a_simulation_agrees_with_the_computation(game: GameConfig, banner: str) -> None:
    made, run = game.derived(pull_tables)[banner], game.derived(long_runs)[banner]
    rng, pity, renewals, pulls = Rng(11), 0, 0, 150_000
    for _ in range(pulls):
        rolled = made.roll(pity, rng)
        pity = rolled.pity
        renewals += pity == 0
    assert pulls / renewals == pytest.approx(run.mean_cycle_pulls, rel=0.03)


def test_odds_show_the_players_own_pity(player: Player, game: GameConfig) -> None:
    player.pity_standard, player.pity_premium = 123, 5000
    shown = {odds.banner: (odds.pity, odds.pity_threshold) for odds in player.odds(config=game).banners}
    assert shown == {"standard": (123, 300), "daily": (123, 300), "premium": (100, 100)}
