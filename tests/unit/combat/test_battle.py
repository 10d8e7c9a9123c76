"""What a turn does: the formulas, the order, the effects, and that a fight follows from its seed."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from faye.combat.battle import Fight, freeze, thaw
from faye.combat.fighter import Fighter
from faye.combat.setup import Setup, Stand
from faye.config import GameConfig
from faye.messages.fight import ACTIONS, Action, Beat

NEVER = 0


def plain(species: str, element: str, esprit_class: str, **figures: Any) -> Fighter:
    """A fighter whose figures are easy to reckon with, and who leaves nothing to chance."""
    given: dict[str, Any] = {"hp": 1000, "hp_max": 1000, "mana": 100, "mana_max": 100}
    given |= {"atk": 100, "defence": 40, "mres": 20, "spd": 10}
    given |= {"crit": NEVER, "block": NEVER, "dodge": NEVER, "regen": 0}
    return Fighter(species, 10, 0, element, esprit_class, **(given | figures))


def duel(leader: Fighter, enemy: Fighter, *supports: Fighter, **more: Any) -> Fight:
    """A fight in which the enemy strikes."""
    two = [*supports, None, None][:2]
    return Fight(1, "wild", 7, leader, enemy, two, {}, **({"intent": "strike"} | more))


def even(**more: Any) -> Fight:
    """Two who have no advantage over each other."""
    return duel(plain("a", "Inferno", "Mystic"), plain("b", "Inferno", "Mystic"), **more)


def by(beats: list[Beat], who: str) -> list[Beat]:
    return [beat for beat in beats if beat.who == who]


def test_a_strike_does_what_the_formula_says(game: GameConfig) -> None:
    fight = even()
    beats = fight.play("strike", game)
    damage = 100 * game.fight.strike_power // 50 - 40 // 2
    assert by(beats, "leader") == [Beat("leader", "strike", damage)]
    assert fight.enemy.hp == 1000 - damage
    assert fight.leader.hp == 1000 - damage
    assert fight.turn == 2


def test_magic_meets_the_magic_resistance_and_takes_mana(game: GameConfig) -> None:
    fight = even()
    beats = fight.play("skill", game)
    skill = game.fight.skills["Mystic"]
    assert skill.magic
    assert by(beats, "leader")[0].amount == 100 * skill.power // 50 - 20 // 2
    assert fight.leader.mana == 100 - game.fight.skill_mana_percent


def test_a_blow_always_hurts_a_little(game: GameConfig) -> None:
    fight = duel(plain("a", "Aqua", "Support", atk=1), plain("b", "Aqua", "Support", defence=10**6))
    assert fight.play("strike", game)[0].amount == 1


@pytest.mark.parametrize(
    ("attacker", "target", "mark"),
    [
        ("Inferno", "Verdant", "strong"),
        ("Verdant", "Inferno", "weak"),
        ("Radiant", "Umbral", "strong"),
        ("Umbral", "Radiant", "strong"),
    ],
)
def test_elements_beat_each_other(game: GameConfig, attacker: str, target: str, mark: str) -> None:
    fight = duel(plain("a", attacker, "Mystic"), plain("b", target, "Mystic"))
    hit = by(fight.play("strike", game), "leader")[0]
    percent = game.fight.element_percent if mark == "strong" else game.fight.element_weak_percent
    plainly = 100 * game.fight.strike_power * 2 - 40 * 50
    assert (hit.amount, hit.marks) == (plainly * percent // 100 // 100, [mark])


def test_classes_beat_each_other(game: GameConfig) -> None:
    for winner, losers in game.fight.class_beats.items():
        for loser in losers:
            one = duel(plain("a", "Aqua", winner), plain("b", "Aqua", loser)).play("strike", game)
            other = duel(plain("a", "Aqua", loser), plain("b", "Aqua", winner)).play("strike", game)
            assert by(one, "leader")[0].amount > by(other, "leader")[0].amount


def test_the_faster_acts_first_and_haste_makes_fast(game: GameConfig) -> None:
    fight = duel(plain("a", "Aqua", "Mystic", spd=10), plain("b", "Aqua", "Mystic", spd=12))
    assert [beat.who for beat in fight.play("strike", game)] == ["enemy", "leader"]
    fight.leader.suffer("haste", 3, game)
    assert [beat.who for beat in fight.play("strike", game)] == ["leader", "enemy"]


def test_a_guard_lets_little_through_and_brings_mana(game: GameConfig) -> None:
    fight = even()
    fight.leader.mana = 0
    beats = fight.play("guard", game)
    assert fight.leader.mana == game.fight.guard_mana_percent
    struck = by(beats, "enemy")[0]
    assert struck.marks == ["guard"]
    assert struck.amount < even().play("strike", game)[1].amount


def test_a_charge_is_followed_by_a_smash_and_guarding_it_stuns(game: GameConfig) -> None:
    fight = even(intent="charge")
    assert by(fight.play("strike", game), "enemy") == [Beat("enemy", "charge")]
    assert fight.intent == "smash"
    unguarded = by(thaw(freeze(fight)).play("strike", game), "enemy")[0]
    guarded = by(fight.play("guard", game), "enemy")
    assert guarded[0].marks == ["parry"]
    assert guarded[0].amount * 5 < unguarded.amount
    assert guarded[1].what == "stun"
    assert by(fight.play("strike", game), "enemy") == [Beat("enemy", "stunned")]
    assert not fight.enemy.has("stun")
    assert fight.enemy.has("steady")


def test_a_shield_takes_what_would_have_hurt(game: GameConfig) -> None:
    fight = duel(plain("a", "Aqua", "Guardian", spd=20), plain("b", "Aqua", "Guardian"))
    fight.play("skill", game)
    assert (
        fight.leader.hp + fight.leader.shield
        < 1000 + 1000 * game.fight.skills["Guardian"].shield_percent // 100
    )
    assert fight.leader.hp == 1000 or fight.leader.shield == 0


def test_burning_hurts_each_turn_until_it_is_out(game: GameConfig) -> None:
    fight = even()
    fight.enemy.burn = 10
    fight.enemy.suffer("burn", 2, game)
    for _ in range(2):
        assert Beat("enemy", "burn", 10) in fight.play("guard", game)
    assert fight.enemy.burn == 0
    assert "burn" not in {beat.what for beat in by(fight.play("guard", game), "enemy")}


def test_weakness_halves_no_more_than_it_should(game: GameConfig) -> None:
    fight = even()
    fight.enemy.suffer("weaken", 1, game)
    plainly = 100 * game.fight.strike_power * 2 - 40 * 50
    assert (
        by(fight.play("strike", game), "enemy")[0].amount == plainly * game.fight.weaken_percent // 100 // 100
    )


def test_enemies_hit_harder_when_they_are_hurt(game: GameConfig) -> None:
    amounts = []
    for hp in (1000, 499, 249):
        fight = even()
        fight.enemy.hp = hp
        amounts.append(by(fight.play("guard", game), "enemy")[0].amount)
    assert amounts == sorted(set(amounts))


def test_supports_rest_after_their_part(game: GameConfig) -> None:
    support = plain("c", "Aqua", "Destroyer")
    fight = duel(plain("a", "Aqua", "Mystic"), plain("b", "Aqua", "Mystic"), support)
    assert by(fight.play("support1", game), "support1")[0].amount > 0
    rests = game.fight.support_skills["Destroyer"].cooldown_turns
    assert support.cooldown == rests
    for left in range(rests - 1, -1, -1):
        fight.play("guard", game)
        assert support.cooldown == left


def test_healing_ends_at_full_health_and_cleanses(game: GameConfig) -> None:
    leader = plain("a", "Aqua", "Support", spd=20, hp=950)
    fight = duel(leader, plain("b", "Aqua", "Support", atk=1))
    leader.burn = 5
    leader.suffer("burn", 5, game)
    assert Beat("leader", "heal", 50) in fight.play("skill", game)
    assert not leader.has("burn")


def test_whoever_falls_with_the_enemy_has_won(game: GameConfig) -> None:
    fight = even()
    fight.leader.hp = fight.enemy.hp = 0
    assert fight.ending(game) == "won"
    fight.enemy.hp = 1
    assert fight.ending(game) == "lost"


def test_who_has_not_won_in_time_has_lost(game: GameConfig) -> None:
    fight = even(turn=game.fight.turns_max)
    fight.enemy.hp = fight.enemy.hp_max = 10**9
    fight.play("guard", game)
    assert fight.ending(game) == "lost"


def test_fleeing_ends_it_at_once(game: GameConfig) -> None:
    fight = even()
    assert fight.play("flee", game) == [Beat("leader", "flee")]
    assert fight.ending(game) == "fled"


NONSENSE = ("", "wild", "feast 1 a:1:0:100:100 b:1:0:100:100 - -", "wild x a:1 b:1 - -")


@pytest.fixture
def setup() -> Setup:
    """A fight of real species."""
    return Setup(
        "wild", 4711, Stand("kilnmother", 12), Stand("foxglove_matron", 12, 1), (Stand("pippet", 3), None)
    )


def fight_out(setup: Setup, game: GameConfig, choose: Callable[[Fight], Action]) -> list[object]:
    """A fight to its end, and all that was seen of it."""
    fight, seen = setup.fight(1, game), []
    while fight.ending(game) is None:
        seen.append((fight.intent, fight.play(choose(fight), game), freeze(fight)))
        fight = thaw(freeze(fight))
    return [*seen, fight.ending(game)]


def test_the_same_seed_and_actions_give_the_same_fight(game: GameConfig, setup: Setup) -> None:
    def choose(fight: Fight) -> Action:
        possible = [a for a in ACTIONS if a not in ("flee", "support2", "skill")]
        ready = fight.supports[0] is not None and not fight.supports[0].cooldown
        return "support1" if ready else possible[fight.turn % 2]

    first = fight_out(setup, game, choose)
    assert first == fight_out(setup, game, choose)
    others = [fight_out(replace(setup, seed=seed), game, choose) for seed in range(20)]
    assert len({str(other) for other in others}) == 20


def test_a_setup_is_read_as_it_was_written(setup: Setup) -> None:
    assert Setup.parse(setup.text()) == setup
    for nonsense in NONSENSE:
        with pytest.raises(ValueError, match=r"unpack|kind|invalid"):
            Setup.parse(nonsense)


def test_no_figure_ever_leaves_its_bounds(game: GameConfig) -> None:
    codes = list(game.roster)
    for seed in range(60):
        picked = [Stand(codes[(seed * 7 + at * 31) % len(codes)], 1 + seed % 60) for at in range(4)]
        fight = Setup("wild", seed, picked[0], picked[1], (picked[2], picked[3])).fight(1, game)
        chance = fight.chance("test")
        while fight.ending(game) is None:
            possible: list[Action] = ["strike", "guard"]
            if fight.leader.mana >= fight.leader.skill_cost(game):
                possible.append("skill")
            possible += [a for a in ACTIONS if (s := fight.support(a)) is not None and not s.cooldown]
            fight.play(chance.pick(possible), game)
            for fighter in (fight.leader, fight.enemy):
                assert 0 <= fighter.hp <= fighter.hp_max
                assert 0 <= fighter.mana <= fighter.mana_max
                assert fighter.shield >= 0
                assert all(turns > 0 for turns in fighter.effects.values())
                assert (fighter.burn > 0) == fighter.has("burn")
                assert (fighter.shield > 0) == fighter.has("shield")
