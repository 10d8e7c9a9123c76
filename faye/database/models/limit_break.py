"""The rule of breaking an Esprit's limit: for remna and virelite it grows stronger and may rise higher."""

from __future__ import annotations

from collections.abc import Mapping

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.upgrade import UpgradeRules
from faye.messages.limit_break import (
    BreakLimit,
    GetLimitBreak,
    LimitBreakOffer,
    LimitBroken,
    NoBreaksLeft,
    NotAtCap,
    OfferOutdated,
)
from faye.messages.refusals import NotEnough, UnclearEsprit, UnknownEsprit


class LimitBreakRules(UpgradeRules):
    """Limit breaks, offered first and done when the offer is taken."""

    def limit_break_offer(
        self, query: GetLimitBreak, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> LimitBreakOffer | UnknownEsprit | UnclearEsprit | NotAtCap | NoBreaksLeft:
        """What the next limit break costs and brings; whether it can be paid is for the reader to see."""
        esprit = self.meant(query.esprit, esprits, config=config)
        if not isinstance(esprit, Esprit):
            return esprit
        if refusal := self._unbreakable(esprit, config):
            return refusal
        cost = esprit.limit_break_cost(config)
        after = esprit.model_copy(update={"limit_breaks": esprit.limit_breaks + 1})
        return LimitBreakOffer(
            esprit=esprit.view(config, esprit.id in self.team_ids),
            breaks_max=config.esprit.limit_breaks_max,
            cost=cost,
            held={currency: self.balance(currency) for currency in cost},
            cap=self.cap_of(esprit, config=config),
            cap_after=after.level_cap(self.level, config),
            power_after=after.power(config),
        )

    def break_limit(
        self, command: BreakLimit, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Outcome[LimitBroken] | UnknownEsprit | OfferOutdated | NotAtCap | NoBreaksLeft | NotEnough:
        """Pay for one limit break of the Esprit that was offered; its level stays."""
        esprit = esprits.get(command.esprit_id)
        if esprit is None:
            return UnknownEsprit(esprit_id=command.esprit_id)
        if (esprit.level, esprit.limit_breaks) != (command.level, command.limit_breaks):
            return OfferOutdated(esprit=esprit.view(config, esprit.id in self.team_ids))
        if refusal := self._unbreakable(esprit, config):
            return refusal
        cost = esprit.limit_break_cost(config)
        for currency, price in cost.items():
            if shortfall := self.shortfall(currency, price):
                return shortfall
        power_before, cap_before = esprit.power(config), esprit.level_cap(self.level, config)
        esprit.limit_breaks += 1
        postings = (
            *(self.post("limit_break", currency, -price, esprit.species) for currency, price in cost.items()),
            esprit.noted("limit_break", collection_size=len(esprits)),
        )
        reply = LimitBroken(
            esprit=esprit.view(config, esprit.id in self.team_ids),
            power_before=power_before,
            cap_before=cap_before,
            level_cap=esprit.level_cap(self.level, config),
            cost=cost,
            balances={currency: self.balance(currency) for currency in cost},
        )
        return Outcome(reply, postings, changed=(esprit,))

    def _unbreakable(self, esprit: Esprit, config: GameConfig) -> NotAtCap | NoBreaksLeft | None:
        """Why the Esprit cannot have its limit broken, whatever the player holds."""
        view, cap = esprit.view(config, esprit.id in self.team_ids), esprit.level_cap(self.level, config)
        if esprit.limit_breaks >= config.esprit.limit_breaks_max:
            return NoBreaksLeft(esprit=view)
        return NotAtCap(esprit=view, level_cap=cap) if esprit.level < cap else None
