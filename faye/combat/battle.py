"""A fight, turn by turn: every turn follows from the seed, the actions so far and the configuration."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from msgspec import Struct

from faye.combat.fighter import PARTS, Fighter
from faye.config import GameConfig
from faye.config_combat import SkillConfig
from faye.messages.fight import Action, Beat, Ending, FightKind, Intent, Side
from faye.utils.rng import SEED_BITS, Rng

SUPPORTS: Final[tuple[Side, Side]] = ("support1", "support2")


class Fight(Struct, array_like=True):
    """A fight that goes on. Fields are only ever appended, with a default: fights under way outlive a release."""

    id: int
    """The key of the command that began it."""
    kind: FightKind
    seed: int
    leader: Fighter
    enemy: Fighter
    supports: list[Fighter | None]
    price: dict[str, int]
    """What is held until it ends: a trial's price."""
    turn: int = 1
    intent: Intent = "strike"
    fled: bool = False

    def ending(self, config: GameConfig) -> Ending | None:
        """How it has ended; None: it goes on. Who falls together with the enemy has won."""
        if self.fled:
            return "fled"
        if self.enemy.hp == 0:
            return "won"
        return "lost" if self.leader.hp == 0 or self.turn > config.fight.turns_max else None

    @property
    def is_decided(self) -> bool:
        """Whether it is over for good, however many turns there may be."""
        return self.fled or self.enemy.hp == 0 or self.leader.hp == 0

    def support(self, action: Action) -> Fighter | None:
        """The support that `action` calls upon, if one stands there."""
        return self.supports[SUPPORTS.index(action)] if action in SUPPORTS else None

    def begin(self, config: GameConfig) -> None:
        """Let the enemy make up its mind for the first turn."""
        self.intent = _intend(self.chance("begin"), config)

    def play(self, action: Action, config: GameConfig) -> list[Beat]:
        """Play the turn; whoever calls has made sure that the fight goes on and the action is possible.

        In a fight that has lasted longer than figures put in force meanwhile allow, nobody acts any more.
        """
        assert not self.is_decided, "a fight that is over has no turns"
        if action == "flee":
            self.fled = True
            return [Beat("leader", "flee")]
        return _Turn(self, action, self.chance(str(self.turn)), config).run()

    def chance(self, what: str) -> Rng:
        """What decides `what` in this fight: a number of a turn, or a word; the same whenever it is asked for."""
        raw = hashlib.blake2b(f"{self.seed}:{what}".encode(), digest_size=8).digest()
        return Rng(int.from_bytes(raw, "big") >> (64 - SEED_BITS))


