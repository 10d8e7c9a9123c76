from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from faye.combat.battle import freeze, thaw
from faye.combat.setup import Setup, Stand
from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Refusal
from faye.messages.fight import (
    Act,
    Action,
    EndFight,
    NoFight,
    NotEnoughMana,
    NotReady,
    OpenFight,
    TurnPassed,
    TurnPlayed,
)
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of

KEY = 4711
WEAK = Stand("emberwick", 1, hp_percent=1)
STRONG = Stand("noctavar", 200)
PATIENT = Stand("pallbearer", 9, hp_percent=1000, hits_percent=5)


@pytest.fixture
def owned() -> Mapping[int, Esprit]:
    return collection(esprit(1, "kilnmother", level=9), esprit(2, "pippet"))


@pytest.fixture
def player(now: datetime) -> Player:
    return Player(id=7, started_at=now, energy=100, energy_at=now, leader_id=1, support1_id=2)


def meet(player: Player, enemy: Stand, owned: Mapping[int, Esprit], game: GameConfig, now: datetime) -> None:
    """Bring the player into a wild fight."""
    player.begin_fight("wild", enemy, key=KEY, seed=1, esprits=owned, price={}, now=now, config=game)


def turn(player: Player, action: Action, game: GameConfig, now: datetime) -> Outcome[TurnPlayed]:
    assert player.fight is not None
    command = Act(player_id=7, idempotency_key=1, fight_id=KEY, turn=thaw(player.fight).turn, action=action)
    return outcome_of(player, lambda: player.act(command, now=now, config=game), owned=2)


def refused(
    player: Player, game: GameConfig, now: datetime, *, fight_id: int = KEY, turn: int = 1, action: Action
) -> Refusal:
    command = Act(player_id=7, idempotency_key=1, fight_id=fight_id, turn=turn, action=action)
    return refusal_of(player, lambda: player.act(command, now=now, config=game))


def test_a_turn_is_kept_and_told(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    made = turn(player, "guard", game, now + timedelta(minutes=3))
    view = made.reply.fight
    assert view.turn == 2
    (line,) = made.postings
    assert (line.event, line.delta, line.balance) == ("fight.guard", 0, 1)
    assert line.subject == f"1 {view.leader.hp} {view.enemy.hp}"
    assert player.fight_until == now + timedelta(minutes=3 + game.fight.abandoned_after_minutes)
    assert player.open_fight(config=game) == OpenFight(fight=view)


def test_a_won_fight_pays_and_is_over(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, WEAK, owned, game, now)
    end = turn(player, "strike", game, now).reply.end
    assert end is not None
    assert end.ending == "won"
    assert set(end.paid) == set(game.explore.won_pays)
    assert end.xp is not None
    assert end.xp.gained == game.explore.won_xp
    assert (player.fight, player.fight_until) == (None, None)
    assert refused(player, game, now, action="strike") == NoFight()
    assert player.open_fight(config=game) == NoFight()


def test_higher_enemies_pay_more(owned: Mapping[int, Esprit], game: GameConfig, now: datetime) -> None:
    paid = []
    for level in (1, 51):
        player = Player(id=7, started_at=now, leader_id=1)
        meet(player, Stand("emberwick", level, hp_percent=1), owned, game, now)
        end = turn(player, "strike", game, now).reply.end
        assert end is not None
        assert end.ending == "won"
        paid.append(end.paid["virelite"])
    assert paid[1] == paid[0] * (100 + 50 * game.explore.won_pays_percent_per_level) // 100


def test_a_lost_fight_takes_nothing_and_pays_a_little_experience(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, STRONG, owned, game, now)
    player.faylen = 5
    while (end := turn(player, "strike", game, now).reply.end) is None:
        pass
    assert (end.ending, end.paid) == ("lost", {})
    assert end.xp is not None
    assert end.xp.gained == game.explore.lost_xp
    assert player.faylen == 5


def test_fleeing_ends_it_for_nothing(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, STRONG, owned, game, now)
    end = turn(player, "flee", game, now).reply.end
    assert end is not None
    assert (end.ending, end.paid, end.xp) == ("fled", {}, None)


def test_a_turn_is_played_once(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    turn(player, "guard", game, now)
    assert refused(player, game, now, turn=1, action="guard") == TurnPassed(turn=2)
    assert refused(player, game, now, turn=3, action="guard") == TurnPassed(turn=2)
    assert refused(player, game, now, fight_id=5, turn=2, action="guard") == NoFight()


def test_what_is_not_ready_is_refused(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    assert refused(player, game, now, action="support2") == NotReady(action="support2", turns=None)
    turn(player, "support1", game, now)
    refusal = refused(player, game, now, turn=2, action="support1")
    assert refusal == NotReady(action="support1", turns=game.fight.support_skills["Support"].cooldown_turns)
    fight = thaw(player.fight or "")
    fight.leader.mana = 0
    player.fight = freeze(fight)
    assert refused(player, game, now, turn=2, action="skill") == NotEnoughMana(
        required=fight.leader.skill_cost(game), held=0
    )


def test_a_forsaken_fight_ends_as_fled_and_not_before(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, STRONG, owned, game, now)
    until = player.fight_until
    assert until is not None
    command = EndFight(player_id=7, idempotency_key=2, fight_id=KEY)
    early = until - timedelta(milliseconds=1)
    assert refusal_of(player, lambda: player.end_fight(command, now=early, config=game)) == NoFight()
    made = outcome_of(player, lambda: player.end_fight(command, now=until, config=game))
    assert made.reply.end.ending == "fled"
    assert [line.event for line in made.postings] == ["fight.abandoned"]
    assert refusal_of(player, lambda: player.end_fight(command, now=until, config=game)) == NoFight()


def test_a_fight_that_is_longer_than_new_figures_allow_ends_with_the_next_action(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    for _ in range(3):
        turn(player, "guard", game, now)
    shorter = replace(game, fight=replace(game.fight, turns_max=2))
    made = turn(player, "strike", shorter, now)
    assert made.reply.end is not None
    assert made.reply.end.ending == "lost"
    assert player.fight is None


def test_the_first_line_is_enough_to_fight_it_again(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    _, line = player.begin_fight(
        "wild", STRONG, key=KEY, seed=99, esprits=owned, price={}, now=now, config=game
    )
    assert line.subject is not None
    assert freeze(Setup.parse(line.subject).fight(KEY, game)) == player.fight


def test_what_happens_to_the_team_meanwhile_does_not_change_the_fight(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    before = player.fight
    owned[1].level, player.leader_id, player.support1_id = 50, 2, None
    assert player.fight == before
    assert turn(player, "guard", game, now).reply.fight.leader.level == 9


def test_no_enemy_spends_mana_that_it_no_longer_has_enough_of(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    fight = thaw(player.fight or "")
    fight.intent, fight.enemy.mana = "skill", 1
    player.fight = freeze(fight)
    made = turn(player, "guard", game, now).reply
    assert made.fight.enemy.mana >= 1
    assert [beat.what for beat in made.beats if beat.who == "enemy"] == ["strike"]


def test_a_fight_goes_on_against_a_species_that_left_the_roster(
    player: Player, owned: Mapping[int, Esprit], game: GameConfig, now: datetime
) -> None:
    meet(player, PATIENT, owned, game, now)
    left = {code: species for code, species in game.roster.items() if code != PATIENT.species}
    without = replace(game, roster=left)
    assert isinstance(player.open_fight(config=without), OpenFight)
    assert turn(player, "guard", without, now).reply.fight.enemy.species == PATIENT.species
