"""Whether a player is suspended."""

from __future__ import annotations

from datetime import datetime

from faye.database.models.player_row import PlayerRow
from faye.messages.refusals import Suspended


class SuspensionRules(PlayerRow):
    """Whoever is suspended may look at everything and do nothing, until then."""

    def suspension(self, *, now: datetime) -> Suspended | None:
        """The refusal of whatever a suspended player wants to do; None: the player is not suspended."""
        if self.suspended_until is None or self.suspended_until <= now:
            return None
        return Suspended(until=self.suspended_until, reason=self.suspended_for or "")
