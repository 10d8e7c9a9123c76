"""The audit: does everything that the database and the log hold add up?

Every check is a query that finds what is wrong, so an empty answer is a clean bill. All of it sees one snapshot, and
reads the current and the previous period, from the openings before them, or every period. Two sessions share the
snapshot: one asks the ledger while the other reads the log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import asyncpg
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.database import audit_log
from faye.database.audit_checkpoint import Checkpoint, LogEnd, check_sums, require_usable, take
from faye.database.audit_checks import BY_CLOSED_PERIOD, LEDGER, LOG, LOG_SINCE, WHOLE
from faye.database.audit_findings import Findings, Violation
from faye.database.audit_repair import Plan, plan
from faye.database.audit_replies import check_replies
from faye.database.audit_views import Scope, compared, ledger_tables, log_tables
from faye.messages.base import snowflake_at
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import BEFORE_EVERYTHING, Lag, lag

A = TypeVar("A")
B = TypeVar("B")

_PERIODS: Final = sa.text(
    "SELECT period, closed_at IS NOT NULL AS closed, CAST(CAST(opened_xid AS text) AS bigint) AS opened_xid "
    "FROM ledger_periods ORDER BY period"
)
_EXPORT: Final = sa.text("SELECT pg_export_snapshot()")
_COUNTS: Final = sa.text(
    "SELECT (SELECT count(*) FROM players), (SELECT count(*) FROM esprits), (SELECT count(*) FROM lines)"
)


class Report(Struct, frozen=True):
    """What an audit saw, and every violation it found (the first of each kind, and how many there are)."""

    first_period: int
    last_period: int
    """The ledger periods that were read, both ends inclusive."""

    players: int
    esprits: int
    ledger_entries: int
    logged_entries: int
    log_lag: Lag
    """What the log lacked when the audit began; no violation if it has come as far meanwhile."""

    log_trouble: str | None
    """Why the log did not come as far; None if it did."""

    seconds: float
    violations: list[Violation]
    violations_total: int
    since: datetime | None = None
    """The audit up to which nothing was read again; None if whole periods were read."""

    whole_at: datetime | None = None
    """When whole periods were last read, if this audit goes on from that one."""

    @property
    def periods(self) -> str:
        """The periods that were read, in words."""
        if self.since is not None:
            return f"what came since {self.since:%Y-%m-%d %H:%M:%S} UTC"
        if self.first_period == self.last_period:
            return f"period {self.first_period}"
        return f"periods {self.first_period} to {self.last_period}"

    @property
    def clean(self) -> bool:
        """Whether nothing is off."""
        return not self.violations_total


class DatabaseLost(Exception):
    """The database went away while it was audited; says so, and what to do, in its own words."""

    def __init__(self) -> None:
        super().__init__("the database went away while it was audited; try again")


@contextmanager
def loss_in_words() -> Iterator[None]:
    """Turn whatever the driver says when the connection fails into `DatabaseLost`."""
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError, ConnectionError) as error:
        if not _is_lost(error):
            raise
        raise DatabaseLost from error


def _is_lost(error: Exception) -> bool:
    """Whether it was the connection that failed, and not what was asked."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_lost_code(getattr(error.orig, "sqlstate", None))
    if isinstance(error, asyncpg.PostgresError):
        return _is_lost_code(error.sqlstate)
    return True


def _is_lost_code(sqlstate: object) -> bool:
    """Connection exceptions (08), a server that shuts down or starts (57P), a parallel worker that is gone (55000)."""
    return isinstance(sqlstate, str) and sqlstate.startswith(("08", "57P", "55000"))


class Examined(Struct, frozen=True):
    """What an audit found, and what may be made of it."""

    report: Report
    plan: Plan | None
    """What a repair would append; None if it was not asked for."""
    checkpoint: Checkpoint | None
    """What the next audit may go on from; None if anything is off."""


async def audit(
    engine: AsyncEngine, files: LogFiles, config: EngineConfig, *, every_period: bool = False
) -> Report:
    """Check balances, collections, versions, keys, openings and the log, on a live system or a resting one.

    Waits until the log has come as far as the audit's snapshot; a log that does not is reported by what it lacks.
    `engine` is a patient one: see `faye.database.db.connect`. Raises `DatabaseLost`.
    """
    with loss_in_words():
        return (await examine(engine, files, config, every_period=every_period)).report


