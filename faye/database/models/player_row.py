"""The columns of a player, and the one place where a balance changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from faye.database.models.outcome import Posting
from faye.messages.refusals import BalanceFull, NotEnough
from faye.vocabulary import CURRENCIES

BALANCE_MAX: Final = 10**15
"""Ceiling of every balance: far below 2**63, so that no sum of two can overflow."""


def _balance() -> Any:
    return Field(default=0, sa_type=sa.BigInteger, nullable=False)


def _moment() -> Any:
    return Field(default=None, sa_type=sa.DateTime(timezone=True))


def _count(start: int = 0) -> Any:
    return Field(default=start, sa_type=sa.Integer, nullable=False)


def _reference() -> Any:
    return Field(default=None, sa_type=sa.BigInteger, nullable=True)


class PlayerRow(SQLModel):
    """What the database keeps of a player besides the Esprits."""

    BALANCES: ClassVar[tuple[str, ...]] = CURRENCIES

    id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    version: int = _balance()
    """Grows by one with each effective command: the fence against stale writers."""

    started_at: datetime | None = _moment()
    faylen: int = _balance()
    virelite: int = _balance()
    fayrite_shards: int = _balance()
    fayrites: int = _balance()
    ethryl: int = _balance()
    remna: int = _balance()

    level: int = _count(1)
    xp: int = _balance()
    level_cap: int = _count(10)
    energy: int = _count(0)
    energy_at: datetime | None = _moment()
    """When `energy` was true; what has grown since is computed, not ticked."""

    pity_standard: int = _count()
    pity_premium: int = _count()
    daily_claimed_at: datetime | None = _moment()
    daily_streak: int = _count()
    daily_summoned_at: datetime | None = _moment()

    leader_id: int | None = _reference()
    support1_id: int | None = _reference()
    support2_id: int | None = _reference()

    fight: str | None = Field(default=None, sa_type=sa.Text)
    """The fight that goes on, as `faye.database.models.fight` writes it."""
    fight_until: datetime | None = _moment()
    """When that fight is over if nobody goes on with it."""
    trial_at: datetime | None = _moment()
    """When the last trial that was not won ended."""

    suspended_until: datetime | None = _moment()
    suspended_for: str | None = Field(default=None, sa_type=sa.Text)
    """Why, in the words of whoever suspended the player."""
    tutorial: int = _count()
    """Which of the first steps are done, and which rewarded, as `faye.database.models.tutorial` counts them in bits."""

    def balance(self, currency: str) -> int:
        """What the player holds of `currency`."""
        held: int = getattr(self, currency)
        return held

    def shortfall(self, currency: str, cost: int) -> NotEnough | None:
        """The refusal if the player cannot pay `cost` (which is not negative), else None."""
        assert cost >= 0, "a negative cost would be a gift"
        held = self.balance(currency)
        return NotEnough(currency=currency, required=cost, held=held) if held < cost else None

    def overflow(self, currency: str, gain: int) -> BalanceFull | None:
        """The refusal if `gain` (not negative) would lift the balance beyond its ceiling, else None."""
        assert gain >= 0, "a negative gain would be a cost"
        held = self.balance(currency)
        return (
            BalanceFull(currency=currency, held=held, most=BALANCE_MAX) if held + gain > BALANCE_MAX else None
        )

    def pay(self, event: str, currency: str, gain: int) -> Iterator[Posting]:
        """Post a gain (not negative), or as much of it as the ceiling leaves room for; nothing is no line."""
        assert gain >= 0, "a negative gain would be a cost"
        if room := min(gain, BALANCE_MAX - self.balance(currency)):
            yield self.post(event, currency, room)

    def post(self, event: str, currency: str, delta: int, subject: str | None = None) -> Posting:
        """Change one balance by `delta` and give the ledger line of it; the rule has checked before."""
        balance = self.balance(currency) + delta
        assert 0 <= balance <= BALANCE_MAX, f"{currency} would become {balance}"
        setattr(self, currency, balance)
        return Posting(event, currency, delta, balance, None, subject)
