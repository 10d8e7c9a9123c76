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
    rarity, power = _rank(fighter, config)
    return FightSide(
        species=fighter.species,
        rarity=rarity,
        element=fighter.element,
        esprit_class=fighter.esprit_class,
        level=fighter.level,
        limit_breaks=fighter.limit_breaks,
        power=power,
        hp=fighter.hp,
        hp_max=fighter.hp_max,
        shield=fighter.shield,
        mana=fighter.mana,
        mana_max=fighter.mana_max,
        skill_cost=fighter.skill_cost(config),
        effects=dict(fighter.effects.items()),
    )


def _support(fighter: Fighter, config: GameConfig) -> FightSupport:
    rarity, power = _rank(fighter, config)
    return FightSupport(
        species=fighter.species,
        rarity=rarity,
        element=fighter.element,
        esprit_class=fighter.esprit_class,
        level=fighter.level,
        limit_breaks=fighter.limit_breaks,
        power=power,
        cooldown=fighter.cooldown,
    )


def _rank(fighter: Fighter, config: GameConfig) -> tuple[str, int]:
    """Rarity and power; the lowest of both for one whose species has left the roster since the fight began."""
    growth = config.derived(growths).get(fighter.species)
    if growth is None:
        return next(iter(config.esprit.rarities)), 0
    return growth.species.rarity, growth.power(fighter.level, fighter.limit_breaks)
