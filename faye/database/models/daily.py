"""The rule of the daily reward."""

from __future__ import annotations

from datetime import datetime, timedelta

from faye.config import DailyConfig
from faye.database.models.cooldown import due_at
from faye.database.models.outcome import Outcome
from faye.database.models.player_row import PlayerRow
from faye.messages.daily import DailyClaimed
from faye.messages.refusals import BalanceFull, TooSoon


class DailyRules(PlayerRow):
    """The daily reward and its streak.

    A streak counts claims, each within `streak_lost_after_hours` of the one before. Its first day pays the
    reward itself, each further day a bonus more, up to day `streak_bonus_days_max`; it goes on counting
    beyond. A claim that comes later than that starts a new streak at day 1.
    """

    def claim_daily(
        self, *, now: datetime, config: DailyConfig
    ) -> Outcome[DailyClaimed] | TooSoon | BalanceFull:
        """Receive the reward with the streak's bonus, each amount rounded half up."""
        if due := due_at(self.daily_claimed_at, config.cooldown_hours, now=now):
            return TooSoon(what="daily", available_at=due)
        lost_after = timedelta(hours=config.streak_lost_after_hours)
        was_reset = self.daily_claimed_at is not None and now - self.daily_claimed_at > lost_after
        streak = 1 if was_reset else self.daily_streak + 1
        bonus_percent = config.streak_bonus_percent_per_day * (min(streak, config.streak_bonus_days_max) - 1)
        reward = {
            currency: (amount * (100 + bonus_percent) + 50) // 100
            for currency, amount in config.reward.items()
            if amount
        }
        for currency, amount in reward.items():
            if full := self.overflow(currency, amount):
                return full
        self.daily_claimed_at = now
        self.daily_streak = streak
        postings = [self.post("daily", currency, amount) for currency, amount in reward.items()]
        reply = DailyClaimed(
            reward=reward,
            balances={posting.asset: posting.balance for posting in postings},
            streak=streak,
            bonus_percent=bonus_percent,
            streak_was_reset=was_reset,
            next_at=now + timedelta(hours=config.cooldown_hours),
            streak_ends_at=now + lost_after,
        )
        return Outcome(reply, postings)
