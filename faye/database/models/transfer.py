"""The rule of giving faylen to another player."""

from __future__ import annotations

from msgspec import Struct

from faye.config import PlayerConfig
from faye.database.models.outcome import Posting
from faye.database.models.player_row import PlayerRow
from faye.messages.refusals import BalanceFull, InvalidAmount, NotEnough, UnknownPlayer
from faye.messages.transfer import SamePlayer


class Exchange(Struct, frozen=True):
    """A transfer's ledger lines on both sides."""

    giver: Posting
    receiver: Posting


class TransferRules(PlayerRow):
    """Faylen from one player to another: what one loses the other gains, and nothing else."""

    def transfer(
        self, receiver: TransferRules | None, amount: int, *, config: PlayerConfig
    ) -> Exchange | InvalidAmount | SamePlayer | UnknownPlayer | NotEnough | BalanceFull:
        """Move `amount` faylen to `receiver` (None: there is no such player)."""
        if not 1 <= amount <= config.transfer_amount_max:
            return InvalidAmount(given=amount, least=1, most=config.transfer_amount_max)
        if receiver is None or receiver.started_at is None:
            return UnknownPlayer()
        if receiver.id == self.id:
            return SamePlayer()
        if refusal := self.shortfall("faylen", amount) or receiver.overflow("faylen", amount):
            return refusal
        return Exchange(
            giver=self.post("transfer.give", "faylen", -amount, str(receiver.id)),
            receiver=receiver.post("transfer.receive", "faylen", amount, str(self.id)),
        )
