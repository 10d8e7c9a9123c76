from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages.explore import Explore, Explored, NotEnoughEnergy
from faye.messages.fight import InFight
from faye.messages.refusals import BalanceFull
from faye.messages.team import LeaderNeeded
from faye.utils.rng import Rng
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of

KEY = 4711
OUT = Explore(player_id=7, idempotency_key=KEY)


@pytest.fixture
def owned() -> Mapping[int, Esprit]:
    return collection(esprit(1, "kilnmother", level=5), esprit(2, "pippet"))


@pytest.fixture
def player(now: datetime, game: GameConfig) -> Player:
    """Somebody rested, with a leader and a support."""
    return Player(id=7, started_at=now, energy=100, energy_at=now, leader_id=1, support1_id=2, level=5)


def go_out(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime, seed: int
) -> Outcome[Explored]:
    return outcome_of(
        player, lambda: player.explore(OUT, owned, now=now, rng=Rng(seed), config=game), owned=owned
    )


def seed_of(encounter: str, owned: Mapping[int, Esprit], game: GameConfig, now: datetime) -> int:
    """A seed under which somebody meets just that."""
    for seed in range(1000):
        player = Player(id=7, started_at=now, energy=100, energy_at=now, leader_id=1)
        made = player.explore(OUT, owned, now=now, rng=Rng(seed), config=game)
        assert isinstance(made, Outcome)
        if made.reply.encounter == encounter:
            return seed
    raise AssertionError(f"nobody ever meets a {encounter}")


def test_exploring_takes_energy_and_pays(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    seed = seed_of("find", owned, game, now)
    reply = go_out(player, owned, game, now, seed).reply
    assert (reply.energy, reply.energy_cost) == (95, 5)
    assert reply.xp.gained == game.explore.xp
    assert set(reply.paid) == set(game.explore.pays)
    for currency, paid in reply.paid.items():
        assert game.explore.pays[currency].least <= paid <= game.explore.pays[currency].most
        assert player.balance(currency) == paid
    assert player.fight is None


def test_a_chest_holds_more(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    reply = go_out(player, owned, game, now, seed_of("chest", owned, game, now)).reply
    for currency, holds in game.explore.chest.items():
        assert reply.paid[currency] >= game.explore.pays[currency].least + holds.least


def test_whoever_meets_a_wild_esprit_keeps_what_was_found_and_fights(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    made = go_out(player, owned, game, now, seed_of("fight", owned, game, now))
    fight = made.reply.fight
    assert fight is not None
    assert (fight.id, fight.kind, fight.turn) == (KEY, "wild", 1)
    assert fight.leader.species == "kilnmother"
    assert [support and support.species for support in fight.supports] == ["pippet", None]
    assert made.postings[-1].event == "fight.begin"
    assert made.reply.paid
    assert player.fight_until == now + timedelta(minutes=game.fight.abandoned_after_minutes)


def test_nobody_explores_during_a_fight(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    view = go_out(player, owned, game, now, seed_of("fight", owned, game, now)).reply.fight
    refusal = refusal_of(
        player, lambda: player.explore(OUT, owned, now=now, rng=Rng(1), config=game), owned=owned
    )
    assert refusal == InFight(fight=view)


def test_the_tired_stay_at_home(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    player.energy = 4
    refusal = refusal_of(
        player, lambda: player.explore(OUT, owned, now=now, rng=Rng(1), config=game), owned=owned
    )
    assert refusal == NotEnoughEnergy(
        required=5, held=4, enough_at=now + timedelta(minutes=game.player.energy_minutes_per_point)
    )


def test_full_purses_take_what_they_can(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    player.faylen, player.virelite = BALANCE_MAX, BALANCE_MAX - 3
    reply = go_out(player, owned, game, now, seed_of("find", owned, game, now)).reply
    assert "faylen" not in reply.paid
    assert reply.paid["virelite"] == 3


def test_encounters_come_as_often_as_they_should(
    owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    met: Counter[str] = Counter()
    outings = 3000
    for seed in range(outings):
        player = Player(id=7, started_at=now, energy=100, energy_at=now, leader_id=1)
        made = player.explore(OUT, owned, now=now, rng=Rng(seed), config=game)
        assert isinstance(made, Outcome)
        met[made.reply.encounter] += 1
    weights = game.explore.encounters
    for encounter, weight in weights.items():
        share = weight / sum(weights.values())
        deviation = (share * (1 - share) / outings) ** 0.5
        assert abs(met[encounter] / outings - share) < 4 * deviation


def test_nobody_goes_out_without_a_leader(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    for leader_id in (None, 99):
        player.leader_id = leader_id
        refusal = refusal_of(
            player, lambda: player.explore(OUT, owned, now=now, rng=Rng(1), config=game), owned=owned
        )
        assert refusal == LeaderNeeded()


def test_nobody_goes_out_who_could_keep_nothing(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    for currency in player.BALANCES:
        setattr(player, currency, BALANCE_MAX)
    refusal = refusal_of(
        player, lambda: player.explore(OUT, owned, now=now, rng=Rng(1), config=game), owned=owned
    )
    assert refusal == BalanceFull(currency="faylen", held=BALANCE_MAX, most=BALANCE_MAX)
