"""A player's own ledger."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from faye.messages.base import Query, Reply


class GetHistory(Query, frozen=True, kw_only=True):
    """Ask for ledger entries, newest first: the newest ones, or those next to an entry that was seen.

    `before` is the (version, n) of an entry: the page holds the next older ones. `after` likewise, with the next newer
    ones. At most one of them is given.
    """

    asset: str | None = None
    before: tuple[int, int] | None = None
    limit: int = 10
    after: tuple[int, int] | None = None


class HistoryEntry(Struct, frozen=True, array_like=True):
    """One ledger entry as its player sees it; `subject` names an Esprit's species or another player."""

    at: datetime
    event: str
    asset: str
    delta: int
    balance: int
    version: int
    n: int
    subject: str | None = None
    key: int = 0
    """The idempotency key of the command that made it."""


class HistoryPage(Reply, frozen=True, kw_only=True):
    """Entries, newest first, and whether older and newer ones exist."""

    entries: list[HistoryEntry]
    has_more: bool
    has_newer: bool = False
