"""The rule of locks, which keep Esprits from being dissolved."""

from __future__ import annotations

from collections.abc import Mapping

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.naming import NamingRules
from faye.database.models.outcome import Outcome
from faye.messages.lock import AlreadyLocked, EspritLocked, LockEsprit
from faye.messages.refusals import UnclearEsprit, UnknownEsprit


class LockRules(NamingRules):
    """Locks that a player sets and takes away."""

    def lock_esprit(
        self, command: LockEsprit, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Outcome[EspritLocked] | UnknownEsprit | UnclearEsprit | AlreadyLocked:
        """Set the lock of one Esprit, or take it away."""
        esprit = self.meant(command.esprit, esprits, config=config)
        if not isinstance(esprit, Esprit):
            return esprit
        in_team = esprit.id in self.team_ids
        if esprit.locked == command.locked:
            return AlreadyLocked(esprit=esprit.view(config, in_team))
        esprit.locked = command.locked
        posting = esprit.noted("lock" if command.locked else "unlock", collection_size=len(esprits))
        return Outcome(EspritLocked(esprit=esprit.view(config, in_team)), (posting,), changed=(esprit,))
