"""The daily reward."""

from __future__ import annotations

from datetime import datetime

from faye.messages.base import Command, Reply


class ClaimDaily(Command, frozen=True, kw_only=True):
    """Claim today's reward."""


class DailyClaimed(Reply, frozen=True, kw_only=True):
    """The reward by currency, the balances after it, the streak in days, and when the next one is due."""

    reward: dict[str, int]
    balances: dict[str, int]
    streak: int
    bonus_percent: int
    streak_was_reset: bool
    next_at: datetime
    streak_ends_at: datetime
