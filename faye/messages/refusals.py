"""The refusals that more than one feature gives."""

from __future__ import annotations

from datetime import datetime

from faye.messages.base import Refusal, Undecided
from faye.messages.esprit import EspritView


class NotStarted(Refusal, frozen=True, kw_only=True):
    """The player has not accepted the policy yet."""


class NotEnough(Refusal, frozen=True, kw_only=True):
    """The player holds less of a currency than the command costs."""

    currency: str
    required: int
    held: int


class TooSoon(Refusal, frozen=True, kw_only=True):
    """A cooldown still runs; `what` names it ("daily", "daily summon")."""

    what: str
    available_at: datetime


class InvalidAmount(Refusal, frozen=True, kw_only=True):
    """An amount lies outside the allowed range, both ends inclusive."""

    given: int
    least: int
    most: int


class BalanceFull(Refusal, frozen=True, kw_only=True):
    """The change would lift a balance beyond its ceiling."""

    currency: str
    held: int
    most: int


class UnknownEsprit(Refusal, frozen=True, kw_only=True):
    """No Esprit with that id belongs to the player."""

    esprit_id: int


class UnclearEsprit(Refusal, frozen=True, kw_only=True):
    """A name means none of the player's Esprits, or more than one: the most powerful of those it could mean."""

    text: str
    esprits: list[EspritView]


class UnknownPlayer(Refusal, frozen=True, kw_only=True):
    """The other player of the command does not exist or has not started."""


class Suspended(Refusal, frozen=True, kw_only=True):
    """The player may look, and do nothing, until then."""

    until: datetime
    reason: str


class IdempotencyConflict(Refusal, frozen=True, kw_only=True):
    """The key was used before with other arguments or by another player; nothing was done for this use."""


class Expired(Refusal, frozen=True, kw_only=True):
    """The command's key is older than what is remembered, or lies in the future: it is never executed."""


class Abandoned(Refusal, frozen=True, kw_only=True):
    """Stored in place of an effect: nothing happened under this key, nor ever will."""


class Busy(Undecided, frozen=True, kw_only=True):
    """The player's mailbox is full, or, if `overloaded`, the whole game has more to do than it can.

    This asking did nothing. Whether an earlier one of the same key did, the next one tells that is let in.
    """

    overloaded: bool = False


class NotKnownYet(Undecided, frozen=True, kw_only=True):
    """The deadline passed and the database cannot say what became of the command."""
