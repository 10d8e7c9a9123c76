"""The rule of exploring: energy for experience, small finds, and now and then a fight."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from faye.combat.encounters import wild_stand
from faye.config import GameConfig
from faye.config_types import Range
from faye.database.models.esprit import Esprit
from faye.database.models.fight import FightRules
from faye.database.models.outcome import Outcome, Posting
from faye.messages.explore import Explore, Explored, NotEnoughEnergy
from faye.messages.fight import FightView, InFight
from faye.messages.refusals import BalanceFull
from faye.messages.team import LeaderNeeded
from faye.utils.rng import SEED_BITS, Rng

EVENT: Final = "explore"
PLACE_BITS: Final = 16


class ExploreRules(FightRules):
    """Going out."""

    def explore(
        self,
        command: Explore,
        esprits: Mapping[int, Esprit],
        *,
        now: datetime,
        rng: Rng,
        config: GameConfig,
    ) -> Outcome[Explored] | NotEnoughEnergy | InFight | LeaderNeeded | BalanceFull:
        """Spend energy, gain experience and what lies by the way; who meets somebody fights, and keeps all that."""
        explore = config.explore
        if refusal := self.already_fighting(config) or self.leaderless(esprits):
            return refusal
        if short := self.energy_shortfall(explore.energy, now=now, config=config.player):
            return short
        if full := self._no_room(explore.pays):
            return full
        self.spend_energy(explore.energy, now=now, config=config.player)
        encounter = list(explore.encounters)[rng.weighted(list(explore.encounters.values()))]
        place = rng.bits(PLACE_BITS)
        postings = self._find(explore.pays, rng)
        if encounter == "chest":
            postings += self._find(explore.chest, rng)
        paid: dict[str, int] = {}
        for posting in postings:
            paid[posting.asset] = paid.get(posting.asset, 0) + posting.delta
        fight: FightView | None = None
        if encounter == "fight":
            fight, begun = self.begin_fight(
                "wild",
                wild_stand(self.level, rng, config),
                key=command.idempotency_key,
                seed=rng.bits(SEED_BITS),
                esprits=esprits,
                price={},
                now=now,
                config=config,
            )
            postings.append(begun)
        xp = self.gain_xp(explore.xp, now=now, config=config.player)
        energy = self.energy_now(now=now, config=config.player)
        reply = Explored(
            encounter=encounter,
            place=place,
            paid=paid,
            xp=xp,
            energy=energy.amount,
            energy_max=config.player.energy_max,
            energy_cost=explore.energy,
            fight=fight,
        )
        return Outcome(reply, postings)

    def _no_room(self, pays: Mapping[str, Range]) -> BalanceFull | None:
        """The refusal if nothing of what is always found could be kept."""
        full = [self.overflow(currency, 1) for currency, amounts in pays.items() if amounts.least]
        return full[0] if all(full) else None

    def _find(self, pays: Mapping[str, Range], rng: Rng) -> list[Posting]:
        found: list[Posting] = []
        for currency, amounts in pays.items():
            found.extend(self.pay(EVENT, currency, rng.between(amounts.least, amounts.most)))
        return found