async def examine(
    engine: AsyncEngine,
    files: LogFiles,
    config: EngineConfig,
    *,
    every_period: bool = False,
    since: Checkpoint | None = None,
    planning: bool = False,
) -> Examined:
    """An audit, of everything or of what came `since` a checkpoint, and if asked the plan of a repair.

    Only a whole audit knows what a plan needs. Raises `CheckpointRefused`.
    """
    assert since is None or not (planning or every_period), "there is only one way to read at a time"
    began = time.monotonic()
    settled = await asyncio.to_thread(files.size_bytes)
    end = await asyncio.to_thread(LogEnd.of, files)
    ledger_findings, log_findings = Findings(), Findings()
    async with _one_snapshot(engine) as (ledger, log):
        if since is not None:
            await require_usable(ledger, files, since)
        scope = await _scope(ledger, every_period, since)
        (players, esprits, entries), (lacked, trouble, logged) = await _both(
            _audit_ledger(ledger, scope, config, since, ledger_findings),
            _audit_log(log, engine, files, scope, config, since, settled, log_findings),
        )
        ledger_findings.add(log_findings)
        is_clean = not ledger_findings.total and trouble is None
        planned = await plan(ledger, ledger_findings) if planning else None
        checkpoint = await take(ledger, end, since) if is_clean else None
    report = Report(
        first_period=scope.first,
        last_period=scope.last,
        players=players,
        esprits=esprits,
        ledger_entries=entries,
        logged_entries=logged,
        log_lag=lacked,
        log_trouble=trouble,
        seconds=round(time.monotonic() - began, 3),
        violations=ledger_findings.shown,
        violations_total=ledger_findings.total,
        since=None if since is None else since.at,
        whole_at=None if since is None else since.whole_at,
    )
    return Examined(report, planned, checkpoint)


async def _both(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Do both at once; if one fails, the other is stopped, and it alone is told of."""
    try:
        async with asyncio.TaskGroup() as group:
            first, second = group.create_task(one), group.create_task(other)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return first.result(), second.result()


@asynccontextmanager
async def _one_snapshot(engine: AsyncEngine) -> AsyncIterator[tuple[AsyncConnection, AsyncConnection]]:
    """Two sessions that see everything as of the same moment."""
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    async with snapshots.connect() as one, snapshots.connect() as other:
        name = str(await one.scalar(_EXPORT))
        await other.execute(sa.text(f"SET TRANSACTION SNAPSHOT '{name}'"))
        drivers = [(await each.get_raw_connection()).driver_connection for each in (one, other)]
        try:
            yield one, other
        except BaseException as error:
            is_lost = any(driver is None or driver.is_closed() for driver in drivers)
            # Whatever was stopped in the middle leaves a session that takes no orders, not even to roll back.
            for connection in (one, other):
                await connection.invalidate()
            if is_lost and isinstance(error, Exception):
                raise DatabaseLost from error
            raise


async def _scope(connection: AsyncConnection, every_period: bool, since: Checkpoint | None) -> Scope:
    """The current period and the one before it, and whatever is not closed; or every period; or what came since."""
    periods = (await connection.execute(_PERIODS)).all()
    last = max((row.period for row in periods), default=1)
    still_open = min((row.period for row in periods if not row.closed), default=last)
    first = 1 if every_period else max(1, min(last - 1, still_open))
    read = [row for row in periods if row.period >= first]
    opened_xid = read[0].opened_xid if first > 1 else None
    closed = [row.period for row in read if row.closed]
    return Scope(first, last, closed, opened_xid, None if since is None else since.seen)


async def _audit_ledger(
    connection: AsyncConnection,
    scope: Scope,
    config: EngineConfig,
    since: Checkpoint | None,
    findings: Findings,
) -> tuple[int, int, int]:
    """Everything but the log; returns how many players, Esprits and ledger entries there are."""
    await _execute(connection, ledger_tables(scope))
    oldest = datetime.now(UTC) - timedelta(days=config.retention_days - 1)
    oldest_key = snowflake_at(int(oldest.timestamp() * 1000))
    if since is not None:
        await check_sums(connection, findings, since)
        await findings.ask(connection, LEDGER, oldest_key=oldest_key)
        await check_replies(connection, findings, 0)
    else:
        await findings.ask(connection, WHOLE, oldest_key=oldest_key)
        for period in scope.closed:
            await findings.ask(connection, BY_CLOSED_PERIOD, period=period)
        await check_replies(connection, findings, scope.first)
    players, esprits, entries = (await connection.execute(_COUNTS)).one()
    return players, esprits, entries


async def _audit_log(
    connection: AsyncConnection,
    engine: AsyncEngine,
    files: LogFiles,
    scope: Scope,
    config: EngineConfig,
    since: Checkpoint | None,
    settled: int,
    findings: Findings,
) -> tuple[Lag, str | None, int]:
    """The log beside the ledger; returns what it lacked, why it does so still, and how many entries were read."""
    lacked = await lag(connection, files)
    trouble = await audit_log.catch_up(connection, engine, files, config)
    await _execute(connection, log_tables(scope))
    logged = await audit_log.copy(connection, files, scope, 0 if since is None else since.log_end)
    await _execute(connection, compared(scope))
    if since is None:
        await findings.ask(connection, LOG, settled=settled)
    else:
        through = BEFORE_EVERYTHING if since.marker is None else since.marker.through
        await findings.ask(connection, LOG_SINCE, settled=settled, through=through)
    return lacked, trouble, logged


async def _execute(connection: AsyncConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        await connection.execute(sa.text(statement))
