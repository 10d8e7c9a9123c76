"""How far a player has come, and how much energy there is."""

from __future__ import annotations

from datetime import datetime, timedelta

from faye.config import PlayerConfig
from faye.database.models.energy import EnergyRules
from faye.database.models.experience import xp_to_next_level
from faye.database.models.level_caps import cap_at, next_rise
from faye.messages.level import EnergyReport, LevelReport


class LevelRules(EnergyRules):
    """Level and energy, read and never changed."""

    def level_report(self, *, config: PlayerConfig) -> LevelReport:
        """Level, experience, and the next player level from which on Esprits may rise higher."""
        rise = next_rise(self.level, config)
        return LevelReport(
            level=self.level,
            level_cap=self.level_cap,
            level_cap_max=config.level_cap_max,
            xp=self.xp,
            xp_needed=xp_to_next_level(self.level, config),
            esprit_cap=cap_at(self.level, config),
            next_esprit_cap=rise.cap if rise else None,
            next_esprit_cap_at=rise.player_level if rise else None,
        )

    def energy_report(self, *, now: datetime, config: PlayerConfig) -> EnergyReport:
        """Energy now, and when there is more."""
        energy = self.energy_now(now=now, config=config)
        minutes = config.energy_minutes_per_point
        next_at = None
        if energy.full_at is not None:
            next_at = energy.full_at - (config.energy_max - energy.amount - 1) * timedelta(minutes=minutes)
        return EnergyReport(
            energy=energy.amount,
            energy_max=config.energy_max,
            next_at=next_at,
            full_at=energy.full_at,
            minutes_per_point=minutes,
        )
