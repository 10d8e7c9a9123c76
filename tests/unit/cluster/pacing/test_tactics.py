from typing import Any

import pytest
from msgspec.structs import replace

from cluster.pacing.tactics import TACTICS, sensibly, strike_only
from faye.config import GameConfig
from faye.messages.fight import FightSide, FightSupport, FightView


def side(esprit_class: str = "Destroyer", **figures: Any) -> FightSide:
    whole = FightSide(
        species="pippet", rarity="Common", element="Aqua", esprit_class=esprit_class, level=1, limit_breaks=0,
        power=1, hp=100, hp_max=100, shield=0, mana=0, mana_max=10, skill_cost=4, effects={},
    )  # fmt: skip
    return replace(whole, **figures)


def support(esprit_class: str, cooldown: int = 0) -> FightSupport:
    return FightSupport("pippet", "Common", "Aqua", esprit_class, 1, 0, 1, cooldown)


def view(leader: FightSide | None = None, *supports: FightSupport, **more: Any) -> FightView:
    plain = FightView(
        id=1, kind="wild", turn=1, turns_max=40, leader=leader or side(), enemy=side(),
        supports=[*supports, None, None][:2], intent="strike", until_ms=0,
    )  # fmt: skip
    return replace(plain, **more)


def test_a_smash_is_guarded_unless_the_enemy_is_stunned(game: GameConfig) -> None:
    assert sensibly(view(intent="smash"), game) == "guard"
    assert sensibly(view(intent="smash", enemy=side(effects={"stun": 1})), game) == "strike"


@pytest.mark.parametrize(("mana", "action"), [(4, "skill"), (3, "strike")])
def test_the_skill_is_used_as_soon_as_there_is_mana(game: GameConfig, mana: int, action: str) -> None:
    assert sensibly(view(side(mana=mana)), game) == action


def test_a_support_that_is_ready_goes_before_the_skill(game: GameConfig) -> None:
    assert sensibly(view(side(mana=10), support("Mystic", 2), support("Mystic")), game) == "support2"


@pytest.mark.parametrize(("hp", "action"), [(59, "support1"), (60, "strike")])
def test_who_is_hurt_is_healed(game: GameConfig, hp: int, action: str) -> None:
    assert sensibly(view(side(hp=hp), support("Support")), game) == action


def test_a_shield_is_raised_before_a_blow_and_only_where_there_is_none(game: GameConfig) -> None:
    assert sensibly(view(None, support("Guardian")), game) == "support1"
    assert sensibly(view(None, support("Guardian"), intent="charge"), game) == "strike"
    assert sensibly(view(side(shield=5), support("Guardian")), game) == "strike"


def test_a_striker_only_strikes(game: GameConfig) -> None:
    assert strike_only(view(side(mana=10, hp=1), support("Support"), intent="smash"), game) == "strike"
    assert set(TACTICS) == {"sensible", "striker"}
