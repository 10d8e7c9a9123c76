"""What a player is and holds, at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from faye.config import GameConfig
from faye.database.models.cooldown import due_at
from faye.database.models.energy import EnergyRules
from faye.database.models.esprit import Esprit, species_among
from faye.database.models.experience import xp_to_next_level
from faye.messages.profile import Inventory, Profile


class ProfileRules(EnergyRules):
    """The player's own figures, read and never changed."""

    @property
    def team_ids(self) -> tuple[int, ...]:
        """The Esprits in the team, the leader first."""
        slots = (self.leader_id, self.support1_id, self.support2_id)
        return tuple(esprit_id for esprit_id in slots if esprit_id is not None)

    def profile(self, esprits: Mapping[int, Esprit], *, now: datetime, config: GameConfig) -> Profile:
        """The player at a glance; the player must have started."""
        assert self.started_at is not None, "nobody has a profile before they started"
        energy = self.energy_now(now=now, config=config.player)
        team = [esprits[esprit_id] for esprit_id in self.team_ids if esprit_id in esprits]
        leader = esprits.get(self.leader_id) if self.leader_id is not None else None
        return Profile(
            level=self.level,
            level_cap=self.level_cap,
            xp=self.xp,
            xp_needed=xp_to_next_level(self.level, config.player),
            energy=energy.amount,
            energy_max=config.player.energy_max,
            energy_full_at=energy.full_at,
            esprits=len(esprits),
            species_found=len(species_among(esprits.values())),
            species_total=len(config.roster),
            power=sum(esprit.power(config) for esprit in team),
            leader=leader.view(config, in_team=True) if leader else None,
            started_at=self.started_at,
            daily_streak=self.daily_streak,
            supports=tuple(esprit.view(config, in_team=True) for esprit in team if esprit is not leader),
        )

    def inventory(self, *, now: datetime, config: GameConfig) -> Inventory:
        """Every balance, what the shards would make, and when the free claims are due."""
        free_summon_hours = config.summon.banners["daily"].cooldown_hours
        return Inventory(
            balances={currency: self.balance(currency) for currency in self.BALANCES},
            craftable_fayrites=self.fayrite_shards // config.craft.shards_per_fayrite,
            daily_at=due_at(self.daily_claimed_at, config.daily.cooldown_hours, now=now),
            daily_summon_at=due_at(self.daily_summoned_at, free_summon_hours, now=now),
        )
