from datetime import datetime, timedelta

import msgspec
import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages.daily import DailyClaimed
from faye.messages.refusals import BalanceFull, TooSoon
from tests.unit.models.rules import outcome_of, refusal_of

HOUR = timedelta(hours=1)
BASE = {"faylen": 500, "virelite": 150, "fayrite_shards": 20, "ethryl": 1}


def claim(player: Player, now: datetime, game: GameConfig) -> DailyClaimed:
    reply = outcome_of(player, lambda: player.claim_daily(now=now, config=game.daily)).reply
    assert isinstance(reply, DailyClaimed)
    return reply


def test_the_first_claim_pays_the_reward_itself(player: Player, now: datetime, game: GameConfig) -> None:
    reply = claim(player, now, game)
    assert reply.reward == reply.balances == BASE
    assert (reply.streak, reply.bonus_percent, reply.streak_was_reset) == (1, 0, False)
    assert (reply.next_at, reply.streak_ends_at) == (now + 22 * HOUR, now + 48 * HOUR)


def test_each_day_of_a_streak_adds_five_percent_up_to_day_seven(
    player: Player, now: datetime, game: GameConfig
) -> None:
    replies = [claim(player, now + day * 24 * HOUR, game) for day in range(9)]
    assert [reply.streak for reply in replies] == list(range(1, 10))
    assert [reply.bonus_percent for reply in replies] == [0, 5, 10, 15, 20, 25, 30, 30, 30]
    assert [reply.reward["faylen"] for reply in replies] == [500, 525, 550, 575, 600, 625, 650, 650, 650]


def test_amounts_are_rounded_half_up(player: Player, now: datetime, game: GameConfig) -> None:
    player.daily_claimed_at, player.daily_streak = now - 24 * HOUR, 1
    reply = claim(player, now, game)
    assert reply.reward == {"faylen": 525, "virelite": 158, "fayrite_shards": 21, "ethryl": 1}


def test_a_claim_is_due_after_exactly_22_hours(player: Player, now: datetime, game: GameConfig) -> None:
    claim(player, now, game)
    early = now + 22 * HOUR - timedelta(microseconds=1)
    refusal = refusal_of(player, lambda: player.claim_daily(now=early, config=game.daily))
    assert refusal == TooSoon(what="daily", available_at=now + 22 * HOUR)
    assert claim(player, now + 22 * HOUR, game).streak == 2


@pytest.mark.parametrize(("late", "streak"), [(timedelta(0), 4), (timedelta(microseconds=1), 1)])
def test_a_streak_survives_48_hours_and_not_a_moment_more(
    player: Player, now: datetime, game: GameConfig, late: timedelta, streak: int
) -> None:
    player.daily_claimed_at, player.daily_streak = now, 3
    reply = claim(player, now + 48 * HOUR + late, game)
    assert reply.streak == player.daily_streak == streak
    assert reply.streak_was_reset is (streak == 1)


def test_a_clock_that_went_back_pays_nothing(player: Player, now: datetime, game: GameConfig) -> None:
    claim(player, now, game)
    refusal = refusal_of(player, lambda: player.claim_daily(now=now - 9 * HOUR, config=game.daily))
    assert isinstance(refusal, TooSoon)


@pytest.mark.parametrize("currency", sorted(BASE))
def test_a_full_balance_refuses_the_whole_reward(
    player: Player, now: datetime, game: GameConfig, currency: str
) -> None:
    setattr(player, currency, BALANCE_MAX)
    refusal = refusal_of(player, lambda: player.claim_daily(now=now, config=game.daily))
    assert refusal == BalanceFull(currency=currency, held=BALANCE_MAX, most=BALANCE_MAX)


def test_a_reward_of_nothing_is_not_posted(player: Player, now: datetime, game: GameConfig) -> None:
    config = msgspec.structs.replace(game.daily, reward={"faylen": 10, "remna": 0})
    outcome = outcome_of(player, lambda: player.claim_daily(now=now, config=config))
    assert outcome.reply.reward == {"faylen": 10}
