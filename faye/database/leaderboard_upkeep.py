"""Drawing up the leaderboards: now and then, by one process, out of what changed since the last time.

The ledger says whom to look at: whatever counts on a board changes with a line. Its lines that the snapshot of the
last drawing up did not see have a transaction id from that snapshot's oldest one on, so a turn costs what was played
since, besides sorting what is known of all. The tables of players and Esprits get no index for it, and nobody who
plays waits: nothing of theirs is locked.
"""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import GameConfig, LeaderboardConfig
from faye.growth import growths

LEADERBOARD_LOCK: Final = 0x46415945_4C454144
"""Key of the advisory lock of the one who draws up the boards ("FAYELEAD")."""

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
_FORGET_POWERS: Final = text("DELETE FROM esprit_powers")

_EVERYBODY: Final = "SELECT id AS player_id FROM players WHERE started_at IS NOT NULL"
_CHANGED: Final = "SELECT DISTINCT player_id FROM ledger WHERE xid >= CAST(CAST(:since AS text) AS xid8)"

_TEAMS: Final = """
    SELECT p.id AS player_id, e.species, e.level, e.limit_breaks FROM touched t
    JOIN players p ON p.id = t.player_id
    JOIN esprits e ON e.id = ANY (ARRAY[p.leader_id, p.support1_id, p.support2_id]) AND e.player_id = p.id
"""
_MISSING_POWERS: Final = """
    WITH touched AS ({touched}), teams AS ({teams})
    SELECT DISTINCT species, level, limit_breaks FROM teams
    LEFT JOIN esprit_powers USING (species, level, limit_breaks) WHERE power IS NULL
"""
_ADD_POWERS: Final = text(
    """
    INSERT INTO esprit_powers (species, level, limit_breaks, power) SELECT * FROM unnest(
        CAST(:species AS text[]), CAST(:levels AS integer[]), CAST(:breaks AS integer[]), CAST(:powers AS bigint[])
    )
    """
)
_STAND: Final = """
    WITH touched AS ({touched}), teams AS ({teams}),
    powers AS (
        SELECT player_id, sum(power) AS power FROM teams
        JOIN esprit_powers USING (species, level, limit_breaks) GROUP BY 1
    ),
    kinds AS (
        SELECT player_id, species, count(*) AS owned FROM esprits JOIN touched USING (player_id) GROUP BY 1, 2
    ),
    collections AS (SELECT player_id, count(*) AS species, sum(owned) AS esprits FROM kinds GROUP BY 1)
    INSERT INTO standings AS known (player_id, level, xp, power, species, esprits)
    SELECT p.id, p.level, p.xp, coalesce(powers.power, 0), coalesce(c.species, 0), coalesce(c.esprits, 0)
    FROM touched t
    JOIN players p ON p.id = t.player_id AND p.started_at IS NOT NULL
    JOIN accounts a ON a.player_id = p.id
    LEFT JOIN powers ON powers.player_id = p.id
    LEFT JOIN collections c ON c.player_id = p.id
    ON CONFLICT (player_id) DO UPDATE SET
        level = excluded.level, xp = excluded.xp, power = excluded.power,
        species = excluded.species, esprits = excluded.esprits
    WHERE (known.level, known.xp, known.power, known.species, known.esprits)
        IS DISTINCT FROM (excluded.level, excluded.xp, excluded.power, excluded.species, excluded.esprits)
"""
_LEAVE: Final = text(
    "DELETE FROM standings s WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.player_id = s.player_id)"
)
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
    touched, given = (_EVERYBODY, {}) if since is None else (_CHANGED, {"since": since})
    if since is None:
        await connection.execute(_FORGET_POWERS)
    await _add_powers(connection, game, touched, given)
    await connection.execute(text(_STAND.format(touched=touched, teams=_TEAMS)), given)
    await connection.execute(_LEAVE)
    players = int(await connection.scalar(_COUNT) or 0)
    await _place(connection, players, config)
    took_ms = int((time.monotonic() - began_s) * 1000)
    await connection.execute(_NOTE, {"took_ms": took_ms, "players": players, "config_id": game.id})


async def _add_powers(
    connection: AsyncConnection, game: GameConfig, touched: str, given: dict[str, str]
) -> None:
    """Let the rules compute the powers that SQL is about to add up and does not know."""
    missing = (
        await connection.execute(text(_MISSING_POWERS.format(touched=touched, teams=_TEAMS)), given)
    ).all()
    known = [row for row in missing if row.species in game.roster]
    if not known:
        return
    table = game.derived(growths)
    await connection.execute(
        _ADD_POWERS,
        {
            "species": [row.species for row in known],
            "levels": [row.level for row in known],
            "breaks": [row.limit_breaks for row in known],
            "powers": [table[row.species].power(row.level, row.limit_breaks) for row in known],
        },
    )


async def _place(connection: AsyncConnection, players: int, config: LeaderboardConfig) -> None:
    await connection.execute(_CLEAR)
    step = max(1, -(-players // config.places_sampled))
    given = {"shown": config.places_shown, "step": step, "players": players}
    for board, (score, further) in BOARDS.items():
        await connection.execute(text(_PLACES.format(board=board, score=score, further=further)), given)
