"""How simulated players fight: what they choose by what a fight shows to everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from faye.config import GameConfig
from faye.config_combat import SkillConfig
from faye.messages.fight import Action, FightSide, FightView

Tactics = Callable[[FightView, GameConfig], Action]

HURT_PERCENT: Final = 60
"""Below this much health a sensible player looks for healing."""


def strike_only(view: FightView, game: GameConfig) -> Action:
    """Press the first button, whatever happens."""
    return "strike"


def sensibly(view: FightView, game: GameConfig) -> Action:
    """Guard smashes, heal when hurt, shield before blows, use supports and skill as they are ready, else strike."""
    if view.intent == "smash" and "stun" not in view.enemy.effects:
        return "guard"
    ready = list(_ready(view, game))
    for is_due in (_heals, _shields, _hurts):
        for action, skill in ready:
            if is_due(skill, view):
                return action
    return "strike"


TACTICS: Final[dict[str, Tactics]] = {"sensible": sensibly, "striker": strike_only}


def _ready(view: FightView, game: GameConfig) -> Iterator[tuple[Action, SkillConfig]]:
    """What could be done now besides striking, and what it does."""
    actions: tuple[Action, Action] = ("support1", "support2")
    for action, support in zip(actions, view.supports, strict=True):
        if support is not None and not support.cooldown:
            yield action, game.fight.support_skills[support.esprit_class]
    if view.leader.mana >= view.leader.skill_cost:
        yield "skill", game.fight.skills[view.leader.esprit_class]


def _heals(skill: SkillConfig, view: FightView) -> bool:
    return bool(skill.heal_percent) and _percent_left(view.leader) < HURT_PERCENT


def _shields(skill: SkillConfig, view: FightView) -> bool:
    return bool(skill.shield_percent) and not view.leader.shield and view.intent in ("strike", "skill")


def _hurts(skill: SkillConfig, view: FightView) -> bool:
    return skill.power > 0 and not skill.shield_percent


def _percent_left(side: FightSide) -> int:
    return side.hp * 100 // side.hp_max
