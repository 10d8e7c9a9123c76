import math
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from faye.config import GameConfig
from faye.database.models.energy import Energy
from faye.database.models.experience import xp_to_next_level
from faye.database.models.player import Player
from tests.unit.models.rules import collection, esprit, nothing_changes

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("stored", "minutes", "amount", "full_in"),
    [
        (100, 0, 100, None),
        (0, 0, 0, 300),
        (0, 2.99, 0, 300),
        (0, 3, 1, 300),
        (40, 179, 99, 180),
        (40, 180, 100, None),
        (40, 10**6, 100, None),
        (130, 60, 130, None),
        (40, -60, 40, 180),
    ],
)
def test_energy_is_computed_from_the_moment_it_was_true(
    player: Player,
    now: datetime,
    game: GameConfig,
    stored: int,
    minutes: float,
    amount: int,
    full_in: int | None,
) -> None:
    player.energy, player.energy_at = stored, now
    energy = player.energy_now(now=now + minutes * MINUTE, config=game.player)
    assert energy == Energy(amount, None if full_in is None else now + full_in * MINUTE)


def test_experience_is_100_times_the_level_to_the_power_of_one_and_a_half(game: GameConfig) -> None:
    for level in range(1, 80):
        assert xp_to_next_level(level, game.player) == math.isqrt(10_000 * level**3)
    assert xp_to_next_level(4, game.player) == 800
    assert xp_to_next_level(80, game.player) == 0


@pytest.mark.parametrize("exponent", ["0", "1", "1.45", "2", "1.33", "4.99"])
def test_experience_is_exact_for_every_exponent(game: GameConfig, exponent: str) -> None:
    config = msgspec.structs.replace(game.player, xp_exponent=Decimal(exponent))
    for level in (1, 2, 9, 79):
        assert xp_to_next_level(level, config) == pytest.approx(
            100 * level ** float(exponent), abs=1, rel=1e-9
        )


def test_a_profile_tells_what_the_player_is(player: Player, now: datetime, game: GameConfig) -> None:
    team = [esprit(1, "pyrrhael", level=5), esprit(2, "pippet"), esprit(3, "pippet")]
    owned = collection(*team, esprit(4, "ravenquill"))
    player.leader_id, player.support1_id, player.support2_id = 1, None, 3
    player.xp, player.energy, player.energy_at, player.daily_streak = 42, 40, now, 6
    with nothing_changes(player):
        profile = player.profile(owned, now=now, config=game)
    assert (profile.level, profile.level_cap, profile.xp, profile.xp_needed) == (1, 10, 42, 100)
    assert (profile.energy, profile.energy_max, profile.energy_full_at) == (40, 100, now + 180 * MINUTE)
    assert (profile.esprits, profile.species_found, profile.species_total) == (4, 3, len(game.roster))
    assert profile.power == team[0].power(game) + team[2].power(game)
    assert profile.leader == team[0].view(game, in_team=True)
    assert (profile.started_at, profile.daily_streak) == (now, 6)


def test_a_team_without_members_has_no_power(player: Player, now: datetime, game: GameConfig) -> None:
    player.leader_id = 99
    profile = player.profile({}, now=now, config=game)
    assert (profile.power, profile.leader, profile.esprits) == (0, None, 0)


def test_an_inventory_tells_what_the_player_holds(player: Player, now: datetime, game: GameConfig) -> None:
    player.fayrite_shards, player.remna = 99, 5
    player.daily_claimed_at = now - 60 * MINUTE
    player.daily_summoned_at = now - 22 * 60 * MINUTE
    inventory = player.inventory(now=now, config=game)
    assert inventory.balances == {
        "faylen": 0,
        "virelite": 0,
        "fayrite_shards": 99,
        "fayrites": 0,
        "ethryl": 0,
        "remna": 5,
    }
    assert inventory.craftable_fayrites == 9
    assert inventory.daily_at == now + 21 * 60 * MINUTE
    assert inventory.daily_summon_at is None
