"""The collection of a player and what one Esprit is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from faye.messages.base import Query, Reply

EspritSort = Literal["power", "rarity", "level", "name", "newest"]


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
    """Ask for one page of the collection, filtered and sorted; pages are counted from 0."""

    page: int = 0
    page_size: int = 10
    sort: EspritSort = "power"
    rarity: str | None = None
    element: str | None = None
    esprit_class: str | None = None
    name: str | None = None
    """A part of the name, letter case ignored."""


class CollectionPage(Reply, frozen=True, kw_only=True):
    """One page; `page` is clamped to the pages there are, `matching` counts what the filters let through."""

    esprits: list[EspritView]
    page: int
    pages: int
    matching: int
    total: int


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


class EspritChoices(Reply, frozen=True, kw_only=True):
    """The Esprits found."""

    esprits: list[EspritView]
