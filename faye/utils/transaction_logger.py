"""The projection of the ledger into transactions.log: every committed entry exactly once, after any crash.

Each poll takes the entries that became visible since the last snapshot S: rows whose transaction is not yet in S
(`xid >= xmax(S)`) or was under way in it (`xid in xip(S)`). Frames are differences of successive snapshots, so an
entry appears once; version v + 1 of a player is written only after v was committed, so a player's entries stand in
the order of their versions. One writer at a time: a lock on the file here, an advisory lock across machines.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import IO, Final, ParamSpec

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.utils.log_files import (
    COLUMNS,
    LogFiles,
    LoggedEntry,
    Marker,
    Stamp,
    encode_line,
    sync_directory,
)

log = logging.getLogger(__name__)

P = ParamSpec("P")

LOG_LOCK: Final = 0x46415945_4C4F4721
"""Key of the advisory lock of the one writer ("FAYELOG!")."""

_PAUSE_S: Final = 0.25
_PAUSE_MAX_S: Final = 10.0

BEFORE_EVERYTHING: Final = "3:3:"
"""A snapshot that no transaction is in."""


def new_since(snapshot: str) -> str:
    """The query for the ledger lines that became visible since a snapshot, given as an SQL expression of its text.

    Who was under way is cut out of the text, because the planner sees through that. A set-returning function it takes
    for fifty transactions of the usual size, and then it would rather read the whole ledger at each look.
    """
    return f"""
        SELECT * FROM ledger WHERE xid >= pg_snapshot_xmax(CAST({snapshot} AS pg_snapshot))
        UNION ALL
        SELECT * FROM ledger WHERE xid = ANY (CAST('{{' || split_part({snapshot}, ':', 3) || '}}' AS xid8[]))"""


_NEW: Final = new_since("CAST(:since AS text)")

_DIFFERENCE: Final = sa.text(f"SELECT {', '.join(COLUMNS)} FROM ({_NEW}) new ORDER BY player_id, version, n")

_LACKED: Final = sa.text(
    f"""SELECT count(*), min(new.at) FROM ({_NEW}) new
    LEFT JOIN unnest(CAST(:players AS bigint[]), CAST(:versions AS bigint[])) AS logged (player_id, version)
        ON logged.player_id = new.player_id
    WHERE new.version > coalesce(logged.version, 0)"""
)

_SNAPSHOT: Final = sa.text("SELECT CAST(pg_current_snapshot() AS text)")

_FLUSH: Final = sa.text("SELECT pg_logical_emit_message(false, 'faye', '', true)")

_FROM_THE_FUTURE: Final = sa.text(
    "SELECT EXISTS (SELECT 1 FROM ledger WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))"
)

IDENTITY: Final = sa.text(
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)


class LogRefused(Exception):
    """The ledger's transaction ids are of another server (a restored dump): no log can be projected from them."""


class LogHarmed(Exception):
    """The current file is not as its writer left it: it must be recovered before anything is appended."""


class Lag(Struct, frozen=True):
    """What the log lacks of what is visible: how many entries, and of when the oldest is."""

    entries: int
    since: datetime | None


async def outlast_a_crash(connection: AsyncConnection) -> None:
    """Have the end of every transaction that a snapshot of `connection` counts as ended reach the disk.

    Only commits are flushed at once. After a crash PostgreSQL gives the ids of those who were rolled back out again,
    unless a later record of theirs or of others had been flushed; in a snapshot that was kept elsewhere meanwhile,
    whoever gets such an id has ended long ago. So nobody keeps a snapshot outside the database before this.
    """
    await connection.execute(_FLUSH)


async def lag(connection: AsyncConnection, files: LogFiles) -> Lag:
    """How far the log is behind what `connection` sees; reads the log and changes nothing."""
    marker = await asyncio.to_thread(files.last_marker)
    logged: dict[int, int] = {}
    since = BEFORE_EVERYTHING
    if marker is not None and marker.system == str(await connection.scalar(IDENTITY)):
        since = marker.through
    elif marker is not None:
        logged = await asyncio.to_thread(_logged_versions, files)
    given = {"since": since, "players": list(logged), "versions": list(logged.values())}
    return Lag(*(await connection.execute(_LACKED, given)).one())


