"""Drawing up the leaderboards: now and then, by one process, out of what changed since the last time.

The ledger says whom to look at: whatever counts on a board changes with a line. Its lines that the snapshot of the
last drawing up did not see have a transaction id from that snapshot's oldest one on, so a turn costs what was played
since, besides sorting what is known of all. Powers are computed by the rules. The tables of players and Esprits get no
index for it, and nobody who plays waits: nothing of theirs is locked.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import GameConfig, LeaderboardConfig
from faye.growth import growths

LEADERBOARD_LOCK: Final = 0x46415945_4C454144
"""Key of the advisory lock of the one who draws up the boards ("FAYELEAD")."""

PLAYERS_AT_ONCE: Final = 1_000
"""So many are looked up by one statement: their powers are computed without keeping others of this process waiting."""

BOARDS: Final = {
    "level": ("level", "xp"),
    "power": ("power", "level"),
    "collection": ("species", "esprits"),
}
"""What a board sorts by, and what decides between equals: columns of the standings."""

_SORT_MEMORY: Final = text("SET LOCAL work_mem = '64MB'")
_TRY_LOCK: Final = text("SELECT pg_try_advisory_lock(:key)")
_IS_DUE: Final = text(
    """
    SELECT count(*) = 0 FROM leaderboard_run
    WHERE drawn_up_at > clock_timestamp() - greatest(:refresh_s, took_ms / 10.0 / :percent) * interval '1 second'
    """
)
_GOES_ON: Final = text(
    "SELECT seen::text FROM leaderboard_run "
    "WHERE config_id = :config_id AND seen <= pg_snapshot_xmax(pg_current_snapshot())"
)
_EVERYBODY: Final = text(
    "SELECT id FROM players WHERE started_at IS NOT NULL UNION SELECT player_id FROM standings"
)
_CHANGED: Final = text(
    "SELECT DISTINCT player_id FROM ledger WHERE xid >= CAST(CAST(:since AS text) AS xid8)"
)

# Looked up player by player through indexes, whatever the planner thinks of their number.
_LOOK: Final = text(
    """
    SELECT p.id, p.level, p.xp, owned.species, owned.esprits, team.codes, team.levels, team.breaks
    FROM unnest(CAST(:players AS bigint[])) AS touched (id)
    JOIN players p ON p.id = touched.id AND p.started_at IS NOT NULL
    JOIN accounts a ON a.player_id = p.id
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT e.species) AS species, count(*) AS esprits FROM esprits e WHERE e.player_id = p.id
    ) owned
    CROSS JOIN LATERAL (
        SELECT array_agg(e.species) AS codes, array_agg(e.level) AS levels, array_agg(e.limit_breaks) AS breaks
        FROM esprits e WHERE e.id = ANY (ARRAY[p.leader_id, p.support1_id, p.support2_id]) AND e.player_id = p.id
    ) team
    """
)
_STAND: Final = text(
    """
    INSERT INTO standings AS known (player_id, level, xp, power, species, esprits)
    SELECT * FROM unnest(
        CAST(:player_id AS bigint[]), CAST(:level AS bigint[]), CAST(:xp AS bigint[]), CAST(:power AS bigint[]),
        CAST(:species AS bigint[]), CAST(:esprits AS bigint[])
    )
    ON CONFLICT (player_id) DO UPDATE SET
        level = excluded.level, xp = excluded.xp, power = excluded.power,
        species = excluded.species, esprits = excluded.esprits
    WHERE (known.level, known.xp, known.power, known.species, known.esprits)
        IS DISTINCT FROM (excluded.level, excluded.xp, excluded.power, excluded.species, excluded.esprits)
    """
)
_LEAVE: Final = text(
    "DELETE FROM standings s WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.player_id = s.player_id)"
)
_GO: Final = text("DELETE FROM standings WHERE player_id = ANY (CAST(:gone AS bigint[]))")
_CLEAR: Final = text("DELETE FROM leaderboard")
_PLACES: Final = """
    INSERT INTO leaderboard (board, place, rank, score, further, player_id)
    SELECT '{board}', place, rank, score, further, CASE WHEN place <= :shown THEN player_id END FROM (
        SELECT player_id, {score} AS score, {further} AS further,
            row_number() OVER best AS place, rank() OVER best AS rank
        FROM standings WINDOW best AS (ORDER BY {score} DESC, {further} DESC)
    ) ordered
    WHERE place <= :shown OR place % :step = 0 OR place = :players
