"""Partitions of processed commands follow the time, and nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.postgres_store import PostgresStore
from actors.store import Decided
from faye.config import Config
from faye.database.ledger_periods import close_period
from faye.database.partitions import keep_partitions, make_partitions, retire_partitions
from faye.messages.base import snowflake_at
from tests.builders import new_key
from tests.integration.database.played import until

NOW = datetime.now(UTC)
AT_ONCE_S = 10.0
"""Long for a busy machine, and nothing beside a reader that does not end."""


@pytest.fixture
def engine(patient_engine: AsyncEngine) -> AsyncEngine:
    return patient_engine


@pytest.fixture
async def long_reader(engine: AsyncEngine) -> AsyncIterator[sa.ext.asyncio.AsyncConnection]:
    """A transaction that has read everything and goes on, as a long audit does."""
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    async with snapshots.connect() as reader:
        for table in ("players", "ledger", "processed_commands", "ledger_openings", "ledger_periods"):
            await reader.execute(sa.text(f"SELECT count(*) FROM {table}"))
        yield reader


async def days_of(engine: AsyncEngine) -> list[str]:
    query = "SELECT relname FROM pg_class WHERE relname ~ '^processed_commands_\\d{8}$' ORDER BY 1"
    async with engine.connect() as connection:
        return list((await connection.execute(sa.text(query))).scalars())


async def commit(engine: AsyncEngine) -> None:
    """Commit a decision, at once."""
    async with asyncio.timeout(AT_ONCE_S):
        assert await PostgresStore(engine).remember(Decided(new_key(), 1, 1, b"reply")) is None


async def test_partitions_cover_retention_and_the_days_ahead_and_follow_the_time(
    engine: AsyncEngine, config: Config
) -> None:
    first = await days_of(engine)
    assert len(first) == config.engine.retention_days + 2 + config.engine.partitions_ahead_days
    await keep_partitions(engine, NOW + timedelta(days=3), config.engine)
    later = await days_of(engine)
    assert len(later) == len(first)
    assert later[:-3] == first[3:]


async def test_a_key_lives_in_exactly_one_partition_and_only_once(
    engine: AsyncEngine, config: Config
) -> None:
    await keep_partitions(engine, NOW + timedelta(days=1), config.engine)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    insert = sa.text("INSERT INTO processed_commands VALUES (:key, 1, 1, 1, '')")
    for offset_ms in (-1, 0, 1):
        key = snowflake_at(int(midnight.timestamp() * 1000) + offset_ms, 7)
        async with engine.begin() as connection:
            await connection.execute(insert, {"key": key})
        with pytest.raises(sa.exc.IntegrityError):
            async with engine.begin() as connection:
                await connection.execute(insert, {"key": key})


async def test_upkeep_beside_a_long_reader_lets_commits_through_at_once(
    engine: AsyncEngine, config: Config, long_reader: sa.ext.asyncio.AsyncConnection
) -> None:
    first = await days_of(engine)
    async with asyncio.timeout(AT_ONCE_S):
        await make_partitions(engine, NOW + timedelta(days=2), config.engine)
    await commit(engine)
    retiring = asyncio.create_task(retire_partitions(engine, NOW + timedelta(days=2), config.engine))
    await until(
        engine, "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%DETACH%' AND wait_event_type = 'Lock'"
    )
    await commit(engine)
    async with asyncio.timeout(AT_ONCE_S):
        await make_partitions(engine, NOW + timedelta(days=4), config.engine)
    await commit(engine)
    assert not retiring.done()
    await long_reader.rollback()
    await retiring
    assert first[:2] == [day for day in first if day not in await days_of(engine)]


async def test_a_ledger_period_closes_beside_a_long_reader(
    engine: AsyncEngine, long_reader: sa.ext.asyncio.AsyncConnection
) -> None:
    async with asyncio.timeout(AT_ONCE_S):
        assert await close_period(engine) == 1


async def test_one_process_retires_and_the_others_do_not_wait(
    engine: AsyncEngine, config: Config, long_reader: sa.ext.asyncio.AsyncConnection
) -> None:
    later = NOW + timedelta(days=2)
    retiring = asyncio.create_task(retire_partitions(engine, later, config.engine))
    await until(
        engine, "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%DETACH%' AND wait_event_type = 'Lock'"
    )
    async with asyncio.timeout(AT_ONCE_S):
        await retire_partitions(engine, later, config.engine)
    await long_reader.rollback()
    await retiring


@pytest.mark.parametrize("interrupted", ["while detaching", "before dropping"])
async def test_a_retirement_that_was_killed_is_finished_by_the_next(
    engine: AsyncEngine, config: Config, interrupted: str
) -> None:
    first, later = await days_of(engine), NOW + timedelta(days=2)
    if interrupted == "while detaching":
        async with engine.connect() as reader:
            await reader.execute(sa.text("SELECT count(*) FROM processed_commands"))
            retiring = asyncio.create_task(retire_partitions(engine, later, config.engine))
            waiting = (
                "FROM pg_stat_activity WHERE query LIKE '%DETACH%CONCURRENTLY' AND wait_event_type = 'Lock'"
            )
            await until(engine, f"SELECT 1 {waiting}")
            await until(engine, f"SELECT pg_terminate_backend(pid) {waiting}")
            with pytest.raises(sa.exc.DBAPIError):
                await retiring
        await until(engine, "SELECT 1 FROM pg_inherits WHERE inhdetachpending")
    else:
        async with engine.begin() as connection:
            await connection.execute(sa.text(f"ALTER TABLE processed_commands DETACH PARTITION {first[0]}"))
    await keep_partitions(engine, later, config.engine)
    assert (await days_of(engine))[0] == first[2]
    await commit(engine)
