"""The ledger's periods: each is a partition; a closed one takes no line any more and is summed up in openings.

A line belongs to the period that is current for the statement that writes it. A player's periods therefore never
go back while his versions go forward: whoever writes version v + 1 has read v, so his statement begins after v's was
committed and sees no earlier period; whoever has not read v is refused by the fence.

Closing takes three transactions, each of which can be repeated: the next period opens; a trigger closes this one's
partition, waiting for writers under way; the openings are written, and sealed by the database as the period is marked
closed, each seal over the one before it too, so that none is added, lost or changed unnoticed. A straggler, a
statement that began before the next period was there and reaches the partition after it was closed, is refused as a
serialization failure and runs again. So does one whose list of partitions is older than its snapshot: it knows the
period and not yet where its lines go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig

PERIOD_LOCK: Final = 0x46415945_50455249
"""Key of the advisory lock under which periods change ("FAYEPERI")."""

LEAF_STORAGE: Final = (
    "autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 10000"
)
"""Lines are only ever inserted: without these, vacuum would come late and then have much to do at once."""

DIGEST: Final = "CASE WHEN asset = 'esprit' THEN delta * faye_esprit_digest(esprit_id, subject) ELSE 0 END"
"""What a line adds to its player's digest of Esprits held: a sum, so that their order does not matter."""

NEWEST_OPENINGS: Final = """
    SELECT o.player_id, o.asset, o.version, o.balance, o.digest
    FROM (SELECT max(period) AS period FROM ledger_openings WHERE player_id = {player} AND period < {period}) newest
    JOIN ledger_openings o ON o.player_id = {player} AND o.period = newest.period"""
"""A player's openings as they stood when `period` began; players without lines in a period got none in it."""

OPENINGS_DUE: Final = f"""
    WITH touched AS (
        SELECT player_id, max(version) AS version FROM ledger WHERE period = :period GROUP BY 1
    ),
    moved AS (
        SELECT before.player_id, before.asset, before.balance AS delta, before.digest
        FROM touched t CROSS JOIN LATERAL ({NEWEST_OPENINGS.format(player="t.player_id", period=":period")}) before
        UNION ALL
        SELECT player_id, asset, delta, {DIGEST} FROM ledger WHERE period = :period
    )
    SELECT m.player_id, m.asset, t.version, sum(m.delta) AS balance, sum(m.digest) AS digest
    FROM moved m JOIN touched t ON t.player_id = m.player_id GROUP BY 1, 2, 3"""
"""What the openings at the end of `period` have to be: those before it and its lines, added up."""

_ADD_UP = text(
    f"INSERT INTO ledger_openings (period, player_id, asset, version, balance, digest) "
    f"SELECT CAST(:period AS integer), due.* FROM ({OPENINGS_DUE}) due"
)

_DISAGREEING = text(
    """
    SELECT last.player_id, last.asset, last.balance, o.balance AS sum FROM (
        SELECT DISTINCT ON (player_id, asset) player_id, asset, balance FROM ledger WHERE period = :period
        ORDER BY player_id, asset, version DESC, n DESC
    ) last
    LEFT JOIN ledger_openings o ON (o.player_id, o.asset, o.period) = (last.player_id, last.asset, :period)
    WHERE o.balance IS DISTINCT FROM last.balance LIMIT 1
    """
)

_GAPS = text(
    f"""
    SELECT l.player_id, l.versions, l.last, coalesce(opening.version, 0) AS opening FROM (
        SELECT player_id, count(DISTINCT version) AS versions, min(version) AS first, max(version) AS last
        FROM ledger WHERE period = :period GROUP BY 1
    ) l
    LEFT JOIN LATERAL (
        SELECT max(version) AS version FROM ({NEWEST_OPENINGS.format(player="l.player_id", period=":period")}) o
    ) opening ON true
    WHERE l.versions <> l.last - coalesce(opening.version, 0) OR l.first <= coalesce(opening.version, 0) LIMIT 1
    """
)

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_UNFINISHED = text(
    "SELECT min(period) FROM ledger_periods "
    "WHERE closed_at IS NULL AND period < (SELECT max(period) FROM ledger_periods)"
)
_CURRENT = text("SELECT period, opened_at FROM ledger_periods ORDER BY period DESC LIMIT 1")
_OPEN = text("INSERT INTO ledger_periods (period) VALUES (:period)")
_ALONE = text("LOCK TABLE ledger_openings IN SHARE ROW EXCLUSIVE MODE")
_TOO_EARLY = text(
    "SELECT player_id, period FROM ledger_openings WHERE period >= :period ORDER BY period, player_id LIMIT 1"
)
_IS_OPEN = text("SELECT closed_at IS NULL FROM ledger_periods WHERE period = :period")
_CLOSE = text("UPDATE ledger_periods SET closed_at = clock_timestamp() WHERE period = :period")


