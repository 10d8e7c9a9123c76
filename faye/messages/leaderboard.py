"""How players stand among all."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from faye.messages.base import DirectRequest, Reply

Board = Literal["level", "power", "collection"]
"""By level and then XP; by the team's power and then level; by kinds found and then Esprits owned."""


class GetLeaderboard(DirectRequest, frozen=True, kw_only=True):
    """Ask for one page of a board, counted from 0, and for one's own place on it."""

    board: Board = "level"
    page: int = 0
    page_size: int = 10


class Ranked(Struct, frozen=True, array_like=True):
    """One place of a board; `discord_id` is None where nobody is to be named."""

    rank: int
    score: int
    further: int
    """What decides between equal scores."""
    discord_id: int | None
    private: bool
    """Nobody is named because the player wishes it; otherwise because the account was erased."""


class OwnRank(Struct, frozen=True, array_like=True):
    """Where the one who asked stands; far from the top only about there."""

    rank: int
    score: int
    further: int
    exact: bool


class Leaderboard(Reply, frozen=True, kw_only=True):
    """One page of a board as it was drawn up at `drawn_up_at` (None: never yet), out of `players`."""

    entries: list[Ranked]
    page: int
    pages: int
    players: int
    drawn_up_at: datetime | None
    own: OwnRank | None
    """None for whoever did not stand on it then."""
