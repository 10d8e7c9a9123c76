"""Energy: it grows with time, and is computed when somebody looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from faye.config import PlayerConfig
from faye.database.models.player_row import PlayerRow


class Energy(Struct, frozen=True):
    """Energy at a moment, and when it will be full (None: it is)."""

    amount: int
    full_at: datetime | None


class EnergyRules(PlayerRow):
    """Energy as a function of time."""

    def energy_now(self, *, now: datetime, config: PlayerConfig) -> Energy:
        """What `energy` has become since `energy_at`: growth ends at `energy_max`, more than it stays."""
        if self.energy_at is None or self.energy >= config.energy_max:
            return Energy(self.energy, None)
        point = timedelta(minutes=config.energy_minutes_per_point)
        amount = min(self.energy + max(0, (now - self.energy_at) // point), config.energy_max)
        full_at = self.energy_at + (config.energy_max - self.energy) * point
        return Energy(amount, full_at if amount < config.energy_max else None)

    def energy_grows_at(self, *, now: datetime, config: PlayerConfig) -> datetime | None:
        """When the next point comes; None: not while nothing is spent."""
        if self.energy_at is None or self.energy_now(now=now, config=config).full_at is None:
            return None
        point = timedelta(minutes=config.energy_minutes_per_point)
        return self.energy_at + (max(0, (now - self.energy_at) // point) + 1) * point