class _Turn:
    """One turn under way."""

    def __init__(self, fight: Fight, action: Action, rng: Rng, config: GameConfig) -> None:
        self.fight = fight
        self.action = action
        self.rng = rng
        self.game = config
        self.config = config.fight
        self.beats: list[Beat] = []

    def run(self) -> list[Beat]:
        fight, leader, enemy = self.fight, self.fight.leader, self.fight.enemy
        self.is_guarded = self.action == "guard" and not leader.has("stun")
        if self.is_guarded:
            gained = leader.gain_mana(leader.mana_max * self.config.guard_mana_percent // 100)
            self._tell("leader", "guard", gained)
        leader_first = leader.speed(self.game) >= enemy.speed(self.game)
        for acts in (self._leader_acts, self._enemy_acts)[:: 1 if leader_first else -1]:
            if fight.ending(self.game) is None:
                acts()
        if fight.ending(self.game) is None:
            self._pass_time()
        fight.turn += 1
        return self.beats

    # ------------------------------------------------------------------ who does what

    def _leader_acts(self) -> None:
        fight, leader = self.fight, self.fight.leader
        if leader.has("stun"):
            self._tell("leader", "stunned")
        elif self.action == "strike":
            self._hit("leader", leader, "strike", self.config.strike_power, is_magic=False)
        elif self.action == "skill":
            leader.mana -= leader.skill_cost(self.game)
            self._cast("leader", leader, "skill", self.config.skills[leader.esprit_class])
        elif (support := fight.support(self.action)) is not None:
            skill = self.config.support_skills[support.esprit_class]
            support.cooldown = skill.cooldown_turns + 1  # this turn's end counts too
            self._cast("support1" if self.action == "support1" else "support2", support, "skill", skill)

    def _enemy_acts(self) -> None:
        enemy, intent = self.fight.enemy, self.fight.intent
        if enemy.has("stun"):
            self._tell("enemy", "stunned")
        elif intent == "charge":
            self._tell("enemy", "charge")
        elif intent == "skill" and enemy.mana >= (cost := enemy.skill_cost(self.game)):
            enemy.mana -= cost
            self._cast("enemy", enemy, "skill", self.config.skills[enemy.esprit_class])
        else:
            is_smash = intent == "smash"
            power = self.config.strike_power * (self.config.smash_percent if is_smash else 100) // 100
            self._hit("enemy", enemy, "smash" if is_smash else "strike", power, is_magic=False)

    # ------------------------------------------------------------------ what it does

    def _cast(self, who: Side, caster: Fighter, what: str, skill: SkillConfig) -> None:
        own, other = self._sides(who)
        landed = True
        if skill.power:
            landed = self._hit(who, caster, what, skill.power, is_magic=skill.magic)
        else:
            self._tell(who, what)
        if skill.cleanses:
            own.drop("burn")
            own.drop("weaken")
        for effect, turns in skill.grants.items():
            own.suffer(effect, turns, self.game)
        if skill.heal_percent:
            self._tell(who, "heal", own.heal(caster.hp_max * skill.heal_percent // 100))
        if skill.shield_percent:
            own.shield = max(own.shield, caster.hp_max * skill.shield_percent // 100)
            self._tell(who, "shield", own.shield)
        if skill.mana_percent:
            self._tell(who, "mana", own.gain_mana(own.mana_max * skill.mana_percent // 100))
        if landed and other.hp:
            for effect, turns in skill.inflicts.items():
                other.suffer(effect, turns, self.game)
                if effect == "burn":
                    other.burn = max(other.burn, max(1, caster.atk * self.config.burn_power // 50))

    def _hit(self, who: Side, attacker: Fighter, what: str, power: int, *, is_magic: bool) -> bool:
        """Strike the other side; whether it landed.

        max(1, attack · power / 50 - resistance / 2), times class and element, rage and weakness, crit and block.
        """
        _, target = self._sides(who)
        guarded = self.is_guarded and who == "enemy"
        dodge = target.dodge + (self.config.haste_dodge_percent * PARTS // 100 if target.has("haste") else 0)
        if not guarded and self.rng.below(PARTS) < dodge:
            self._tell(who, what, marks=["dodge"])
            return False
        resistance = target.mres if is_magic else target.defence
        hundredths = attacker.atk * power * 2 - resistance * 50
        marks: list[str] = []
        for percent, mark in self._factors(who, attacker, target, what, guarded):
            hundredths = hundredths * percent // 100
            marks += [mark] if mark else []
        taken = target.hurt(max(1, hundredths // 100))
        self._tell(who, what, taken, marks)
        if guarded and what == "smash" and target.hp:
            stunned = attacker.suffer("stun", self.config.parry_stun_turns + 1, self.game)
            if stunned:
                self._tell(who, "stun")
        return True

    def _factors(
        self, who: Side, attacker: Fighter, target: Fighter, what: str, guarded: bool
    ) -> list[tuple[int, str]]:
        """What multiplies a hit, in percent, with the mark that tells of it."""
        config = self.config
        found = [(attacker.hits_percent, "")]
        if target.element in config.element_beats[attacker.element]:
            found.append((config.element_percent, "strong"))
        elif attacker.element in config.element_beats[target.element]:
            found.append((config.element_weak_percent, "weak"))
        if target.esprit_class in config.class_beats[attacker.esprit_class]:
            found.append((config.class_percent, ""))
        elif attacker.esprit_class in config.class_beats[target.esprit_class]:
            found.append((config.class_weak_percent, ""))
        if who == "enemy" and (rage := self._rage()):
            found.append((rage, "rage"))
        if attacker.has("weaken"):
            found.append((config.weaken_percent, ""))
        if self.rng.below(PARTS) < attacker.crit:
            found.append((config.crit_percent, "crit"))
        if guarded:
            is_parry = what == "smash"
            found.append(
                (config.parry_percent if is_parry else config.guard_percent, "parry" if is_parry else "guard")
            )
        elif self.rng.below(PARTS) < target.block:
            found.append((config.block_percent, "block"))
        return found

    def _rage(self) -> int:
        enemy = self.fight.enemy
        for rage in self.config.rage:
            if enemy.hp * 100 < enemy.hp_max * rage.below_percent:
                return rage.damage_percent
        return 0

    # ------------------------------------------------------------------ the end of a turn

    def _pass_time(self) -> None:
        fight = self.fight
        sides: tuple[tuple[Side, Fighter], ...] = (("enemy", fight.enemy), ("leader", fight.leader))
        for who, fighter in sides:
            if fighter.burn:
                self._tell(who, "burn", fighter.hurt(fighter.burn))
        if fight.ending(self.game) is not None:
            return
        was_charging = fight.intent == "charge" and not fight.enemy.has("stun")
        for fighter in (fight.leader, fight.enemy):
            self._recover(fighter)
        for support in fight.supports:
            if support is not None:
                support.cooldown = max(0, support.cooldown - 1)
        fight.intent = "smash" if was_charging else _intend(self.rng, self.game)
        if fight.intent == "skill" and fight.enemy.mana < fight.enemy.skill_cost(self.game):
            fight.intent = "strike"

    def _recover(self, fighter: Fighter) -> None:
        """Mana comes back, effects pass."""
        per_point = self.config.mana_percent_per_regen
        numerator, denominator = per_point.as_integer_ratio()
        fighter.gain_mana(fighter.mana_max * fighter.regen * numerator // (denominator * PARTS * 100))
        for effect, turns in list(fighter.effects.items()):
            fighter.effects[effect] = turns - 1
            if turns == 1:
                fighter.drop(effect)
                if effect == "stun":
                    fighter.effects["steady"] = self.config.steady_turns

    def _sides(self, who: Side) -> tuple[Fighter, Fighter]:
        """The side that acts and the one it acts against; supports act for the leader."""
        leader, enemy = self.fight.leader, self.fight.enemy
        return (enemy, leader) if who == "enemy" else (leader, enemy)

    def _tell(self, who: Side, what: str, amount: int = 0, marks: list[str] | None = None) -> None:
        self.beats.append(Beat(who, what, amount, marks or []))


def _intend(rng: Rng, config: GameConfig) -> Intent:
    intents = config.fight.intents
    return list(intents)[rng.weighted(list(intents.values()))]


def freeze(fight: Fight) -> str:
    """A fight as text, as it stands in its player's row."""
    return msgspec.json.encode(fight).decode()


def thaw(text: str) -> Fight:
    """The fight that `freeze` wrote."""
    return msgspec.json.decode(text, type=Fight)
