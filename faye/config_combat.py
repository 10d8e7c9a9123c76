"""The tunables of exploring, of trials, and of the fights that both lead to."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, field

from faye.config_types import Closed, Level, Minutes, Natural, Percent, Positive, Range, Turns

Weight = Annotated[int, Meta(ge=0, le=1_000_000)]
Effect = Literal["burn", "shield", "stun", "weaken", "haste", "steady"]
Encounter = Literal["find", "chest", "fight"]


class SkillConfig(Closed, frozen=True):
    """What a class can do besides striking; heals and shields are percents of the health of whoever casts them."""

    name: Annotated[str, Meta(min_length=1, max_length=24)]
    power: Natural = 0
    """0: it does no damage."""
    magic: bool = False
    """Magic meets the magic resistance, everything else the defence."""
    heal_percent: Percent = 0
    shield_percent: Percent = 0
    mana_percent: Percent = 0
    """Mana that the leader gets, as a percent of the leader's own."""
    inflicts: dict[Effect, Turns] = field(default_factory=dict)
    """On the enemy, for so many turns."""
    grants: dict[Effect, Turns] = field(default_factory=dict)
    """To one's own side."""
    cleanses: bool = False
    """Whether it takes burning and weakness from one's own side."""
    cooldown_turns: Annotated[int, Meta(ge=0, le=100)] = 0
    """Of supports, who have no mana: so many turns until they can do it again."""


class RageConfig(Closed, frozen=True):
    """Below this much health an enemy does so much damage."""

    below_percent: Percent
    damage_percent: Percent


class FightConfig(Closed, frozen=True):
    """Fights: formulas' factors in percent, effects, skills by class. `attack - defence / 2` stands in the rule."""

    turns_max: Turns
    """Whoever has not won by then has lost."""
    abandoned_after_minutes: Minutes
    strike_power: Positive
    skill_mana_percent: Percent
    mana_percent_per_regen: Decimal
    """Of the mana there can be, what a point of regeneration brings each turn."""
    guard_percent: Percent
    """What gets through a guard."""
    guard_mana_percent: Percent
    parry_percent: Percent
    """What gets through when a smash is guarded."""
    parry_stun_turns: Turns
    smash_percent: Percent
    crit_percent: Percent
    block_percent: Percent
    element_beats: dict[str, list[str]]
    element_percent: Percent
    element_weak_percent: Percent
    class_beats: dict[str, list[str]]
    class_percent: Percent
    class_weak_percent: Percent
    rage: list[RageConfig]
    """The lowest health first."""
    intents: dict[Literal["strike", "skill", "charge"], Weight]
    burn_power: Positive
    weaken_percent: Percent
    haste_percent: Percent
    haste_dodge_percent: Percent
    steady_turns: Turns
    """Whoever was stunned cannot be stunned again for so long."""
    skills: dict[str, SkillConfig]
    support_skills: dict[str, SkillConfig]


class WildConfig(Closed, frozen=True):
    """Wild Esprits from a player level on: their levels, the chances of their rarities, and how hard they are."""

    levels: Range
    rarities: dict[str, Weight]
    hp_percent: Percent
    attack_percent: Percent
    """What their health and their damage are multiplied with."""


class ExploreConfig(Closed, frozen=True):
    """What exploring costs, pays and meets."""

    energy: Positive
    xp: Natural
    pays: dict[str, Range]
    encounters: dict[Encounter, Weight]
    chest: dict[str, Range]
    """What a chest holds on top."""
    wild: dict[int, WildConfig]
    """By the player level from which on it holds."""
    won_pays: dict[str, Range]
    won_xp: Natural
    won_pays_percent_per_level: Percent
    """Of what a win pays, so much more for each level of the enemy above the first."""
    lost_xp: Natural


class BossConfig(Closed, frozen=True):
    """Who stands in the way: a species at a level, with more health and a harder hand than it would have."""

    species: str
    level: Level
    hp_percent: Percent
    attack_percent: Percent


class TrialConfig(Closed, frozen=True):
    """One trial: its price, held during the fight, and its boss."""

    price: dict[str, Natural]
    boss: BossConfig


class TrialsConfig(Closed, frozen=True):
    """Trials by the level cap that they lift; what is lost, fled or abandoned can be tried again after a while."""

    levels_per_trial: Level
    cooldown_minutes: Minutes
    trials: dict[int, TrialConfig]
