"""Daily partitions of processed commands, cut along their time-ordered keys: made ahead, retired when forgotten.

Nobody is stalled by it, however long somebody else reads: a partition is attached to the table only when it is
whole, and detached concurrently before it is dropped, so no lock is asked for that a reader or a writer refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.messages.base import snowflake_at

PARTITION_LOCK: Final = 0x46415945_50415254
"""Key of the advisory lock under which partitions are made ("FAYEPART")."""

RETIREMENT_LOCK: Final = 0x46415945_52455449
"""Key of the advisory lock of the one who retires partitions ("FAYERETI"); it may be held for long."""

LEAF_STORAGE: Final = "autovacuum_vacuum_insert_threshold = -1"
"""What is dropped within days and only inserted into until then needs no vacuum."""

_PREFIX: Final = "processed_commands_"

_PATIENCE: Final = text("SET lock_timeout = '10min'")
_ATTACHED: Final = text(
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "WHERE i.inhparent = 'processed_commands'::regclass AND i.inhdetachpending = :pending"
)
_LEFT_OVER: Final = text(
    r"SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition "
    r"AND relname ~ '^processed_commands_\d{8}$' AND pg_table_is_visible(oid)"
)


async def keep_partitions(engine: AsyncEngine, now: datetime, config: EngineConfig) -> None:
    """Make the partitions of the retained days and of those ahead; retire the ones wholly past retention.

    Waits for long transactions of others, see `retire_partitions`; `engine` is a patient one, see
    `faye.database.db.connect`.
    """
    await make_partitions(engine, now, config)
    await retire_partitions(engine, now, config)


async def make_partitions(engine: AsyncEngine, now: datetime, config: EngineConfig) -> None:
    """Make the partitions of the retained days and of those ahead that are not there; waits for nobody."""
    first = _first_day(now, config)
    days = (now.astimezone(UTC).date() - first).days + 1 + config.partitions_ahead_days
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PARTITION_LOCK})
        existing = await _days(connection, pending=False)
        for day in (first + timedelta(days=n) for n in range(days)):
            if day not in existing:
                await _make(connection, day)


async def retire_partitions(engine: AsyncEngine, now: datetime, config: EngineConfig) -> None:
    """Detach and drop the partitions wholly past retention, unless another process is at it.

    Waits for the transactions that may still read them, ten minutes at most, and holds nothing meanwhile that others
    wait for. Ended anywhere in between, the next call finishes it.
    """
    first = _first_day(now, config)
    async with engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await connection.execute(_PATIENCE)
            if await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": RETIREMENT_LOCK}):
                await _retire(connection, first)
        finally:
            await connection.invalidate()  # the lock ends with its session, and must not go to the pool


async def _retire(connection: AsyncConnection, first: date) -> None:
    detach = "ALTER TABLE processed_commands DETACH PARTITION {} {}"
    for day in await _days(connection, pending=True):
        await connection.execute(text(detach.format(_name(day), "FINALIZE")))
    for day in sorted(day for day in await _days(connection, pending=False) if day < first):
        await connection.execute(text(detach.format(_name(day), "CONCURRENTLY")))
    for day in await _detached(connection):
        await connection.execute(text(f"DROP TABLE {_name(day)}"))


async def _make(connection: AsyncConnection, day: date) -> None:
    name, low, high = _name(day), _first_key(day), _first_key(day + timedelta(days=1))
    for statement in (
        f"CREATE TABLE {name} (LIKE processed_commands INCLUDING ALL) WITH ({LEAF_STORAGE})",
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()",
        f"ALTER TABLE processed_commands ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})",
    ):
        await connection.execute(text(statement))


def _first_day(now: datetime, config: EngineConfig) -> date:
    """The first day that is kept: one more than the retention, so that every key still accepted has a partition."""
    return now.astimezone(UTC).date() - timedelta(days=config.retention_days + 1)


async def _days(connection: AsyncConnection, *, pending: bool) -> set[date]:
    """The days of all partitions; `pending` for those whose detachment was interrupted instead."""
    return _days_of((await connection.execute(_ATTACHED, {"pending": pending})).scalars())


async def _detached(connection: AsyncConnection) -> set[date]:
    """The days whose partitions were detached and not dropped."""
    return _days_of((await connection.execute(_LEFT_OVER)).scalars())


def _days_of(names: Iterable[str]) -> set[date]:
    return {datetime.strptime(name.removeprefix(_PREFIX), "%Y%m%d").date() for name in names}


def _name(day: date) -> str:
    return f"{_PREFIX}{day:%Y%m%d}"


def _first_key(day: date) -> int:
    return snowflake_at(int(datetime.combine(day, time.min, UTC).timestamp() * 1000))
