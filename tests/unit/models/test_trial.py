from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from faye.combat.battle import freeze, thaw
from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.experience import xp_to_next_level
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Refusal
from faye.messages.fight import Act, EndFight, InFight, TurnPlayed
from faye.messages.refusals import NotEnough, TooSoon
from faye.messages.trial import (
    BeginTrial,
    NoTrialsLeft,
    TrialBegun,
    TrialNotDue,
    TrialOffer,
    TrialOutdated,
)
from faye.utils.rng import Rng
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of

KEY = 4711
BEGIN = BeginTrial(player_id=7, idempotency_key=KEY, level_cap=10)


@pytest.fixture
def owned() -> Mapping[int, Esprit]:
    return collection(esprit(1, "kilnmother", level=9))


@pytest.fixture
def player(now: datetime, game: GameConfig) -> Player:
    """Somebody at the first cap who can pay just one trial."""
    price = game.trials.trials[10].price
    bar = xp_to_next_level(10, game.player)
    return Player(id=7, started_at=now, energy_at=now, leader_id=1, level=10, xp=bar, **price)


def begin(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> Outcome[TrialBegun]:
    return outcome_of(
        player, lambda: player.begin_trial(BEGIN, owned, now=now, rng=Rng(1), config=game), owned=owned
    )


def refused(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime, level_cap: int = 10
) -> Refusal:
    command = BeginTrial(player_id=7, idempotency_key=KEY, level_cap=level_cap)
    return refusal_of(
        player, lambda: player.begin_trial(command, owned, now=now, rng=Rng(1), config=game), owned=owned
    )


def win(player: Player, game: GameConfig, now: datetime) -> Outcome[TurnPlayed]:
    """Strike a boss down who can hardly stand."""
    fight = thaw(player.fight or "")
    fight.enemy.hp, fight.enemy.dodge, fight.leader.spd = 1, 0, 1000
    player.fight = freeze(fight)
    command = Act(player_id=7, idempotency_key=1, fight_id=KEY, turn=fight.turn, action="strike")
    return outcome_of(player, lambda: player.act(command, now=now, config=game))


def flee(player: Player, game: GameConfig, now: datetime) -> Outcome[TurnPlayed]:
    command = Act(player_id=7, idempotency_key=1, fight_id=KEY, turn=1, action="flee")
    return outcome_of(player, lambda: player.act(command, now=now, config=game))


def test_the_offer_names_price_boss_and_prize(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    offer = player.trial_offer(owned, now=now, config=game)
    assert isinstance(offer, TrialOffer)
    trial = game.trials.trials[10]
    assert (offer.price, offer.held) == (trial.price, trial.price)
    assert (offer.boss_species, offer.boss_level) == (trial.boss.species, trial.boss.level)
    assert (offer.cap_after, offer.available_at) == (20, None)


def test_during_a_fight_it_is_shown_in_place_of_an_offer(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    begun = begin(player, owned, game, now)
    assert player.trial_offer(owned, now=now, config=game) == InFight(fight=begun.reply.fight)


def test_what_is_not_due_is_said_during_a_fight_too(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    begin(player, owned, game, now)
    player.level -= 1
    assert isinstance(player.trial_offer(owned, now=now, config=game), TrialNotDue)


def test_the_price_is_held_and_a_win_lifts_the_cap_and_lets_the_full_bar_count(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    begun = begin(player, owned, game, now)
    assert all(player.balance(currency) == 0 for currency in begun.reply.price)
    assert begun.reply.fight.kind == "trial"
    end = win(player, game, now).reply.end
    assert end is not None
    assert (end.ending, end.level_cap, end.returned, end.paid) == ("won", 20, {}, {})
    assert end.xp is not None
    assert (end.xp.level, player.level, player.level_cap) == (11, 11, 20)
    assert all(player.balance(currency) == 0 for currency in begun.reply.price)


def test_a_win_never_lowers_the_cap(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    begin(player, owned, game, now)
    lowered = replace(game, player=replace(game.player, level_cap_max=8))
    end = win(player, lowered, now).reply.end
    assert end is not None
    assert (end.level_cap, player.level_cap, player.level) == (10, 10, 10)


def test_fleeing_brings_the_whole_price_back_and_a_pause(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    price = begin(player, owned, game, now).reply.price
    end = flee(player, game, now).reply.end
    assert end is not None
    assert (end.ending, end.returned, player.level_cap) == ("fled", price, 10)
    assert all(player.balance(currency) == amount for currency, amount in price.items())
    again = now + timedelta(minutes=game.trials.cooldown_minutes)
    assert refused(player, owned, game, now) == TooSoon(what="trial", available_at=again)
    assert player.inspect(owned, (), now=now, config=game).cooldowns["trial"] == again
    assert player.inspect(owned, (), now=again, config=game).cooldowns["trial"] is None
    assert begin(player, owned, game, again).reply.price == price


def test_a_forsaken_trial_brings_the_price_back(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    price = begin(player, owned, game, now).reply.price
    later = now + timedelta(days=400)
    command = EndFight(player_id=7, idempotency_key=2, fight_id=KEY)
    end = outcome_of(player, lambda: player.end_fight(command, now=later, config=game)).reply.end
    assert (end.ending, end.returned) == ("fled", price)


def test_a_trial_is_not_begun_twice(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    begin(player, owned, game, now)
    assert isinstance(refused(player, owned, game, now), InFight)


def test_who_is_below_the_cap_has_no_trial_yet(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    player.level = 9
    assert refused(player, owned, game, now) == TrialNotDue(level=9, level_cap=10)
    assert player.trial_offer(owned, now=now, config=game) == TrialNotDue(level=9, level_cap=10)


def test_an_offer_that_was_passed_is_refused(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    player.level = player.level_cap = 20
    assert refused(player, owned, game, now) == TrialOutdated(level_cap=20)


def test_the_last_trial_is_the_last(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    player.level = player.level_cap = game.player.level_cap_max
    refusal = refused(player, owned, game, now, level_cap=player.level_cap)
    assert refusal == NoTrialsLeft(level_cap=game.player.level_cap_max)


def test_nobody_begins_what_they_cannot_pay(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    player.remna -= 1
    required = game.trials.trials[10].price["remna"]
    assert refused(player, owned, game, now) == NotEnough(
        currency="remna", required=required, held=required - 1
    )


def test_there_is_a_trial_at_every_cap_below_the_last(game: GameConfig) -> None:
    caps = range(game.player.level_cap_first, game.player.level_cap_max, game.trials.levels_per_trial)
    assert sorted(game.trials.trials) == list(caps)
