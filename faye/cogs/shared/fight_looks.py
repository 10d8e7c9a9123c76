"""A fight as a picture."""

from __future__ import annotations

from faye.cogs.shared.look import Look
from faye.cogs.shared.rendered import Picture
from faye.messages.fight import Ending, FightSide, FightSupport, FightView
from faye.utils.image_generator import card_face
from faye.utils.scene_face import FightScene, SceneFighter, SceneSupport


def scene_of(fight: FightView, look: Look, outcome: Ending | None = None) -> Picture | None:
    """The scene of this turn; None if the roster no longer has one who stands in it."""
    supports = [support for support in fight.supports if support]
    shown = [fight.leader.species, fight.enemy.species, *(support.species for support in supports)]
    if any(look.species(species) is None for species in shown):
        return None
    scene = FightScene(
        leader=_fighter(fight.leader, look),
        enemy=_fighter(
            fight.enemy,
            look,
            charge=fight.intent == "smash" and outcome is None,
            marks=tuple(rage.below_percent for rage in look.config.game.fight.rage),
        ),
        supports=tuple(_support(support, look) for support in supports),
        turn=fight.turn,
        backdrop=fight.enemy.element,
        boss=fight.kind == "trial",
        outcome=outcome,
    )
    return Picture(scene, f"turn-{fight.turn}.webp")


def _fighter(
    side: FightSide, look: Look, *, charge: bool = False, marks: tuple[int, ...] = ()
) -> SceneFighter:
    effects = (*side.effects, "charge") if charge else tuple(side.effects)
    return SceneFighter(
        face=card_face(
            side.species, config=look.config.game, level=side.level, limit_breaks=side.limit_breaks
        ),
        name=look.species_name(side.species),
        level=side.level,
        hp=side.hp,
        hp_max=side.hp_max,
        shield=side.shield,
        mana=side.mana,
        mana_max=side.mana_max,
        effects=effects,
        marks=marks,
    )


def _support(support: FightSupport, look: Look) -> SceneSupport:
    face = card_face(
        support.species, config=look.config.game, level=support.level, limit_breaks=support.limit_breaks
    )
    return SceneSupport(face=face, cooldown=support.cooldown)
