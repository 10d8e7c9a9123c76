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
from faye.database.audit_checks import FORGET_WHAT_CAME_BEFORE
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


async def copy(connection: AsyncConnection, files: LogFiles, opened_xid: int | None) -> int:
    """Copy the entries of the audit's window into the table `logged`; returns how many they are.

    `opened_xid` is the transaction that opened the window's first period, None if it begins with the first of all:
    files that end before it was visible hold nothing of the window and are not read.
    """
    system = str(await connection.scalar(IDENTITY))

    def is_past(last: Marker) -> bool:
        return opened_xid is not None and last.system == system and not last.sees(opened_xid)

    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None, "an open connection has a driver's connection"
    async for rows in _chunks(enumerate(files.positioned(is_past))):
        await raw.copy_records_to_table("logged", records=rows, columns=("place", "position", *COLUMNS))
    await connection.execute(sa.text(FORGET_WHAT_CAME_BEFORE))
    await connection.execute(sa.text("ANALYZE logged"))
    return int(await connection.scalar(sa.text("SELECT count(*) FROM logged")) or 0)


async def _chunks(
    entries: Iterator[tuple[int, tuple[int, LoggedEntry]]],
) -> AsyncIterator[list[tuple[Any, ...]]]:
    def read() -> list[tuple[Any, ...]]:
        return [
            (place, position, *msgspec.structs.astuple(entry))
            for place, (position, entry) in islice(entries, _COPY_CHUNK)
        ]

    while rows := await asyncio.to_thread(read):
        yield rows
