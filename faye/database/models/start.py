"""The rule of entering the game."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.player_row import PlayerRow
from faye.database.models.pulls import species_by_rarity
from faye.messages.start import AlreadyStarted, Started
from faye.utils.rng import Rng

EVENT: Final = "start"


class StartRules(PlayerRow):
    """The purse and the starter of a new player."""

    @property
    def has_started(self) -> bool:
        """Whether the player accepted the policy."""
        return self.started_at is not None

    def start(self, *, now: datetime, rng: Rng, config: GameConfig) -> Outcome[Started] | AlreadyStarted:
        """Receive the purse and a random Esprit of the starter's rarity, bound and leading the team."""
        if self.has_started:
            return AlreadyStarted()
        purse = {currency: amount for currency, amount in config.start.purse.items() if amount}
        species = rng.pick(config.derived(species_by_rarity)[config.start.starter_rarity])
        starter = Esprit(
            id=rng.new_id(),
            player_id=self.id,
            species=species.code,
            level=config.start.starter_level,
            bound=True,
            gained_at=now,
        )
        self.started_at = now
        self.level_cap = config.player.level_cap_first
        self.energy = config.player.energy_max
        self.energy_at = now
        self.leader_id = starter.id
        postings = [self.post(EVENT, currency, amount) for currency, amount in purse.items()]
        postings.append(starter.gained(EVENT, collection_size=1))
        reply = Started(purse=purse, esprit_id=starter.id, species=species.code, level=starter.level)
        return Outcome(reply, postings, gained=(starter,))
