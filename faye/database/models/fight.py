"""The rules of fights: a player has one at most, it stands in the player's row, and it always ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from faye.combat.battle import Fight, freeze, thaw
from faye.combat.fight_view import view_of
from faye.combat.setup import Setup, Stand
from faye.config import GameConfig
from faye.database.models.advance import AdvanceRules
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import FIGHT, Outcome, Posting
from faye.database.models.profile import ProfileRules
from faye.messages.fight import (
    Act,
    Action,
    EndFight,
    Ending,
    FightEnd,
    FightEnded,
    FightKind,
    FightView,
    InFight,
    NoFight,
    NotEnoughMana,
    NotReady,
    OpenFight,
    TurnPassed,
    TurnPlayed,
    XpGain,
)
from faye.messages.team import LeaderNeeded

SPOILS: Final = "fight.won"


class FightRules(AdvanceRules, ProfileRules):
    """Fights begin by exploring or by a trial, go on turn by turn, and end won, lost or fled."""

    def act(
        self, command: Act, *, now: datetime, config: GameConfig
    ) -> Outcome[TurnPlayed] | NoFight | TurnPassed | NotReady | NotEnoughMana:
        """Play the turn that `command` names, if it is the one to be played and the action is possible."""
        fight = self._open_fight(command.fight_id)
        if fight is None:
            return NoFight()
        if command.turn != fight.turn:
            return TurnPassed(turn=fight.turn)
        if refusal := _impossible(fight, command.action, config):
            return refusal
        beats = fight.play(command.action, config)
        ending = fight.ending(config)
        standing = f"{command.turn} {fight.leader.hp} {fight.enemy.hp}"
        event = f"fight.{command.action}"
        postings = [Posting(event, FIGHT, -1 if ending else 0, 0 if ending else 1, None, standing)]
        end = None
        if ending is None:
            self._keep(fight, now, config)
        else:
            end = self._end(fight, ending, postings, now=now, config=config)
        view = view_of(fight, self._until_ms(now, config), config)
        return Outcome(TurnPlayed(fight=view, beats=beats, end=end), postings)

    def end_fight(
        self, command: EndFight, *, now: datetime, config: GameConfig
    ) -> Outcome[FightEnded] | NoFight:
        """End a fight that nobody went on with for so long, as fled."""
        fight = self._open_fight(command.fight_id)
        if fight is None or not self.is_forsaken(now):
            return NoFight()
        standing = f"{fight.turn} {fight.leader.hp} {fight.enemy.hp}"
        postings = [Posting("fight.abandoned", FIGHT, -1, 0, None, standing)]
        end = self._end(fight, "fled", postings, now=now, config=config)
        return Outcome(FightEnded(end=end), postings)

    def is_forsaken(self, now: datetime) -> bool:
        """Whether a fight goes on that should have ended by now, since nobody played its turn."""
        return self.fight_until is not None and now >= self.fight_until

    @property
    def fight_id(self) -> int:
        """The key of the command that began the fight that goes on."""
        assert self.fight is not None, "no fight goes on"
        return thaw(self.fight).id

    def open_fight(self, *, config: GameConfig) -> OpenFight | NoFight:
        """The fight that goes on, as its player sees it."""
        view = self.fight_view(config)
        return OpenFight(fight=view) if view else NoFight()

    def fight_view(self, config: GameConfig) -> FightView | None:
        """The fight that goes on, if there is one."""
        if self.fight is None or self.fight_until is None:
            return None
        return view_of(thaw(self.fight), int(self.fight_until.timestamp() * 1000), config)

    def already_fighting(self, config: GameConfig) -> InFight | None:
        """The refusal to begin another fight."""
        view = self.fight_view(config)
        return InFight(fight=view) if view else None

    def leaderless(self, esprits: Mapping[int, Esprit]) -> LeaderNeeded | None:
        """The refusal to go anywhere without a leader."""
        return LeaderNeeded() if self.leader_id is None or self.leader_id not in esprits else None

    def begin_fight(
        self,
        kind: FightKind,
        enemy: Stand,
        *,
        key: int,
        seed: int,
        esprits: Mapping[int, Esprit],
        price: dict[str, int],
        now: datetime,
        config: GameConfig,
    ) -> tuple[FightView, Posting]:
        """Let the team face `enemy`; the rule has made sure that no fight goes on."""
        assert self.fight is None, "one fight at a time"
        leader, *supports = (
            _stand(esprits.get(esprit_id) if esprit_id is not None else None)
            for esprit_id in (self.leader_id, self.support1_id, self.support2_id)
        )
        assert leader is not None, "the rule has looked for a leader"
        setup = Setup(kind, seed, enemy, leader, (supports[0], supports[1]))
        fight = setup.fight(key, config, price)
        self._keep(fight, now, config)
        view = view_of(fight, self._until_ms(now, config), config)
        return view, Posting("fight.begin", FIGHT, 1, 1, None, setup.text())

    def _open_fight(self, fight_id: int) -> Fight | None:
        if self.fight is None:
            return None
        fight = thaw(self.fight)
        return fight if fight.id == fight_id else None

    def _keep(self, fight: Fight, now: datetime, config: GameConfig) -> None:
        self.fight = freeze(fight)
        self.fight_until = now + timedelta(minutes=config.fight.abandoned_after_minutes)

    def _until_ms(self, now: datetime, config: GameConfig) -> int:
        until = now + timedelta(minutes=config.fight.abandoned_after_minutes)
        return int(until.timestamp() * 1000)

    def _end(
        self, fight: Fight, ending: Ending, postings: list[Posting], *, now: datetime, config: GameConfig
    ) -> FightEnd:
        """Close the fight, and give what goes with its end."""
        self.fight = self.fight_until = None
        first = len(postings)
        xp: XpGain | None = None
        level_cap = None
        returned: dict[str, int] = {}
        if fight.kind == "wild":
            gain = config.explore.won_xp if ending == "won" else config.explore.lost_xp
            if ending == "won":
                for currency, amount in spoils(fight, config):
                    postings.extend(self.pay(SPOILS, currency, amount))
            if ending != "fled":
                xp = self.gain_xp(gain, now=now, config=config.player)
        elif ending == "won":
            lifted = min(self.level_cap + config.trials.levels_per_trial, config.player.level_cap_max)
            level_cap = self.level_cap = max(self.level_cap, lifted)
            xp = self.gain_xp(0, now=now, config=config.player)
        else:
            self.trial_at = now
            for currency, held in fight.price.items():
                for posting in self.pay("trial.returned", currency, held):
                    postings.append(posting)
                    returned[currency] = posting.delta
        paid = {posting.asset: posting.delta for posting in postings[first:] if posting.event == SPOILS}
        return FightEnd(ending, paid, returned, xp, level_cap)


def spoils(fight: Fight, config: GameConfig) -> Iterator[tuple[str, int]]:
    """What a wild Esprit leaves, currency by currency: the more the higher its level."""
    explore, chance = config.explore, fight.chance("spoils")
    percent = 100 + explore.won_pays_percent_per_level * (fight.enemy.level - 1)
    for currency, pays in explore.won_pays.items():
        yield currency, chance.between(pays.least, pays.most) * percent // 100


def _stand(esprit: Esprit | None) -> Stand | None:
    return Stand(esprit.species, esprit.level, esprit.limit_breaks) if esprit else None


def _impossible(fight: Fight, action: Action, config: GameConfig) -> NotReady | NotEnoughMana | None:
    """Why the leader's side cannot do this now; None: it can."""
    if action == "skill":
        required = fight.leader.skill_cost(config)
        if fight.leader.mana < required:
            return NotEnoughMana(required=required, held=fight.leader.mana)
    if action in ("support1", "support2"):
        support = fight.support(action)
        if support is None:
            return NotReady(action=action, turns=None)
        if support.cooldown:
            return NotReady(action=action, turns=support.cooldown)
    return None
