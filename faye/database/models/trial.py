"""The rules of trials: at the level cap a boss has to be beaten, and whoever does not gets the price back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from faye.combat.encounters import boss_stand
from faye.config import GameConfig
from faye.database.models.cooldown import due_after
from faye.database.models.esprit import Esprit
from faye.database.models.fight import FightRules
from faye.database.models.outcome import Outcome
from faye.growth import growths
from faye.messages.fight import InFight
from faye.messages.refusals import NotEnough, TooSoon
from faye.messages.team import LeaderNeeded
from faye.messages.trial import (
    BeginTrial,
    NoTrialsLeft,
    TrialBegun,
    TrialNotDue,
    TrialOffer,
    TrialOutdated,
)
from faye.utils.rng import SEED_BITS, Rng

EVENT: Final = "trial.price"

NoTrial: TypeAlias = TrialNotDue | NoTrialsLeft


class TrialRules(FightRules):
    """What lifts the level cap."""

    def trial_offer(
        self, esprits: Mapping[int, Esprit], *, now: datetime, config: GameConfig
    ) -> TrialOffer | NoTrial | InFight:
        """What the next trial takes and who stands in the way, once it is due and no fight goes on."""
        if refusal := self._no_trial(config) or self.already_fighting(config):
            return refusal
        trial, stand = config.trials.trials[self.level_cap], boss_stand(self.level_cap, config)
        leader = esprits.get(self.leader_id) if self.leader_id is not None else None
        boss = config.derived(growths)[stand.species]
        return TrialOffer(
            level=self.level,
            level_cap=self.level_cap,
            cap_after=min(self.level_cap + config.trials.levels_per_trial, config.player.level_cap_max),
            price=dict(trial.price),
            held={currency: self.balance(currency) for currency in trial.price},
            boss_species=stand.species,
            boss_level=stand.level,
            boss_power=boss.power(stand.level, 0),
            leader_power=leader.power(config) if leader else 0,
            available_at=self._trial_due_at(now, config),
        )

    def begin_trial(
        self,
        command: BeginTrial,
        esprits: Mapping[int, Esprit],
        *,
        now: datetime,
        rng: Rng,
        config: GameConfig,
    ) -> Outcome[TrialBegun] | InFight | LeaderNeeded | NoTrial | TrialOutdated | TooSoon | NotEnough:
        """Take the price, which the fight holds until it is decided, and face the boss."""
        if refused := self.already_fighting(config) or self.leaderless(esprits) or self._no_trial(config):
            return refused
        if command.level_cap != self.level_cap:
            return TrialOutdated(level_cap=self.level_cap)
        if due := self._trial_due_at(now, config):
            return TooSoon(what="trial", available_at=due)
        price = config.trials.trials[self.level_cap].price
        for currency, amount in price.items():
            if short := self.shortfall(currency, amount):
                return short
        postings = [self.post(EVENT, currency, -amount) for currency, amount in price.items() if amount]
        fight, begun = self.begin_fight(
            "trial",
            boss_stand(self.level_cap, config),
            key=command.idempotency_key,
            seed=rng.bits(SEED_BITS),
            esprits=esprits,
            price={currency: amount for currency, amount in price.items() if amount},
            now=now,
            config=config,
        )
        balances = {currency: self.balance(currency) for currency in price}
        return Outcome(TrialBegun(price=dict(price), balances=balances, fight=fight), [*postings, begun])

    def _no_trial(self, config: GameConfig) -> NoTrial | None:
        if self.level_cap >= config.player.level_cap_max or self.level_cap not in config.trials.trials:
            return NoTrialsLeft(level_cap=self.level_cap)
        if self.level < self.level_cap:
            return TrialNotDue(level=self.level, level_cap=self.level_cap)
        return None

    def _trial_due_at(self, now: datetime, config: GameConfig) -> datetime | None:
        return due_after(self.trial_at, timedelta(minutes=config.trials.cooldown_minutes), now=now)
