"""The rules of the team. It always has a leader, and nobody stands in two of its slots."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from faye.config import GameConfig
from faye.database.models.esprit import Esprit, power_of
from faye.database.models.naming import NamingRules
from faye.database.models.outcome import Outcome, Posting
from faye.messages.refusals import UnclearEsprit, UnknownEsprit
from faye.messages.team import LeaderNeeded, SetTeam, Team, TeamChanged, TeamSlot, TeamUnchanged

COLUMNS: Final[dict[TeamSlot, str]] = {
    "leader": "leader_id",
    "support1": "support1_id",
    "support2": "support2_id",
}
Places: TypeAlias = dict[TeamSlot, int | None]


class TeamRules(NamingRules):
    """Who leads, and who supports."""

    def team(self, esprits: Mapping[int, Esprit], *, config: GameConfig) -> Team:
        """Everybody in the team, with their power together."""
        members = self._members(esprits)
        return Team(
            members={slot: esprit.view(config, in_team=True) for slot, esprit in members.items()},
            power=_power(members, config),
        )

    def set_team(
        self, command: SetTeam, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Outcome[TeamChanged] | UnknownEsprit | UnclearEsprit | TeamUnchanged | LeaderNeeded:
        """Fill one slot, or empty it; somebody from another slot changes places with whoever stands in this one."""
        after = self._places()
        if command.esprit is None:
            after[command.slot] = None
        else:
            esprit = self.meant(command.esprit, esprits, config=config)
            if not isinstance(esprit, Esprit):
                return esprit
            for slot, esprit_id in after.items():
                if esprit_id == esprit.id:
                    after[slot] = after[command.slot]
            after[command.slot] = esprit.id
        return self._arrange(after, esprits, config)

    def optimize_team(
        self, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Outcome[TeamChanged] | TeamUnchanged | LeaderNeeded:
        """The most powerful leads, the next two support; of equals the one with the smaller id comes first."""
        power = power_of(config)
        best: list[Esprit | None] = [
            *heapq.nsmallest(3, esprits.values(), key=lambda one: (-power(one), one.id))
        ]
        best += [None] * (len(COLUMNS) - len(best))
        after: Places = {
            slot: esprit.id if esprit else None for slot, esprit in zip(COLUMNS, best, strict=True)
        }
        return self._arrange(after, esprits, config)

    def _arrange(
        self, after: Places, esprits: Mapping[int, Esprit], config: GameConfig
    ) -> Outcome[TeamChanged] | TeamUnchanged | LeaderNeeded:
        before, power_before = self._places(), _power(self._members(esprits), config)
        if after["leader"] is None:
            return LeaderNeeded()
        if after == before:
            return TeamUnchanged()
        self._seat(after)
        team = self.team(esprits, config=config)
        reply = TeamChanged(members=team.members, power=team.power, power_before=power_before)
        return Outcome(reply, tuple(moves(before, after, esprits)))

    def _seat(self, places: Places) -> None:
        for slot, column in COLUMNS.items():
            setattr(self, column, places[slot])

    def _places(self) -> Places:
        return {slot: getattr(self, column) for slot, column in COLUMNS.items()}

    def _members(self, esprits: Mapping[int, Esprit]) -> dict[TeamSlot, Esprit]:
        places = self._places().items()
        return {slot: esprits[each] for slot, each in places if each is not None and each in esprits}


def _power(members: Mapping[TeamSlot, Esprit], config: GameConfig) -> int:
    return sum(esprit.power(config) for esprit in members.values())


def moves(before: Places, after: Places, esprits: Mapping[int, Esprit]) -> Iterator[Posting]:
    """A ledger line for everybody who stands somewhere else than before, or in the team no more."""
    size = len(esprits)
    for slot, esprit_id in after.items():
        if esprit_id is not None and esprit_id != before[slot]:
            yield esprits[esprit_id].noted(f"team.{slot}", collection_size=size)
    for esprit_id in before.values():
        if esprit_id is not None and esprit_id not in after.values():
            yield esprits[esprit_id].noted("team.leave", collection_size=size)
