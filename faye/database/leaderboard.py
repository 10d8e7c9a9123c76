"""Reading the leaderboards as they were last drawn up, with one's own place on them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.database.leaderboard_upkeep import BOARDS
from faye.messages.leaderboard import GetLeaderboard, Leaderboard, OwnRank, Ranked

PAGE_SIZE_MAX: Final = 25

_RUN: Final = text("SELECT drawn_up_at, players FROM leaderboard_run")
_SHOWN: Final = text("SELECT count(*) FROM leaderboard WHERE board = :board AND player_id IS NOT NULL")

# Names are looked up now and not when the board was drawn up: whoever hides or leaves is gone from it at once.
_ENTRIES: Final = text(
    """
    SELECT l.rank, l.score, l.further, coalesce(a.private, false) AS private,
        CASE WHEN a.private AND a.discord_id <> :discord_id THEN NULL ELSE a.discord_id END AS discord_id
    FROM leaderboard l LEFT JOIN accounts a ON a.player_id = l.player_id
    WHERE l.board = :board AND l.player_id IS NOT NULL ORDER BY l.place LIMIT :size OFFSET :skipped
    """
)
_OWN: Final = """
    SELECT s.{score} AS score, s.{further} AS further
    FROM accounts a JOIN standings s ON s.player_id = a.player_id WHERE a.discord_id = :discord_id
"""
_NOT_BEHIND: Final = text(
    "SELECT place, rank, (score, further) = (:score, :further) AS same FROM leaderboard "
    "WHERE board = :board AND (score, further) >= (:score, :further) ORDER BY place DESC LIMIT 1"
)
_BEHIND: Final = text(
    "SELECT place FROM leaderboard WHERE board = :board AND (score, further) < (:score, :further) "
    "ORDER BY place LIMIT 1"
)


async def read_leaderboard(engine: AsyncEngine, discord_id: int, request: GetLeaderboard) -> Leaderboard:
    """The page that is asked for, brought into what there is, as one statement after another sees it."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        board = {"board": request.board}
        run = (await connection.execute(_RUN)).first()
        shown = int(await connection.scalar(_SHOWN, board) or 0)
        size = min(max(request.page_size, 1), PAGE_SIZE_MAX)
        pages = max(1, -(-shown // size))
        page = min(max(request.page, 0), pages - 1)
        given = board | {"discord_id": discord_id, "size": size, "skipped": page * size}
        entries = (await connection.execute(_ENTRIES, given)).all()
        return Leaderboard(
            entries=[
                Ranked(row.rank, row.score, row.further, row.discord_id, row.private) for row in entries
            ],
            page=page,
            pages=pages,
            players=run.players if run else 0,
            drawn_up_at=run.drawn_up_at if run else None,
            own=await _own(connection, discord_id, request.board, run.players if run else 0),
        )


async def _own(connection: AsyncConnection, discord_id: int, board: str, players: int) -> OwnRank | None:
    """Where somebody stands: exactly where the board has their score or both neighbours, else half-way between."""
    score, further = BOARDS[board]
    wanted = text(_OWN.format(score=score, further=further))
    own = (await connection.execute(wanted, {"discord_id": discord_id})).first()
    if own is None:
        return None
    given = {"board": board, "score": own.score, "further": own.further}
    above = (await connection.execute(_NOT_BEHIND, given)).first()
    if above is not None and above.same:
        return OwnRank(above.rank, own.score, own.further, exact=True)
    below: int | None = await connection.scalar(_BEHIND, given)
    first = above.place + 1 if above else 1
    last = (below or players + 1) - 1
    return OwnRank((first + last) // 2, own.score, own.further, exact=first >= last)
