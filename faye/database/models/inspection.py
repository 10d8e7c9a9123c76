"""Everything about a player, for operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from faye.config import GameConfig
from faye.database.models.cooldown import due_after, due_at
from faye.database.models.esprit import Esprit
from faye.database.models.experience import xp_to_next_level
from faye.database.models.profile import ProfileRules
from faye.database.models.suspension import SuspensionRules
from faye.messages.admin import Inspection
from faye.messages.history import HistoryEntry


class InspectionRules(ProfileRules, SuspensionRules):
    """A look at all of a player's figures; it changes nothing."""

    def inspect(
        self,
        esprits: Mapping[int, Esprit],
        recent: Sequence[HistoryEntry],
        *,
        now: datetime,
        config: GameConfig,
    ) -> Inspection:
        """The figures as they are; the player must have started."""
        assert self.started_at is not None, "nobody is inspected before they started"
        energy = self.energy_now(now=now, config=config.player)
        counts = Counter(config.roster[esprit.species].rarity for esprit in esprits.values())
        suspension = self.suspension(now=now)
        trial_pause = timedelta(minutes=config.trials.cooldown_minutes)
        free_hours = config.summon.banners["daily"].cooldown_hours
        return Inspection(
            player_id=self.id,
            started_at=self.started_at,
            level=self.level,
            level_cap=self.level_cap,
            xp=self.xp,
            xp_needed=xp_to_next_level(self.level, config.player),
            energy=energy.amount,
            energy_max=config.player.energy_max,
            balances={currency: self.balance(currency) for currency in self.BALANCES},
            pity={"standard": self.pity_standard, "premium": self.pity_premium},
            daily_streak=self.daily_streak,
            tutorial=self.tutorial,
            cooldowns={
                "daily": due_at(self.daily_claimed_at, config.daily.cooldown_hours, now=now),
                "daily summon": due_at(self.daily_summoned_at, free_hours, now=now),
                "trial": due_after(self.trial_at, trial_pause, now=now),
            },
            esprits=len(esprits),
            by_rarity={rarity: counts[rarity] for rarity in config.esprit.rarities if counts[rarity]},
            team=[esprits[each].view(config, in_team=True) for each in self.team_ids if each in esprits],
            fight_until=self.fight_until,
            suspended_until=suspension.until if suspension else None,
            suspended_for=suspension.reason if suspension else "",
            recent=list(recent),
        )
