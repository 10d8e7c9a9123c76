"""The rule of crafting."""

from __future__ import annotations

from faye.config import CraftConfig
from faye.database.models.outcome import Outcome
from faye.database.models.player_row import PlayerRow
from faye.messages.craft import Crafted
from faye.messages.refusals import BalanceFull, InvalidAmount, NotEnough


class CraftRules(PlayerRow):
    """Fayrites from their shards."""

    def craft(
        self, amount: int, *, config: CraftConfig
    ) -> Outcome[Crafted] | InvalidAmount | NotEnough | BalanceFull:
        """Turn `amount` times `shards_per_fayrite` shards into `amount` fayrites."""
        if not 1 <= amount <= config.amount_max:
            return InvalidAmount(given=amount, least=1, most=config.amount_max)
        spent = amount * config.shards_per_fayrite
        if refusal := self.shortfall("fayrite_shards", spent) or self.overflow("fayrites", amount):
            return refusal
        postings = (
            self.post("craft", "fayrite_shards", -spent),
            self.post("craft", "fayrites", amount),
        )
        reply = Crafted(
            crafted=amount, shards_spent=spent, fayrites=self.fayrites, fayrite_shards=self.fayrite_shards
        )
        return Outcome(reply, postings)