class TransactionLogger:
    """Writes the log while it is the one elected; waits in the background while another is.

    `engine` is a patient one (see `faye.database.db.connect`): a backlog takes what it takes.
    """

    def __init__(self, engine: AsyncEngine, files: LogFiles, config: EngineConfig) -> None:
        self._engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
        self._files = files
        self._interval_s = config.log_poll_interval_ms / 1000
        self._chunk = config.log_chunk_entries
        self.complaint: str | None = None
        """Why the log does not keep up at the moment; None while it does."""
        self._complete_at_s: float | None = None

    @property
    def behind_s(self) -> float | None:
        """How long ago the log held all that was visible; None in a process that leaves it to another."""
        return None if self._complete_at_s is None else time.monotonic() - self._complete_at_s

    async def run(self) -> None:
        """Project until cancelled, whatever fails meanwhile; what goes on failing is tried ever more rarely."""
        pause_s = _PAUSE_S
        self._complete_at_s = time.monotonic()  # a log that never begins counts as late from here on
        while True:
            try:
                async with self._elected() as elected:
                    if elected is None:
                        self._complete_at_s = None
                    else:
                        self._complete_at_s = self._complete_at_s or time.monotonic()
                        await self._project(elected)
                        pause_s = _PAUSE_S
            except Exception as error:
                self._complain(error)
                pause_s = min(2 * pause_s, _PAUSE_MAX_S)
            await asyncio.sleep(pause_s)

    async def catch_up(self) -> int:
        """Project what is visible now, once, and return how many entries it was.

        Raises `BlockingIOError` while another process writes the log, and `LogRefused`.
        """
        async with self._elected() as elected:
            if elected is None:
                raise BlockingIOError("another process writes the log")
            return await self._frame(await self._begin())

    @asynccontextmanager
    async def _elected(self) -> AsyncIterator[AsyncConnection | None]:
        """The session that holds the lock, for as long as the block lasts; None: another process writes."""
        self._files.directory.mkdir(parents=True, exist_ok=True)
        with (self._files.directory / "writer.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            async with self._engine.connect() as session:
                session = await session.execution_options(isolation_level="AUTOCOMMIT")
                try:
                    lock_it = sa.text("SELECT pg_try_advisory_lock(:key)")
                    yield session if await session.scalar(lock_it, {"key": LOG_LOCK}) else None
                finally:
                    await session.invalidate()  # the lock ends with its session, and must not go to the pool

    async def _project(self, elected: AsyncConnection) -> None:
        position = await self._begin()
        while True:
            await elected.execute(
                sa.text("SELECT 1")
            )  # raises when the session, and the lock with it, is lost
            try:
                if self._files.stamp() != position.left:
                    raise LogHarmed
                began_at_s = time.monotonic()
                written = await self._frame(position)
            except LogHarmed:
                log.error(
                    "transactions.log was changed by somebody else; it is recovered from its last whole frame"
                )
                position = await self._begin()
                continue
            self.complaint = None
            self._complete_at_s = began_at_s
            # Frame on frame would cost as much as the commits; only who is behind goes on at once.
            if written < self._chunk:
                await asyncio.sleep(self._interval_s)

    async def _begin(self) -> _Position:
        """Where to go on, by what the log itself says."""
        marker = await asyncio.to_thread(self._files.recover)
        left = self._files.stamp()
        async with self._engine.connect() as connection:
            if await connection.scalar(_FROM_THE_FUTURE):
                raise LogRefused(
                    "the ledger was restored from a dump; restore a physical copy (pg_basebackup)"
                )
            system = str(await connection.scalar(IDENTITY))
            now = str(await connection.scalar(_SNAPSHOT))
        if marker is None:
            return _Position(BEFORE_EVERYTHING, system, left)
        if marker.system == system:
            self._require_same_time(marker, now)
            return _Position(marker.through, system, left)
        log.warning("transactions.log was written from another database; going on by players' versions")
        logged = await asyncio.to_thread(_logged_versions, self._files)
        return _Position(BEFORE_EVERYTHING, system, left, logged)

    def _require_same_time(self, marker: Marker, now: str) -> None:
        """Refuse a log that has seen more of this server than the server has: it was set back to a copy."""
        if int(marker.through.split(":")[1]) > int(now.split(":")[1]):
            raise LogRefused(
                "the log is newer than the database; put the log away that belongs to the newer one"
            )

    async def _frame(self, position: _Position) -> int:
        """Write the entries that became visible since `position` and move it; returns how many they were."""
        async with self._snapshots.connect() as connection:
            through = str(await connection.scalar(_SNAPSHOT))
            if through != position.since:
                await outlast_a_crash(connection)
            frame = _Frame(self._files, position.left)
            try:
                async for entries in self._new_entries(connection, position):
                    await _to_its_end(frame.append, entries)
                await _to_its_end(frame.close, through, position.system)
            except BaseException:
                frame.drop()
                raise
        position.since = through
        position.left = frame.left
        position.logged.clear()
        return frame.entries

    async def _new_entries(
        self, connection: AsyncConnection, position: _Position
    ) -> AsyncIterator[list[LoggedEntry]]:
        stream = await connection.stream(_DIFFERENCE, {"since": position.since})
        async for rows in stream.partitions(self._chunk):
            yield [LoggedEntry(*row) for row in rows if row.version > position.logged.get(row.player_id, 0)]

    def _complain(self, error: Exception) -> None:
        complaint = f"{type(error).__name__}: {error}".splitlines()[0]
        if complaint != self.complaint:
            log.error("transactions.log does not keep up: %s", complaint)
        self.complaint = complaint


class _Position:
    """How far the log has come: a snapshot, of which database, and what was logged beyond it by player.

    `left` is the stamp of the current file as its writer left it.
    """

    def __init__(
        self, since: str, system: str, left: Stamp | None, logged: dict[int, int] | None = None
    ) -> None:
        self.since = since
        self.system = system
        self.left = left
        self.logged = logged or {}


class _Frame:
    """One frame on its way into the file: all of it, durably, or nothing.

    `left` is the file's stamp before the frame and, once it is closed, behind it. It is taken from what the frame
    itself read and wrote, so that no change by anybody else meanwhile is mistaken for its own.
    """

    def __init__(self, files: LogFiles, left: Stamp | None) -> None:
        self._files = files
        self.left = left
        self._file: IO[bytes] | None = None
        self._start = 0
        self._size = 0
        self._crc = 0
        self.entries = 0

    def append(self, entries: list[LoggedEntry]) -> None:
        """Write entries behind those before; a frame without any touches no file."""
        if not entries:
            return
        if self._file is None:
            self._open()
        assert self._file is not None, "it was just opened"
        lines = b"".join(map(encode_line, entries))
        _write_all(self._file, lines)
        self._crc = zlib.crc32(lines, self._crc)
        self._size += len(lines)
        self.entries += len(entries)

    def _open(self) -> None:
        self._file = self._files.open()
        self._start = self._file.tell()
        found = Stamp(os.fstat(self._file.fileno()).st_ino, self._start)
        if found != self.left and (self.left is not None or self._start):
            self._file.close()
            raise LogHarmed
        self.left = found

    def close(self, through: str, system: str) -> None:
        """Close the frame with its marker, durably; put the file away if it is an earlier day's."""
        if self._file is None:
            return
        assert self.left is not None, "an open file has a stamp"
        marker = Marker(through, system, self.entries, self._crc)
        line = encode_line(marker)
        _write_all(self._file, line)
        self.left = Stamp(self.left.inode, self._start + self._size + len(line))
        os.fsync(self._file.fileno())
        self._file.close()
        if self._start == 0:
            sync_directory(self._files.directory)
        begun, today = self._files.begun_on(), _today()
        if begun is not None and begun < today:
            self.left = self._files.rotate(begun, marker)

    def drop(self) -> None:
        """Take back whatever of the frame was written."""
        if self._file is not None and not self._file.closed:
            os.ftruncate(self._file.fileno(), self._start)
            self._file.close()


async def _to_its_end(work: Callable[P, None], *arguments: P.args, **rest: P.kwargs) -> None:
    """Run blocking work in a thread and, even when cancelled, leave only after it has ended.

    A thread cannot be stopped: whoever took back a frame while it still wrote would tear the log.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments, **rest))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


def _write_all(file: IO[bytes], data: bytes) -> None:
    """Write `data` whole; an unbuffered file may take less at once."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _today() -> date:
    return datetime.now(UTC).date()


def _logged_versions(files: LogFiles) -> dict[int, int]:
    """The highest version of each player that the log has."""
    versions: dict[int, int] = {}
    for entry in files.entries():
        versions[entry.player] = max(entry.version, versions.get(entry.player, 0))
    return versions
