"""The collection of a player and what one Esprit is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from faye.messages.base import Query, Reply

EspritSort = Literal["power", "rarity", "level", "name", "newest"]
EspritMark = Literal["locked", "unlocked", "team"]
"""Which of a player's Esprits: those that are locked, those that are not, those in the team."""

Position = tuple[int, ...]
"""Where an Esprit stands in a sorted collection: its sort key, the last of which is its id."""


class EspritView(Struct, frozen=True, array_like=True):
    """One Esprit as players see it."""

    id: int
    species: str
    name: str
    rarity: str
    element: str
    esprit_class: str
    level: int
    limit_breaks: int
    power: int
    locked: bool
    bound: bool
    in_team: bool


class GetCollection(Query, frozen=True, kw_only=True):
    """Ask for one page of the collection, filtered and sorted.

    The page begins behind the position `after`, or ends before the position `before`, whether or not an Esprit still
    stands there; with neither it is the one numbered `page`, counted from 0.
    """

    page: int = 0
    page_size: int = 10
    sort: EspritSort = "power"
    rarity: str | None = None
    element: str | None = None
    esprit_class: str | None = None
    name: str | None = None
    """A part of the name, letter case ignored."""
    only: EspritMark | None = None
    after: Position | None = None
    before: Position | None = None


class CollectionPage(Reply, frozen=True, kw_only=True):
    """One page; `page` is the number of the one in which it begins, `matching` counts what the filters let through."""

    esprits: list[EspritView]
    page: int
    pages: int
    matching: int
    total: int
    first: int = 0
    """How many come before the first of the page."""
    begin: Position = ()
    end: Position = ()
    """Positions of the first and the last of the page, if it has any."""


class GetEsprit(Query, frozen=True, kw_only=True):
    """Ask for everything about one Esprit of the player's own."""

    esprit_id: int


class EspritDetails(Reply, frozen=True, kw_only=True):
    """One Esprit with the stats of its level, its cap and the next level's cost (None at the cap)."""

    esprit: EspritView
    stats: dict[str, float]
    level_cap: int
    next_level_cost: int | None
    gained_at: datetime
    lore: str


class FindEsprits(Query, frozen=True, kw_only=True):
    """Ask for the Esprits whose name contains a text (autocomplete); at most `limit`, best first."""

    text: str
    limit: int = 25
    one_of_each: bool = False
    """Only the most powerful of each name."""


class EspritChoices(Reply, frozen=True, kw_only=True):
    """The Esprits found."""

    esprits: list[EspritView]
