"""What the engine needs of a database: one snapshot to load, one fenced statement to write.

Two implementations keep the same contract: PostgreSQL, and memory for simulations and unit tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct

from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Posting
from faye.database.models.player import Player
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage


class DataRefused(Exception):
    """The database refused the data (a check, a key, a count): nothing of the write happened."""


class StoreUnavailable(Exception):
    """The database did not answer: whether the write happened is not known."""


class RowsLocked(StoreUnavailable):
    """Somebody else held a row for too long, or in a circle: nothing of the write happened."""


class ConfigurationChanged(Exception):
    """Another configuration is in force than the one that the write was decided under: nothing of it happened."""


class RuleFailed(Exception):
    """A rule raised: a bug. The grain's memory may be half changed and must be dropped."""


class Decided(Struct, frozen=True):
    """What stands, or shall stand, under an idempotency key."""

    key: int
    player_id: int
    digest: int
    reply: bytes


class Line(Struct, frozen=True):
    """A posting bound to the command that made it."""

    version: int
    n: int
    key: int
    posting: Posting
    seed: int | None
    at_ms: int


class Past(Struct, frozen=True):
    """What stands under a key, with the ledger lines that its command made of the player who gave it."""

    decided: Decided
    lines: Sequence[Line]
    refunded_at_ms: int | None
    """When it was refunded; None: it was not."""


@dataclass(slots=True)
class Write:
    """All that one flush changes of one player: one row, however many commands made it.

    The fence: the row's version must still be `expected`. `version` is the one it gets; if both are equal
    only refusals are stored.
    """

    player: Player
    expected: int
    exists: bool
    """Whether the player's row is known to exist; if not it is created empty first."""
    version: int
    lines: list[Line] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    gained: dict[int, Esprit] = field(default_factory=dict)
    changed: dict[int, Esprit] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)


class Snapshot(Struct, frozen=True):
    """Aggregates and keys as of one moment; a player without a row is missing from `players`."""

    players: Mapping[int, Player]
    esprits: Mapping[int, list[Esprit]]
    decided: Mapping[int, Decided]
    current: frozenset[int]
    """Of the players to verify: those whose version is still the one given."""


Exchanger = Callable[[Mapping[int, Player]], Sequence[Write]]
"""Decides a two-grain command over the locked rows and gives what is to be written, the key's row included."""


class Store(Protocol):
    """The engine's database."""

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        """Aggregates, keys and versions in one snapshot; raises `StoreUnavailable`."""
        ...

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        """Write in one transaction, under row locks in id order, every player whose fence holds.

        Returns the players that were written; the others lost to a newer writer and nothing of theirs was
        written. Raises `DataRefused` or `ConfigurationChanged` (nothing of anybody was written), or
        `StoreUnavailable`.
        """
        ...

    async def exchange(
        self,
        players: Sequence[int],
        key: int,
        decide: Exchanger,
        config_id: int,
        *,
        put_in_force: int | None = None,
    ) -> Decided | None:
        """One transaction over several players: lock in id order, look up `key`, decide, write.

        With `put_in_force` it also puts that configuration in force, in place of the one that it was decided under.

        Returns what already stood under the key, in which case `decide` was not called, else None.
        Raises like `flush`, and `RuleFailed` if `decide` does.
        """
        ...

    async def remember(self, decided: Decided) -> Decided | None:
        """Store a decision under its key alone; returns what already stood there, else None.

        Raises `StoreUnavailable`, and `DataRefused` if the key can no longer be stored.
        """
        ...

    async def past(self, key: int) -> Past | None:
        """What stands under a key and what it did, as of one moment; None: nothing. Raises `StoreUnavailable`."""
        ...

    async def history(self, query: GetHistory) -> HistoryPage:
        """A page of the player's ledger, newest first; raises `StoreUnavailable`."""
        ...


def page_of(found: Sequence[HistoryEntry], query: GetHistory) -> HistoryPage:
    """The page out of what was found, nearest to the asked position first; one too many tells of a further page."""
    entries, more = list(found[: query.limit]), len(found) > query.limit
    if query.after is None:
        return HistoryPage(entries=entries, has_more=more, has_newer=query.before is not None)
    # The entry that the page goes up from is itself an older one.
    return HistoryPage(entries=entries[::-1], has_more=True, has_newer=more)
