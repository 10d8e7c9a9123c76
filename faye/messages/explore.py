"""Exploring: the source of experience, of small finds and of wild fights."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from faye.messages.base import Command, Refusal, Reply
from faye.messages.fight import FightView, XpGain

Encounter = Literal["find", "chest", "fight"]


class Explore(Command, frozen=True, kw_only=True):
    """Go out for some energy."""

    lock: ClassVar[str | None] = "fight"


class Explored(Reply, frozen=True, kw_only=True):
    """What was met, what it paid by currency, and the energy that is left."""

    encounter: Encounter
    place: int
    """A number out of which a text is chosen; the same for everybody who reads this."""
    paid: dict[str, int]
    xp: XpGain
    energy: int
    energy_max: int
    energy_cost: int
    fight: FightView | None = None


class NotEnoughEnergy(Refusal, frozen=True, kw_only=True):
    """There is less energy than exploring takes; `enough_at` says when there will be enough."""

    required: int
    held: int
    enough_at: datetime
