from datetime import datetime

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.messages.start import AlreadyStarted
from faye.utils.rng import Rng
from tests.unit.models.rules import outcome_of, refusal_of


def test_a_new_player_receives_the_purse_of_the_rule_book(now: datetime, game: GameConfig) -> None:
    player = Player(id=7)
    assert not player.has_started
    outcome = outcome_of(player, lambda: player.start(now=now, rng=Rng(1), config=game))
    purse = {"faylen": 500, "virelite": 75, "fayrite_shards": 90, "ethryl": 2}
    assert outcome.reply.purse == purse
    assert {currency: player.balance(currency) for currency in purse} == purse
    assert (player.fayrites, player.remna) == (0, 0)
    assert {posting.event for posting in outcome.postings} == {"start"}


def test_the_starter_is_a_bound_epic_of_level_1_that_leads_the_team(now: datetime, game: GameConfig) -> None:
    species = set()
    for seed in range(200):
        player = Player(id=7)
        outcome = outcome_of(player, lambda p=player, s=seed: p.start(now=now, rng=Rng(s), config=game))
        (starter,) = outcome.gained
        assert game.roster[starter.species].rarity == "Epic"
        assert (starter.level, starter.bound, starter.gained_at) == (1, True, now)
        assert player.leader_id == starter.id == outcome.reply.esprit_id
        species.add(starter.species)
    assert species == {s.code for s in game.roster.values() if s.rarity == "Epic"}


def test_a_new_player_begins_with_full_energy_below_the_first_cap(now: datetime, game: GameConfig) -> None:
    player = Player(id=7)
    player.start(now=now, rng=Rng(1), config=game)
    assert player.has_started
    assert (player.started_at, player.energy, player.energy_at) == (now, 100, now)
    assert (player.level, player.level_cap) == (1, 10)


def test_nobody_starts_twice(now: datetime, game: GameConfig) -> None:
    player = Player(id=7)
    player.start(now=now, rng=Rng(1), config=game)
    rng = Rng(2)
    assert refusal_of(player, lambda: player.start(now=now, rng=rng, config=game)) == AlreadyStarted()
    assert rng.seed is None
