"""A fight as its player sees it."""

from __future__ import annotations

from faye.combat.battle import Fight
from faye.combat.fighter import Fighter
from faye.config import GameConfig
from faye.growth import growths
from faye.messages.fight import FightSide, FightSupport, FightView


def view_of(fight: Fight, until_ms: int, config: GameConfig) -> FightView:
    """What may be shown of a fight: everything but its seed."""
    first, second = (_support(support, config) if support else None for support in fight.supports)
    return FightView(
        id=fight.id,
        kind=fight.kind,
        turn=fight.turn,
        turns_max=config.fight.turns_max,
        leader=_side(fight.leader, config),
        enemy=_side(fight.enemy, config),
        supports=[first, second],
        intent=fight.intent,
        until_ms=until_ms,
    )


def _side(fighter: Fighter, config: GameConfig) -> FightSide:
    return FightSide(
        *_who(fighter, config),
        hp=fighter.hp,
        hp_max=fighter.hp_max,
        shield=fighter.shield,
        mana=fighter.mana,
        mana_max=fighter.mana_max,
        skill_cost=fighter.skill_cost(config),
        effects=dict(fighter.effects.items()),
    )


def _support(fighter: Fighter, config: GameConfig) -> FightSupport:
    return FightSupport(*_who(fighter, config), cooldown=fighter.cooldown)


def _who(fighter: Fighter, config: GameConfig) -> tuple[str, str, str, str, int, int, int]:
    """The fields of `FightEsprit`, in their order; the lowest rank for a species that has left the roster since."""
    growth = config.derived(growths).get(fighter.species)
    level, limit_breaks = fighter.level, fighter.limit_breaks
    return (
        fighter.species,
        growth.species.rarity if growth else next(iter(config.esprit.rarities)),
        fighter.element,
        fighter.esprit_class,
        level,
        limit_breaks,
        growth.power(level, limit_breaks) if growth else 0,
    )
