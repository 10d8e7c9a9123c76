"""The audit's view of transactions.log: brought as far as the audit's snapshot, and copied beside the ledger."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.database.audit_views import FORGET_WHAT_CAME_BEFORE, Scope
from faye.utils.log_files import COLUMNS, LogFiles, LoggedEntry, Marker
from faye.utils.transaction_logger import IDENTITY, LogRefused, TransactionLogger, lag

STILL_MAX_S: Final = 10.0
"""How long a log may stand still, while another process writes it, before the audit goes on without."""

_COPY_CHUNK: Final = 10_000


async def catch_up(
    connection: AsyncConnection, engine: AsyncEngine, files: LogFiles, config: EngineConfig
) -> str | None:
    """Project the log ourselves, or wait for the process that does, until it has all that `connection` sees.

    Returns what is wrong with the log if that cannot be; what it lacks is then among the findings.
    """
    seen, moved_at = files.stamp(), time.monotonic()
    while True:
        try:
            await TransactionLogger(engine, files, config).catch_up()
        except BlockingIOError:
            if not (await lag(connection, files)).entries:
                return None
        except (LogRefused, OSError) as error:
            return f"the log cannot be written: {error}"
        else:
            return None
        if (stamp := files.stamp()) != seen:
            seen, moved_at = stamp, time.monotonic()
        elif time.monotonic() - moved_at >= STILL_MAX_S:
            return f"a process holds the log and has not written to it for {STILL_MAX_S:g} s"
        await asyncio.sleep(config.log_poll_interval_ms / 1000)


async def copy(connection: AsyncConnection, files: LogFiles, scope: Scope, after: int = 0) -> int:
    """Copy the entries in the audit's scope into the table `logged`; returns how many they are.

    Those that stand before the byte `after` are not read, nor are files that end before the transaction which opened
    the scope's first period was visible: they hold nothing of it.
    """
    system = str(await connection.scalar(IDENTITY))

    def is_past(last: Marker) -> bool:
        opened_xid = scope.opened_xid
        return opened_xid is not None and last.system == system and not last.sees(opened_xid)

    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None, "an open connection has a driver's connection"
    columns = ("place", "position", *COLUMNS)
    async for rows in _chunks(enumerate(files.positioned(is_past, after))):
        await raw.copy_records_to_table("logged", records=rows, columns=columns)
    if scope.since is None:
        await connection.execute(sa.text(FORGET_WHAT_CAME_BEFORE))
    return int(await connection.scalar(sa.text("SELECT count(*) FROM logged")) or 0)


async def _chunks(
    entries: Iterator[tuple[int, tuple[int, LoggedEntry]]],
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """The entries as rows; the next are read while those before them are sent."""

    def read() -> list[tuple[Any, ...]]:
        return [
            (place, position, *msgspec.structs.astuple(entry))
            for place, (position, entry) in islice(entries, _COPY_CHUNK)
        ]

    following = asyncio.ensure_future(asyncio.to_thread(read))
    try:
        while rows := await following:
            following = asyncio.ensure_future(asyncio.to_thread(read))
            yield rows
    finally:
        await asyncio.wait({following})  # a thread cannot be stopped, and holds the file
