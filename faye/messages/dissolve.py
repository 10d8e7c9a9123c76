"""Dissolving Esprits into virelite and remna."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from faye.messages.base import Command, Query, Refusal, Reply
from faye.messages.esprit import EspritView


class Selection(Struct, frozen=True, array_like=True):
    """Which Esprits are meant: a single one by its id or its name, or all that pass every filter."""

    esprit: str | None = None
    rarity_most: str | None = None
    """This rarity and those below it."""
    level_most: int | None = None
    keep_best: int = 0
    """So many of each species, the most powerful, are left out; those that are protected count among them."""


class DissolvePlan(Struct, frozen=True, array_like=True):
    """What dissolving a selection would take and pay now."""

    count: int
    mark: str
    """Stands for exactly these Esprits as they are: another choice has another mark."""
    gains: dict[str, int]
    by_rarity: dict[str, int]
    best: list[EspritView]
    """The most powerful of them, the most powerful first."""
    left_over: int
    """How many more match than may be dissolved at once."""
    protected: int
    """How many match and are locked, bound or in the team."""


class GetDissolvePlan(Query, frozen=True, kw_only=True):
    """Ask what dissolving a selection would take and pay."""

    selection: Selection


class DissolvePreview(Reply, frozen=True, kw_only=True):
    """What would be dissolved; nothing has happened yet."""

    plan: DissolvePlan
    selection: Selection
    """The same selection; a single Esprit is now meant by its id."""


class DissolveEsprits(Command, frozen=True, kw_only=True):
    """Dissolve a selection if it is still the one that was shown: as many, with the same mark."""

    lock: ClassVar[str | None] = "confirm"

    selection: Selection
    count: int
    mark: str


class EspritsDissolved(Reply, frozen=True, kw_only=True):
    """What was dissolved, and what the player has now of the currencies that it paid."""

    plan: DissolvePlan
    balances: dict[str, int]
    collection: int


class SelectionChanged(Refusal, frozen=True, kw_only=True):
    """The selection is no longer what was shown; this is what it is now."""

    plan: DissolvePlan
    selection: Selection


class NothingToDissolve(Refusal, frozen=True, kw_only=True):
    """The selection is empty; `protected` of the Esprits that match are locked, bound or in the team."""

    protected: int


class EspritProtected(Refusal, frozen=True, kw_only=True):
    """The Esprit is locked, bound to its player, or in the team: its view says which."""

    esprit: EspritView
