"""Breaking the limit of an Esprit."""

from __future__ import annotations

from typing import ClassVar

from faye.messages.base import Command, Query, Refusal, Reply
from faye.messages.esprit import EspritView
from faye.messages.upgrade import LevelCap


class GetLimitBreak(Query, frozen=True, kw_only=True):
    """Ask what breaking an Esprit's limit would cost and bring; it may be given by id or by name."""

    esprit: str


class LimitBreakOffer(Reply, frozen=True, kw_only=True):
    """One limit break that could be done now, were it paid for."""

    esprit: EspritView
    breaks_max: int
    cost: dict[str, int]
    held: dict[str, int]
    """What the player has of each currency of the cost."""
    cap: LevelCap
    cap_after: int
    power_after: int


class BreakLimit(Command, frozen=True, kw_only=True):
    """Break the limit of an Esprit that still has the level and the breaks of which the offer spoke."""

    lock: ClassVar[str | None] = "confirm"

    esprit_id: int
    level: int
    limit_breaks: int


class LimitBroken(Reply, frozen=True, kw_only=True):
    """The Esprit after it, and what it was before."""

    esprit: EspritView
    power_before: int
    cap_before: int
    level_cap: int
    cost: dict[str, int]
    balances: dict[str, int]
    """What is left of each currency of the cost."""


class NotAtCap(Refusal, frozen=True, kw_only=True):
    """Only an Esprit at its cap can have its limit broken."""

    esprit: EspritView
    level_cap: int


class NoBreaksLeft(Refusal, frozen=True, kw_only=True):
    """The Esprit has had all of its limit breaks."""

    esprit: EspritView


class OfferOutdated(Refusal, frozen=True, kw_only=True):
    """The Esprit is another than the offer spoke of: its price would be another one too."""

    esprit: EspritView
