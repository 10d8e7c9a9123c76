from datetime import datetime, timedelta

import pytest

from faye.config import GameConfig
from faye.database.models.player import Player


@pytest.mark.parametrize(
    ("level", "cap", "rise"),
    [(1, 10, (10, 20)), (9, 10, (10, 20)), (10, 20, (20, 50)), (79, 175, (80, 200)), (80, 200, (None, None))],
)
def test_a_level_says_how_far_esprits_may_rise_and_when_farther(
    player: Player, game: GameConfig, level: int, cap: int, rise: tuple[int | None, int | None]
) -> None:
    player.level, player.level_cap = level, 80
    report = player.level_report(config=game.player)
    assert report.esprit_cap == cap
    assert (report.next_esprit_cap_at, report.next_esprit_cap) == rise
    assert (report.xp_needed == 0) is (level == 80)


def test_energy_says_when_there_is_one_more_and_when_it_is_full(
    player: Player, game: GameConfig, now: datetime
) -> None:
    player.energy, player.energy_at = 90, now
    report = player.energy_report(now=now + timedelta(minutes=4), config=game.player)
    assert (report.energy, report.energy_max) == (91, 100)
    assert report.next_at == now + timedelta(minutes=6)
    assert report.full_at == now + timedelta(minutes=30)


def test_full_energy_waits_for_nothing(player: Player, game: GameConfig, now: datetime) -> None:
    player.energy, player.energy_at = 100, now
    report = player.energy_report(now=now, config=game.player)
    assert (report.next_at, report.full_at) == (None, None)
