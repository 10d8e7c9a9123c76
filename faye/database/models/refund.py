"""The rule of undoing what one command did, as far as ledger lines can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from faye.config import GameConfig
from faye.database.models.administration import AdministrationRules, Done
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import ADMIN, ESPRIT, Outcome, Posting
from faye.messages.admin import (
    Administered,
    AlreadyRefunded,
    Change,
    DeedPreview,
    NoRefund,
    NotRefundable,
    Refund,
    Undo,
)
from faye.messages.base import Refusal, Reply
from faye.messages.limit_break import LimitBroken
from faye.messages.refusals import UnknownEsprit
from faye.messages.upgrade import EspritUpgraded


class PastDeed(Struct, frozen=True):
    """What a command of the player did: its first reply, its ledger lines, and whether it was refunded."""

    reply: Reply
    postings: Sequence[Posting]
    is_refunded: bool


class RefundRules(AdministrationRules):
    """Balances go back by what the command changed them, Esprits that it brought go, training is undone.

    Whoever has not kept enough keeps all. Experience, energy, pity and cooldowns stay as they are: no line tells of
    them.
    """

    def refund(
        self, command: Refund, past: PastDeed, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Outcome[Administered] | Refusal:
        """Undo `past`; its key stands in the first ledger line, so that it is found when somebody asks again."""
        done = self._undo(past, esprits, config)
        if isinstance(done, Refusal):
            return done
        reply = Administered(
            player_id=self.id,
            deed=Undo(command.key),
            changes=list(done.changes),
            esprits=self.views(done.shown, config),
        )
        return self.administered(done, reply, command.admin_id, str(command.key), command.reason)

    def preview_refund(
        self, key: int, past: PastDeed, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> DeedPreview | Refusal:
        """What the refund would do, found out by doing it to a copy."""
        copies = {esprit.id: esprit.model_copy() for esprit in esprits.values()}
        copy = self.model_copy()
        done = copy._undo(past, copies, config)
        if isinstance(done, Refusal):
            return done
        return DeedPreview(
            player_id=self.id,
            deed=Undo(key),
            changes=list(done.changes),
            esprits=copy.views(done.shown, config),
        )

    def _undo(self, past: PastDeed, esprits: Mapping[int, Esprit], config: GameConfig) -> Done | Refusal:
        if past.is_refunded:
            return AlreadyRefunded()
        if why := _why_not(past):
            return NotRefundable(why=why)
        moved: Counter[str] = Counter()
        for posting in past.postings:
            if posting.asset != ESPRIT:
                moved[posting.asset] += posting.delta
        for currency, delta in moved.items():
            refusal = self.shortfall(currency, max(delta, 0)) or self.overflow(currency, max(-delta, 0))
            if refusal:
                return refusal
        taken = [
            posting.esprit_id for posting in past.postings if (posting.asset, posting.delta) == (ESPRIT, 1)
        ]
        if (gone := next((each for each in taken if each not in esprits), None)) is not None:
            return UnknownEsprit(esprit_id=gone)
        lost = [esprits[each] for each in taken if each is not None]
        places = self.places_without({esprit.id for esprit in lost}, esprits, config=config)
        if isinstance(places, Refusal):
            return places
        changed = _untrained(past.reply, esprits)
        if changed is None:
            return NotRefundable(why="changed")
        postings = [self.post("admin.refund", currency, -delta) for currency, delta in moved.items() if delta]
        changes = [
            Change(posting.asset, posting.balance - posting.delta, posting.balance) for posting in postings
        ]
        size = len(esprits)
        if lost:
            changes.append(Change(ESPRIT, size, size - len(lost)))
        postings += [esprit.noted("admin.refund", collection_size=size) for esprit in changed]
        postings += self.take("admin.refund", lost, places, esprits)
        return Done("admin.refund", changes, postings, shown=(*lost, *changed), changed=changed, lost=lost)


def is_refund_of(posting: Posting, key: int) -> bool:
    """Whether this line says that the command with `key` was refunded."""
    words = (posting.subject or "").split(" ")
    return (posting.event, posting.asset) == ("admin.refund", ADMIN) and words[1:2] == [str(key)]


def _why_not(past: PastDeed) -> NoRefund | None:
    """Why nothing of it can be undone; None: perhaps all of it can."""
    if isinstance(past.reply, Refusal) or not past.postings:
        return "refused"
    assets = {posting.asset for posting in past.postings}
    events = {posting.event.partition(".")[0] for posting in past.postings}
    if ADMIN in assets:
        return "operator"
    if "transfer" in events:
        return "gift"
    if "start" in events:
        return "start"
    if assets - {*AdministrationRules.BALANCES, ESPRIT}:
        return "fight"
    deltas = {posting.delta for posting in past.postings if posting.asset == ESPRIT}
    if -1 in deltas:
        return "esprits"
    trains = isinstance(past.reply, EspritUpgraded | LimitBroken)
    return "changed" if 0 in deltas and not trains else None


def _untrained(reply: Reply, esprits: Mapping[int, Esprit]) -> Sequence[Esprit] | None:
    """The Esprit that the command trained, set back to what it was; None if it is no longer what it then became."""
    if not isinstance(reply, EspritUpgraded | LimitBroken):
        return ()
    esprit = esprits.get(reply.esprit.id)
    if esprit is None or (esprit.level, esprit.limit_breaks) != (
        reply.esprit.level,
        reply.esprit.limit_breaks,
    ):
        return None
    if isinstance(reply, EspritUpgraded):
        esprit.level = reply.level_before
    else:
        esprit.limit_breaks -= 1
    return (esprit,)