"""
_COUNT: Final = text("SELECT count(*) FROM standings")
_NOTE: Final = text(
    """
    INSERT INTO leaderboard_run (drawn_up_at, took_ms, players, config_id, seen)
    VALUES (now(), :took_ms, :players, :config_id, pg_snapshot_xmin(pg_current_snapshot()))
    ON CONFLICT (single) DO UPDATE SET
        drawn_up_at = excluded.drawn_up_at, took_ms = excluded.took_ms, players = excluded.players,
        config_id = excluded.config_id, seen = excluded.seen
    """
)


async def draw_up(
    engine: AsyncEngine, game: GameConfig, config: LeaderboardConfig, *, at_once: bool = False
) -> bool:
    """Draw up all boards if it is time (or `at_once`) and nobody else is at it; whether it was done.

    It is time every `refresh_s`, but never so often that it takes more than `time_percent_max` of the time. Readers
    see the boards before until those after are whole. `engine` is a patient one, see `faye.database.db.connect`.
    """
    async with engine.connect() as connection:
        try:
            if not await connection.scalar(_TRY_LOCK, {"key": LEADERBOARD_LOCK}):
                return False
            due = {"refresh_s": config.refresh_s, "percent": config.time_percent_max}
            if not (at_once or await connection.scalar(_IS_DUE, due)):
                return False
            await connection.commit()
            await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                await _draw_up(connection, game, config)
            return True
        finally:
            await connection.invalidate()  # the lock ends with its session, and must not go to the pool


async def _draw_up(connection: AsyncConnection, game: GameConfig, config: LeaderboardConfig) -> None:
    began_s = time.monotonic()
    await connection.execute(_SORT_MEMORY)
    since: str | None = await connection.scalar(_GOES_ON, {"config_id": game.id})
    looked_for = _EVERYBODY if since is None else _CHANGED
    touched = (
        (await connection.execute(looked_for, {} if since is None else {"since": since})).scalars().all()
    )
    for begin in range(0, len(touched), PLAYERS_AT_ONCE):
        await _stand(connection, game, touched[begin : begin + PLAYERS_AT_ONCE])
    await connection.execute(_LEAVE)
    players = int(await connection.scalar(_COUNT) or 0)
    await _place(connection, players, config)
    took_ms = int((time.monotonic() - began_s) * 1000)
    await connection.execute(_NOTE, {"took_ms": took_ms, "players": players, "config_id": game.id})


async def _stand(connection: AsyncConnection, game: GameConfig, players: Sequence[int]) -> None:
    """Note how some players stand now; whoever is no player, or has no account any more, stands nowhere."""
    table = game.derived(growths)

    def power(row: Any) -> int:
        team = zip(row.codes or (), row.levels or (), row.breaks or (), strict=True)
        return sum(table[code].power(level, breaks) for code, level, breaks in team if code in table)

    rows: Sequence[Any] = (await connection.execute(_LOOK, {"players": players})).all()
    standings = {
        "player_id": [row.id for row in rows],
        "level": [row.level for row in rows],
        "xp": [row.xp for row in rows],
        "power": [power(row) for row in rows],
        "species": [row.species for row in rows],
        "esprits": [row.esprits for row in rows],
    }
    await connection.execute(_STAND, standings)
    if gone := list(set(players) - set(standings["player_id"])):
        await connection.execute(_GO, {"gone": gone})


async def _place(connection: AsyncConnection, players: int, config: LeaderboardConfig) -> None:
    await connection.execute(_CLEAR)
    step = max(1, -(-players // config.places_sampled))
    given = {"shown": config.places_shown, "step": step, "players": players}
    for board, (score, further) in BOARDS.items():
        await connection.execute(text(_PLACES.format(board=board, score=score, further=further)), given)
