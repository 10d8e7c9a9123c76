from datetime import datetime, timedelta

import pytest

from faye.config import GameConfig
from faye.database.models.experience import xp_to_next_level
from faye.database.models.player import Player
from faye.messages.explore import NotEnoughEnergy
from faye.messages.fight import XpGain


def test_experience_fills_the_bar_and_then_the_next(player: Player, game: GameConfig, now: datetime) -> None:
    needed = [xp_to_next_level(level, game.player) for level in (1, 2)]
    gain = player.gain_xp(sum(needed) + 5, now=now, config=game.player)
    assert gain == XpGain(
        gained=sum(needed) + 5,
        level_before=1,
        level=3,
        xp=5,
        xp_needed=xp_to_next_level(3, game.player),
        is_capped=False,
    )
    assert (player.level, player.xp) == (3, 5)


def test_a_new_level_refills_the_energy(player: Player, game: GameConfig, now: datetime) -> None:
    player.energy, player.energy_at = 3, now
    player.gain_xp(10, now=now, config=game.player)
    assert player.energy == 3
    player.gain_xp(100, now=now, config=game.player)
    assert player.energy == game.player.energy_max


def test_energy_above_the_ceiling_is_not_taken_by_a_refill(
    player: Player, game: GameConfig, now: datetime
) -> None:
    player.energy, player.energy_at = 250, now
    player.gain_xp(100, now=now, config=game.player)
    assert player.energy == 250


def test_at_the_cap_the_bar_fills_to_its_end_and_what_is_more_is_not_gained(
    player: Player, game: GameConfig, now: datetime
) -> None:
    player.level = 10
    needed = xp_to_next_level(10, game.player)
    player.xp = needed - 30
    gain = player.gain_xp(100, now=now, config=game.player)
    assert (gain.gained, gain.xp, gain.xp_needed, gain.is_capped) == (30, needed, needed, True)
    assert player.gain_xp(100, now=now, config=game.player).gained == 0
    assert (player.level, player.xp) == (10, needed)


def test_a_lifted_cap_lets_a_full_bar_count(player: Player, game: GameConfig, now: datetime) -> None:
    player.level, player.xp = 10, xp_to_next_level(10, game.player)
    player.level_cap = 20
    gain = player.gain_xp(0, now=now, config=game.player)
    assert (gain.level, gain.xp, gain.is_capped) == (11, 0, False)


def test_at_the_highest_level_nothing_is_gained(player: Player, game: GameConfig, now: datetime) -> None:
    player.level = player.level_cap = game.player.level_cap_max
    gain = player.gain_xp(100, now=now, config=game.player)
    assert (gain.gained, gain.xp, gain.xp_needed, gain.is_capped) == (0, 0, 0, False)


@pytest.mark.parametrize("amount", [1, 7, 120, 5000, 10**9])
def test_experience_comes_to_the_same_in_one_piece_or_in_many(
    game: GameConfig, now: datetime, amount: int
) -> None:
    whole, parts = Player(id=1, started_at=now), Player(id=2, started_at=now)
    whole.gain_xp(amount, now=now, config=game.player)
    for _ in range(10):
        parts.gain_xp(amount // 10, now=now, config=game.player)
    parts.gain_xp(amount - amount // 10 * 10, now=now, config=game.player)
    assert (whole.level, whole.xp) == (parts.level, parts.xp)


def test_spent_energy_keeps_the_part_that_has_grown(player: Player, game: GameConfig, now: datetime) -> None:
    minutes = game.player.energy_minutes_per_point
    player.energy, player.energy_at = 10, now
    later = now + timedelta(minutes=minutes * 2 + 1)
    player.spend_energy(5, now=later, config=game.player)
    assert player.energy_now(now=later, config=game.player).amount == 7
    assert player.energy_now(now=now + timedelta(minutes=minutes * 3), config=game.player).amount == 8


def test_full_energy_begins_to_grow_when_it_is_spent(player: Player, game: GameConfig, now: datetime) -> None:
    player.energy, player.energy_at = game.player.energy_max, now - timedelta(days=3)
    player.spend_energy(5, now=now, config=game.player)
    assert player.energy_now(now=now, config=game.player).amount == game.player.energy_max - 5
    soon = now + timedelta(minutes=game.player.energy_minutes_per_point - 1)
    assert player.energy_now(now=soon, config=game.player).amount == game.player.energy_max - 5


def test_a_shortfall_says_when_there_is_enough(player: Player, game: GameConfig, now: datetime) -> None:
    player.energy, player.energy_at = 3, now - timedelta(minutes=1)
    short = player.energy_shortfall(5, now=now, config=game.player)
    minutes = game.player.energy_minutes_per_point
    assert short == NotEnoughEnergy(required=5, held=3, enough_at=now + timedelta(minutes=2 * minutes - 1))
    assert player.energy_shortfall(5, now=short.enough_at, config=game.player) is None
    assert player.energy_shortfall(5, now=short.enough_at - timedelta(seconds=1), config=game.player)


def test_one_sitting_of_refills_ends_by_itself(game: GameConfig, now: datetime) -> None:
    """From every level, with full energy and every fight won: the refills run out."""
    explore = game.explore
    for level in range(1, game.player.level_cap_max):
        player = Player(id=1, started_at=now, level=level, level_cap=game.player.level_cap_max)
        player.energy, player.energy_at = game.player.energy_max, now
        outings = 0
        while player.energy >= explore.energy:
            player.spend_energy(explore.energy, now=now, config=game.player)
            player.gain_xp(explore.xp + explore.won_xp, now=now, config=game.player)
            outings += 1
            assert outings < 500, f"level {level} never tires"
