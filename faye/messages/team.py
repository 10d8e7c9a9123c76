"""The team: a leader and two supports."""

from __future__ import annotations

from typing import Literal

from faye.messages.base import Command, Query, Refusal, Reply
from faye.messages.esprit import EspritView

TeamSlot = Literal["leader", "support1", "support2"]


class GetTeam(Query, frozen=True, kw_only=True):
    """Ask who is in the team."""


class Team(Reply, frozen=True, kw_only=True):
    """Who stands where; `power` is the sum over all of them."""

    members: dict[TeamSlot, EspritView]
    """Slots without anybody are left out."""
    power: int


class SetTeam(Command, frozen=True, kw_only=True):
    """Give a slot of the team to an Esprit, named by id or name; without one, empty a support's slot.

    If the Esprit already stands in another slot, the two slots are exchanged.
    """

    slot: TeamSlot
    esprit: str | None = None


class OptimizeTeam(Command, frozen=True, kw_only=True):
    """Let the three most powerful Esprits be the team, the most powerful as its leader."""


class TeamChanged(Reply, frozen=True, kw_only=True):
    """The team as it is now, and its power before."""

    members: dict[TeamSlot, EspritView]
    power: int
    power_before: int


class TeamUnchanged(Refusal, frozen=True, kw_only=True):
    """The team is already what it was asked to be."""


class LeaderNeeded(Refusal, frozen=True, kw_only=True):
    """A team cannot be without a leader."""
