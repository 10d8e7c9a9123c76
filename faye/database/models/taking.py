"""Taking Esprits from a player, wherever they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from faye.config import GameConfig
from faye.database.models.esprit import Esprit, power_of
from faye.database.models.outcome import Posting
from faye.database.models.team import Places, TeamRules, moves
from faye.messages.admin import FightGoesOn, LastEsprit


class TakingRules(TeamRules):
    """What operators may do and players may not: take what is locked, bound or in the team."""

    def places_without(
        self, lost: Collection[int], esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Places | LastEsprit | FightGoesOn:
        """The team without those: where the leader goes, a support leads, or else the most powerful who is left."""
        before = self._places()
        after: Places = {slot: None if each in lost else each for slot, each in before.items()}
        if after == before:
            return after
        if self.fight_until is not None:
            return FightGoesOn(until=self.fight_until)
        if after["leader"] is None:
            supports = (slot for slot in after if after[slot] is not None)
            if (support := next(supports, None)) is not None:
                after["leader"], after[support] = after[support], None
                return after
            power = power_of(config)
            left = [esprit for esprit in esprits.values() if esprit.id not in lost]
            if not left:
                return LastEsprit()
            after["leader"] = min(left, key=lambda one: (-power(one), one.id)).id
        return after

    def take(
        self, event: str, lost: Sequence[Esprit], places: Places, esprits: Mapping[int, Esprit]
    ) -> list[Posting]:
        """Seat the team as in `places`, then let go of `lost`; gives the ledger lines of both."""
        before = self._places()
        self._seat(places)
        postings = list(moves(before, places, esprits))
        size = len(esprits)
        return postings + [
            esprit.lost(event, collection_size=size - number) for number, esprit in enumerate(lost, 1)
        ]
