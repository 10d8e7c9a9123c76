"""Connections for single statements: taken from the engine once and kept, asked without anything in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from asyncpg import Connection, PostgresError
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine


class KeptConnections:
    """As many as there were ever statements at once, each for one at a time; they end with the engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._idle: list[Connection] = []
        event.listen(engine.sync_engine, "engine_disposed", self._terminate)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection to oneself, outside any transaction; one that broke or was interrupted is not used again."""
        connection = await self._take()
        try:
            yield connection
        except PostgresError:
            self._put_back(connection)
            raise
        except BaseException:
            connection.terminate()
            raise
        else:
            self._put_back(connection)

    async def _take(self) -> Connection:
        while self._idle:
            if not (connection := self._idle.pop()).is_closed():
                return connection
        made = await self._engine.raw_connection()
        raw = made.driver_connection
        assert raw is not None, "a connection just made is there"
        made.detach()
        return raw

    def _put_back(self, connection: Connection) -> None:
        if not connection.is_closed():
            self._idle.append(connection)

    def _terminate(self, _: object) -> None:
        while self._idle:
            self._idle.pop().terminate()
