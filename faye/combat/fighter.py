"""One side of a fight: figures fixed when it begins, and what the fight has made of them since."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct

from faye.config import GameConfig
from faye.config_combat import Effect
from faye.growth import growths

PARTS: Final = 1_000_000
"""Chances are whole numbers out of so many."""


class Fighter(Struct, array_like=True):
    """An Esprit in a fight. Fields are only ever appended, with a default: fights under way outlive a release."""

    species: str
    level: int
    limit_breaks: int
    element: str
    esprit_class: str
    hp_max: int
    atk: int
    defence: int
    spd: int
    mres: int
    mana_max: int
    crit: int
    block: int
    dodge: int
    regen: int
    """These four in millionths: chances of 1, and points of regeneration."""
    hp: int
    mana: int
    effects: dict[Effect, int] = {}
    """Effects and the turns they still last."""
    shield: int = 0
    """Damage that the shield still takes."""
    burn: int = 0
    """What burning takes each turn."""
    cooldown: int = 0
    """Turns until a support can do its part again."""
    hits_percent: int = 100
    """What this one's damage is multiplied with: bosses hit harder."""

    def has(self, effect: Effect) -> bool:
        """Whether an effect lasts."""
        return effect in self.effects

    def suffer(self, effect: Effect, turns: int, config: GameConfig) -> bool:
        """Take an effect, or keep it for as long as the longer of the two lasts; False: a stun that was shaken off."""
        if effect == "stun" and (self.has("stun") or self.has("steady")):
            return False
        self.effects[effect] = max(turns, self.effects.get(effect, 0))
        return True

    def drop(self, effect: Effect) -> None:
        """End an effect, with what it brought."""
        self.effects.pop(effect, None)
        if effect == "shield":
            self.shield = 0
        if effect == "burn":
            self.burn = 0

    def hurt(self, amount: int) -> int:
        """Lose health, the shield's part first; returns what the health lost."""
        taken = min(self.shield, amount)
        self.shield -= taken
        if self.shield == 0:
            self.drop("shield")
        lost = min(self.hp, amount - taken)
        self.hp -= lost
        return lost

    def heal(self, amount: int) -> int:
        """Gain health up to what there can be; returns how much."""
        gained = min(amount, self.hp_max - self.hp)
        self.hp += gained
        return gained

    def gain_mana(self, amount: int) -> int:
        """Gain mana up to what there can be; returns how much."""
        gained = min(amount, self.mana_max - self.mana)
        self.mana += gained
        return gained

    def skill_cost(self, config: GameConfig) -> int:
        """The mana that this one's skill takes."""
        return self.mana_max * config.fight.skill_mana_percent // 100

    def speed(self, config: GameConfig) -> int:
        """Speed as it is now."""
        return self.spd * config.fight.haste_percent // 100 if self.has("haste") else self.spd


def fighter(
    species: str,
    level: int,
    limit_breaks: int,
    config: GameConfig,
    *,
    hp_percent: int = 100,
    hits_percent: int = 100,
) -> Fighter:
    """An Esprit of that species, whole and rested."""
    growth = config.derived(growths)[species]
    stats = growth.stats(level, limit_breaks)
    hp = max(1, int(stats["hp"]) * hp_percent // 100)
    return Fighter(
        species=species,
        level=level,
        limit_breaks=limit_breaks,
        element=growth.species.element,
        esprit_class=growth.species.esprit_class,
        hp_max=hp,
        atk=int(stats["atk"]),
        defence=int(stats["def"]),
        spd=int(stats["spd"]),
        mres=int(stats["mres"]),
        mana_max=int(stats["mana"]),
        crit=_parts(stats["crit"]),
        block=_parts(stats["block"]),
        dodge=_parts(stats["dodge"]),
        regen=_parts(stats["regen"]),
        hp=hp,
        mana=int(stats["mana"]),
        hits_percent=hits_percent,
    )


def _parts(value: float) -> int:
    """A configured fraction in millionths, as it is written and not as it is rounded in memory."""
    return int(Decimal(str(value)) * PARTS)
