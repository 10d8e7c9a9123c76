"""A player's own ledger."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from faye.messages.base import Query, Reply


class GetHistory(Query, frozen=True, kw_only=True):
    """Ask for ledger entries, newest first; `before` is the (version, n) of the last entry already seen."""

    asset: str | None = None
    before: tuple[int, int] | None = None
    limit: int = 10


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


class HistoryPage(Reply, frozen=True, kw_only=True):
    """Entries, newest first, and whether older ones exist."""

    entries: list[HistoryEntry]
    has_more: bool