class PeriodRefused(Exception):
    """A period's lines do not add up, or somebody made openings of it, so that none can be drawn."""


async def keep_periods(engine: AsyncEngine, now: datetime, config: EngineConfig) -> int | None:
    """Close the current period if it has lasted long enough, and finish what was interrupted; see `close_period`."""
    return await close_period(engine, opened_before=now - timedelta(days=config.ledger_period_days))


async def close_period(engine: AsyncEngine, *, opened_before: datetime | None = None) -> int | None:
    """Close the current period (if it was `opened_before`), or the one whose closing was interrupted.

    Returns the period that is closed now, None if none was due. Killed anywhere in between, the next call finishes
    it. Raises `PeriodRefused` if the period's lines do not add up, or if there are openings of it or of a later one:
    the next period is open then, this one takes no lines, and every call tries again. `engine` is a patient one: see
    `faye.database.db.connect`.
    """
    period = await _turn_over(engine, opened_before)
    if period is not None:
        await _refuse_stragglers(engine, period)
        await _draw_openings(engine, period)
    return period


async def _turn_over(engine: AsyncEngine, opened_before: datetime | None) -> int | None:
    """Make the next period the current one, unless an earlier one is still to be closed; returns which to close."""
    async with engine.begin() as connection:
        await connection.execute(_LOCK, {"key": PERIOD_LOCK})
        unfinished: int | None = await connection.scalar(_UNFINISHED)
        if unfinished is not None:
            return unfinished
        current, opened_at = (await connection.execute(_CURRENT)).one()
        if opened_before is not None and opened_at > opened_before:
            return None
        await _make_leaf(connection, current + 1)
        await connection.execute(_OPEN, {"period": current + 1})
        return int(current)


async def _make_leaf(connection: AsyncConnection, period: int) -> None:
    """Make a period's partition; attaching a table that is there stalls no reader and no writer."""
    leaf = _leaf(period)
    for statement in (
        f"CREATE TABLE {leaf} (LIKE ledger INCLUDING DEFAULTS INCLUDING CONSTRAINTS, "
        f"PRIMARY KEY (player_id, version, n)) WITH ({LEAF_STORAGE})",
        f"CREATE INDEX {leaf}_xid ON {leaf} (xid)",
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {leaf} "
        "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()",
        f"ALTER TABLE ledger ATTACH PARTITION {leaf} FOR VALUES IN ({period})",
    ):
        await connection.execute(text(statement))


async def _refuse_stragglers(engine: AsyncEngine, period: int) -> None:
    """Refuse every further line of a period; returns when those that were being written are committed or gone."""
    async with engine.begin() as connection:
        await connection.execute(_LOCK, {"key": PERIOD_LOCK})
        if await connection.scalar(_IS_OPEN, {"period": period}):
            await connection.execute(
                text(
                    f"CREATE OR REPLACE TRIGGER closed BEFORE INSERT ON {_leaf(period)} "
                    "FOR EACH ROW EXECUTE FUNCTION faye_refuse_late()"
                )
            )


async def _draw_openings(engine: AsyncEngine, period: int) -> None:
    """Write the balances at the end of a period that takes no lines any more, and mark it as closed."""
    async with engine.begin() as connection:
        await connection.execute(_LOCK, {"key": PERIOD_LOCK})
        if not await connection.scalar(_IS_OPEN, {"period": period}):
            return
        given = {"period": period}
        await connection.execute(_ALONE)  # so that what is looked for, added up and sealed is the same
        await _refuse_forgeries(connection, period)
        await _refuse_gaps(connection, period)
        await connection.execute(_ADD_UP, given)
        if (odd := (await connection.execute(_DISAGREEING, given)).first()) is not None:
            raise PeriodRefused(
                f"ledger period {period} cannot be closed: player {odd.player_id}'s {odd.asset} are {odd.balance} "
                f"by the last line and {odd.sum} by the sum of all; run the audit"
            )
        await connection.execute(_CLOSE, given)


async def _refuse_forgeries(connection: AsyncConnection, period: int) -> None:
    if (odd := (await connection.execute(_TOO_EARLY, {"period": period})).first()) is not None:
        raise PeriodRefused(
            f"ledger period {period} cannot be closed: player {odd.player_id} has an opening of period {odd.period} "
            "already, which closing alone may make; run the audit"
        )


async def _refuse_gaps(connection: AsyncConnection, period: int) -> None:
    if (odd := (await connection.execute(_GAPS, {"period": period})).first()) is not None:
        raise PeriodRefused(
            f"ledger period {period} cannot be closed: player {odd.player_id} has {odd.versions} versions from "
            f"{odd.opening} to {odd.last} in it; run the audit"
        )


def _leaf(period: int) -> str:
    return f"ledger_{period}"
