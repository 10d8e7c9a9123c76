"""Coming on: experience gained, levels risen, energy spent and refilled."""

from __future__ import annotations

from datetime import datetime, timedelta

from faye.config import PlayerConfig
from faye.database.models.energy import EnergyRules
from faye.database.models.experience import xp_to_next_level
from faye.messages.explore import NotEnoughEnergy
from faye.messages.fight import XpGain


class AdvanceRules(EnergyRules):
    """The only place where level, experience and energy change."""

    def gain_xp(self, amount: int, *, now: datetime, config: PlayerConfig) -> XpGain:
        """Add experience and rise as far as it reaches; each rise refills the energy.

        At the level cap the bar fills to its end and what is more is not gained; at the highest level there is no bar.
        """
        assert amount >= 0, "experience is never taken"
        before, gained = self.level, amount
        self.xp += amount
        while self.level < self.level_cap and 0 < (needed := xp_to_next_level(self.level, config)) <= self.xp:
            self.xp -= needed
            self.level += 1
        needed = xp_to_next_level(self.level, config)
        is_capped = self.level >= self.level_cap and self.xp >= needed
        if is_capped:
            gained -= min(amount, self.xp - needed)
            self.xp = needed
        if self.level > before:
            self.energy = max(self.energy_now(now=now, config=config).amount, config.energy_max)
            self.energy_at = now
        return XpGain(gained, before, self.level, self.xp, needed, is_capped and needed > 0)

    def energy_shortfall(self, cost: int, *, now: datetime, config: PlayerConfig) -> NotEnoughEnergy | None:
        """The refusal if there is less energy than `cost` now, else None."""
        held = self.energy_now(now=now, config=config).amount
        if held >= cost:
            return None
        since = self.energy_at or now
        enough_at = since + (cost - self.energy) * timedelta(minutes=config.energy_minutes_per_point)
        return NotEnoughEnergy(required=cost, held=held, enough_at=enough_at)

    def spend_energy(self, cost: int, *, now: datetime, config: PlayerConfig) -> None:
        """Take `cost`, which there is; the part of a point that has grown already is kept."""
        held = self.energy_now(now=now, config=config).amount
        assert held >= cost, "the rule has checked before"
        if held >= config.energy_max or self.energy_at is None:
            self.energy_at = now
        else:
            self.energy_at += (held - self.energy) * timedelta(minutes=config.energy_minutes_per_point)
        self.energy = held - cost
