"""Daily partitions of processed commands, cut along their time-ordered keys: made ahead, dropped when forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.messages.base import snowflake_at

PARTITION_LOCK: Final = 0x46415945_50415254
"""Key of the advisory lock under which partitions change ("FAYEPART")."""

_PREFIX: Final = "processed_commands_"


async def keep_partitions(engine: AsyncEngine, now: datetime, config: EngineConfig) -> None:
    """Make the partitions of the retained days and of those ahead; drop the ones wholly past retention.

    A day is kept for one day more than the retention, so that no key still accepted has lost its partition.
    """
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=config.retention_days + 1)
    wanted = {
        first + timedelta(days=n) for n in range(config.retention_days + 2 + config.partitions_ahead_days)
    }
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PARTITION_LOCK})
        existing = await _existing(connection)
        for day in sorted(wanted - existing):
            low, high = (_first_key(day), _first_key(day + timedelta(days=1)))
            await connection.execute(
                text(
                    f"CREATE TABLE {_name(day)} PARTITION OF processed_commands "
                    f"FOR VALUES FROM ({low}) TO ({high})"
                )
            )
            await connection.execute(
                text(
                    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_name(day)} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION faye_refuse_change()"
                )
            )
        for day in sorted(day for day in existing if day < first):
            await connection.execute(text(f"DROP TABLE {_name(day)}"))


async def _existing(connection: AsyncConnection) -> set[date]:
    rows = await connection.execute(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'processed_commands'::regclass"
        )
    )
    return {datetime.strptime(name.removeprefix(_PREFIX), "%Y%m%d").date() for (name,) in rows}


def _name(day: date) -> str:
    return f"{_PREFIX}{day:%Y%m%d}"


def _first_key(day: date) -> int:
    return snowflake_at(int(datetime.combine(day, time.min, UTC).timestamp() * 1000))
