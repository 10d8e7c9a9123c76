"""Two Esprits side by side."""

from __future__ import annotations

from msgspec import Struct

from faye.messages.base import Query, Refusal, Reply
from faye.messages.esprit import EspritView


class CompareEsprits(Query, frozen=True, kw_only=True):
    """Ask for two of the player's own Esprits, each given by id or by name."""

    first: str
    second: str


class Compared(Struct, frozen=True, array_like=True):
    """One of the two."""

    esprit: EspritView
    stats: dict[str, float]
    level_cap: int


class EspritComparison(Reply, frozen=True, kw_only=True):
    """Both, in the order in which they were asked for."""

    first: Compared
    second: Compared


class SameEsprit(Refusal, frozen=True, kw_only=True):
    """Both names mean one Esprit."""

    esprit: EspritView
