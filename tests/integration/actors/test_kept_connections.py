"""Connections kept for single statements: used again, and never again once they broke or were interrupted."""

import asyncio
from contextlib import suppress

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.kept_connections import KeptConnections
from actors.postgres_store import PostgresStore
from actors.store import StoreUnavailable, Write
from faye.database.models.player import Player

PID = "SELECT pg_backend_pid()"


async def test_a_connection_is_kept_and_given_to_one_at_a_time(engine: AsyncEngine) -> None:
    kept = KeptConnections(engine)
    async with kept.connection() as first, kept.connection() as second:
        pids = {await first.fetchval(PID), await second.fetchval(PID)}
    assert len(pids) == 2
    async with kept.connection() as again:
        assert await again.fetchval(PID) in pids


async def test_a_refusal_leaves_the_connection_usable(engine: AsyncEngine) -> None:
    kept = KeptConnections(engine)
    async with kept.connection() as connection:
        pid = await connection.fetchval(PID)
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with kept.connection() as connection:
            await connection.fetchval("SELECT 1 / 0")
    async with kept.connection() as connection:
        assert await connection.fetchval(PID) == pid


async def test_a_connection_that_the_server_ended_is_replaced(engine: AsyncEngine) -> None:
    kept = KeptConnections(engine)
    async with kept.connection() as connection:
        pid = await connection.fetchval(PID)
    async with kept.connection() as killer_of, kept.connection() as killer:
        assert await killer_of.fetchval(PID) == pid
        await killer.fetchval("SELECT pg_terminate_backend($1)", pid)
        # The driver may learn of it before it is asked, while it asks, or from the answer.
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
            await killer_of.fetchval("SELECT 1")
    async with kept.connection() as one, kept.connection() as other:
        assert pid not in {await one.fetchval(PID), await other.fetchval(PID)}


async def test_an_interrupted_statement_takes_its_connection_with_it(engine: AsyncEngine) -> None:
    kept = KeptConnections(engine)
    began = asyncio.Event()
    pids = []

    async def write() -> None:
        async with kept.connection() as connection:
            pids.append(await connection.fetchval(PID))
            began.set()
            await connection.fetchval("SELECT pg_sleep(30)")

    writing = asyncio.create_task(write())
    await began.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with kept.connection() as connection:
        assert await connection.fetchval(PID) not in pids


async def test_connections_end_with_their_engine(engine: AsyncEngine) -> None:
    kept = KeptConnections(engine)
    async with kept.connection() as connection:
        pass
    await engine.dispose()
    assert connection.is_closed()


async def test_a_store_whose_connections_were_ended_says_so_and_writes_again(engine: AsyncEngine) -> None:
    store = PostgresStore(engine)
    assert await store.flush([_started(1)], 1) == {1}
    async with engine.connect() as connection:
        await connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    for player in (2, 3):
        with suppress(StoreUnavailable):  # the end of a session is noticed by using it, or before
            await store.flush([_started(player)], 1)
    assert await store.flush([_started(4)], 1) == {4}


def _started(player_id: int) -> Write:
    player = Player(id=player_id, version=1)
    return Write(player, expected=0, exists=False, version=1)
