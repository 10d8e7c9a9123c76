"""A few days of a few players, and what the shipped figures promise."""

import asyncio

import pytest
from msgspec.structs import replace

from cluster.errors import ClusterError
from cluster.pacing.diligent import Diligent
from cluster.pacing.report import PacingReport
from cluster.pacing.run import Plan, run_pacing
from cluster.pacing.stage import Stage
from cluster.pacing.tactics import sensibly
from faye.config import Config
from faye.database.models.experience import xp_to_next_level
from faye.database.models.player import Player


def silent(message: str) -> None:
    pass


def compared(report: PacingReport) -> PacingReport:
    return replace(report, core_seconds=0.0, commands_a_second=0.0)


async def test_the_same_seed_plays_the_same_game_and_another_another(config: Config) -> None:
    plan = Plan(players=2, days=3)
    first = compared(await run_pacing(plan, config, silent))
    assert first == compared(await run_pacing(plan, config, silent))
    assert first.rows != (await run_pacing(replace(plan, seed=2), config, silent)).rows
    assert [row.day for row in first.rows] == [1, 2, 3]
    assert [row.explores for row in first.rows] == [50, 100, 150]
    assert first.commands > 2 * 3 * 100


async def test_an_unknown_policy_is_refused_with_those_there_are(config: Config) -> None:
    with pytest.raises(ClusterError, match=r"no policy 'coward'; there are sensible, striker"):
        await run_pacing(Plan(policy="coward"), config, silent)


@pytest.fixture(scope="module")
def played(config: Config) -> PacingReport:
    """The first days of sensible players."""
    return asyncio.run(run_pacing(Plan(players=16, days=4), config, silent))


def test_level_10_is_reached_on_day_2_or_3_and_its_trial_can_be_paid_and_passed(played: PacingReport) -> None:
    [reached, *_] = played.levels
    assert (reached.level, reached.players) == (10, 16)
    assert {reached.day.p10, reached.day.p90} <= {2, 3}
    [trial] = played.trials
    assert trial.unaffordable == 0
    assert trial.players == 16
    assert played.rows[-1].level.p10 > 10


async def test_wild_fights_are_mostly_won_by_the_sensible_and_clearly_less_by_who_only_strikes(
    config: Config, played: PacingReport
) -> None:
    strikers = await run_pacing(Plan(players=8, days=3, policy="striker"), config, silent)
    assert 80 <= played.rows[2].won_percent <= 97
    assert strikers.rows[2].won_percent < played.rows[2].won_percent - 15


async def test_one_sitting_of_level_ups_with_refills_ends_by_itself(config: Config) -> None:
    stage = Stage(config, seed=1)
    player = Diligent(1, config.game, stage.new_key, sensibly)
    await stage.play([player.start()])
    await stage.play([player.sit_down(1, 10_000, is_first=True, is_last=True)])
    await stage.close()
    assert 20 < player.doings.explores < 150
    assert player.doings.level <= 10


# ------------------------------------------------------------------ long horizons, reckoned rather than played


def days_to(level: int, config: Config) -> float:
    """Of 50 explores, with wild fights won as by a sensible player."""
    game = config.game
    explore = game.explore
    fights = explore.encounters["fight"] / sum(explore.encounters.values())
    an_explore = explore.xp + fights * (0.9 * explore.won_xp + 0.1 * explore.lost_xp)
    return sum(xp_to_next_level(each, game.player) for each in range(1, level)) / an_explore / 50


@pytest.mark.parametrize(("level", "least", "most"), [(10, 1, 3), (20, 8, 14), (30, 26, 36), (80, 340, 400)])
def test_levels_take_as_long_as_they_should(config: Config, level: int, least: float, most: float) -> None:
    assert least <= days_to(level, config) <= most


def test_each_trial_can_be_paid_by_what_was_earned_until_it_is_due(config: Config) -> None:
    game = config.game
    for currency in ("faylen", "remna"):
        found, spent = game.explore.pays[currency], 0
        mean = (found.least + found.most) / 2
        for cap, trial in sorted(game.trials.trials.items()):
            spent += trial.price[currency]
            earned = days_to(cap, config) * (50 * mean + game.daily.reward.get(currency, 0))
            assert spent <= earned, (currency, cap)


def test_a_supreme_or_better_comes_about_every_five_days(config: Config) -> None:
    game = config.game
    shards = game.explore.pays["fayrite_shards"]
    craftable = (50 * (shards.least + shards.most) / 2 + game.daily.reward["fayrite_shards"]) / 10
    a_day = {"standard": craftable + 1, "premium": game.daily.reward["ethryl"]}
    pulls = {odds.banner: odds.mean_pulls_to_supreme for odds in Player(id=1).odds(config=game).banners}
    assert 4 <= 1 / sum(a_day[banner] / pulls[banner] for banner in a_day) <= 6
