"""The physical copy of a running embedded PostgreSQL, by PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from cluster.backup_files import Meter
from cluster.errors import ClusterError
from cluster.logs import last_words
from cluster.ports import LOOPBACK
from cluster.postgres_cluster import DATABASE, SUPERUSER
from cluster.postgres_programs import PostgresPrograms, programs_for
from cluster.processes import Child
from faye.database.migrate import revision_of
from faye.utils.transaction_logger import IDENTITY

_END_TIMEOUT_S: Final = 5.0
_CONNECT_TIMEOUT_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.5

_SIZE = text(
    "SELECT CAST((SELECT sum(pg_database_size(oid)) FROM pg_database) "
    "+ (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()) AS bigint)"
)
_DONE = text("SELECT backup_streamed, backup_total FROM pg_stat_progress_basebackup")
_MAJOR = text("SELECT CAST(current_setting('server_version_num') AS integer) / 10000")


class DatabaseFacts(Struct, frozen=True):
    """What a database is, as a backup remembers it."""

    schema: str
    postgres: int
    system: str
    size_bytes: int


class EmbeddedDatabase:
    """The running PostgreSQL of a home, seen by its superuser."""

    def __init__(self, database_url: str, superuser_password: str) -> None:
        port = make_url(database_url).port
        assert port is not None, "an embedded server's address has its port"
        self._port = port
        self._password = superuser_password

    async def facts(self) -> DatabaseFacts:
        """What it is now; raises `ClusterError` when it cannot be asked, or holds no schema of Faye's."""
        async with self._connected() as connection:
            schema = await revision_of(connection)
            if schema is None:
                raise ClusterError("the database holds nothing of Faye's yet, so there is nothing to back up")
            return DatabaseFacts(
                schema=schema,
                postgres=int(await connection.scalar(_MAJOR) or 0),
                system=str(await connection.scalar(IDENTITY)),
                size_bytes=int(await connection.scalar(_SIZE) or 0),
            )

    async def copy(self, target: Path, log: Path, meter: Meter) -> None:
        """Copy all of it to the new directory `target`, with the WAL that makes it consistent.

        The server goes on serving. Everything that was committed before this was called is in the copy.
        """
        programs = programs_for(None, log.parent)
        command: list[str | Path] = [
            programs.path("pg_basebackup"),
            f"--pgdata={target}",
            f"--host={LOOPBACK}",
            f"--port={self._port}",
            f"--username={SUPERUSER}",
            "--no-password",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            "--label=faye",
        ]
        telling = asyncio.create_task(self._tell(meter))
        try:
            await _run(
                programs, command, log, "the database could not be copied", {"PGPASSWORD": self._password}
            )
        finally:
            telling.cancel()
            await asyncio.wait({telling})

    async def _tell(self, meter: Meter) -> None:
        """Tell how far the copy has come, as long as somebody waits for it; what it is told by may be away."""
        with suppress(ClusterError, SQLAlchemyError, OSError):
            async with self._connected() as connection:
                while True:
                    await asyncio.sleep(_LOOK_EVERY_S)
                    row = (await connection.execute(_DONE)).first()
                    if row is not None and row.backup_total:
                        meter.tell(row.backup_streamed, row.backup_total)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        engine = _superuser_engine(self._port, self._password)
        try:
            async with engine.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            said = str(getattr(error, "orig", None) or error) or type(error).__name__
            raise ClusterError(
                f"the database cannot be asked ({said.splitlines()[0]}); see `launch.py status`, and try again"
            ) from None
        finally:
            await engine.dispose()


async def require_whole(data: Path, log: Path) -> None:
    """Raise `ClusterError` unless a copied database is as its own manifest says, and its WAL reads to its end."""
    programs = programs_for(None, log.parent)
    command: list[str | Path] = [programs.path("pg_verifybackup"), "--quiet", data]
    await _run(programs, command, log, f"{data} is damaged or not whole; take another backup")


def _superuser_engine(port: int, password: str) -> AsyncEngine:
    url = URL.create("postgresql+asyncpg", SUPERUSER, password, LOOPBACK, port, DATABASE)
    arguments: dict[str, Any] = {
        "timeout": _CONNECT_TIMEOUT_S,
        "server_settings": {"application_name": "faye-backup"},
    }
    return create_async_engine(url, poolclass=NullPool, connect_args=arguments)


async def _run(
    programs: PostgresPrograms,
    command: list[str | Path],
    log: Path,
    failed: str,
    secrets: dict[str, str] | None = None,
) -> None:
    """Run a program to its end; passwords travel in its environment, which only its own account can read."""
    child = Child.spawn(
        command, directory=log.parent, log=log, environment={**programs.environment, **(secrets or {})}
    )
    try:
        code = await child.wait()
    finally:
        await child.end(signal.SIGTERM, timeout_s=_END_TIMEOUT_S)
        child.sweep()
    if code != 0:
        raise ClusterError(f"{failed}: {last_words(log)}")
