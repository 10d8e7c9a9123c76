"""The audit: does everything that the database and the log hold add up?

Every check is a query that finds what is wrong, so an empty answer is a clean bill. All of it sees one snapshot, and
reads the current and the previous period, from the openings before them, or every period.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.database import audit_log
from faye.database.audit_checks import BY_CLOSED_PERIOD, CHECKS, views
from faye.messages import Refusal
from faye.messages.base import snowflake_at
from faye.messages.codec import current_form, decode_reply
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import Lag, lag

VIOLATIONS_SHOWN_MAX: Final = 20

_PERIODS: Final = sa.text(
    "SELECT period, closed_at IS NOT NULL AS closed, CAST(CAST(opened_xid AS text) AS bigint) AS opened_xid "
    "FROM ledger_periods ORDER BY period"
)
_STORED_REPLIES: Final = sa.text(
    "SELECT c.idempotency_key AS key, c.player_id AS player, c.reply_schema, c.reply, "
    "l.idempotency_key IS NOT NULL AS has_effect FROM processed_commands c "
    "LEFT JOIN (SELECT DISTINCT idempotency_key FROM lines) l ON l.idempotency_key = c.idempotency_key"
)
_EFFECTS_BEFORE: Final = sa.text(
    "SELECT l.idempotency_key FROM unnest(CAST(:keys AS bigint[]), CAST(:players AS bigint[])) AS c (key, player) "
    "JOIN ledger l ON l.player_id = c.player AND l.idempotency_key = c.key AND l.period < :first"
)


class Violation(Struct, frozen=True):
    """Something that is off: what, and the row that shows it."""

    what: str
    row: dict[str, Any]


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

    @property
    def periods(self) -> str:
        """The periods that were read, in words."""
        if self.first_period == self.last_period:
            return f"period {self.first_period}"
        return f"periods {self.first_period} to {self.last_period}"

    @property
    def clean(self) -> bool:
        """Whether nothing is off."""
        return not self.violations_total


class Window(Struct, frozen=True):
    """The periods that an audit reads."""

    first: int
    last: int
    closed: Sequence[int]
    """Those of them that are closed."""
    opened_xid: int | None
    """The transaction that opened the first of them; None if it is the first of all."""


async def audit(
    engine: AsyncEngine, files: LogFiles, config: EngineConfig, *, every_period: bool = False
) -> Report:
    """Check balances, collections, versions, keys, openings and the log, on a live system or a resting one.

    Waits until the log has come as far as the audit's snapshot; a log that does not is reported by what it lacks.
    `engine` is a patient one: see `faye.database.db.connect`.
    """
    began = time.monotonic()
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    async with snapshots.connect() as connection:
        settled = await asyncio.to_thread(files.size_bytes)
        window = await _window(connection, every_period)  # from here on everything is seen as of this moment
        lacked = await lag(connection, files)
        trouble = await audit_log.catch_up(connection, engine, files, config)
        for statement in views(window.first):
            await connection.execute(sa.text(statement))
        logged = await audit_log.copy(connection, files, window.opened_xid)
        findings = _Findings()
        await _run_checks(connection, findings, window, config, settled)
        count = "SELECT (SELECT count(*) FROM players), (SELECT count(*) FROM esprits), (SELECT count(*) FROM lines)"
        players, esprits, entries = (await connection.execute(sa.text(count))).one()
    return Report(
        first_period=window.first,
        last_period=window.last,
        players=players,
        esprits=esprits,
        ledger_entries=entries,
        logged_entries=logged,
        log_lag=lacked,
        log_trouble=trouble,
        seconds=round(time.monotonic() - began, 3),
        violations=findings.shown,
        violations_total=findings.total,
    )


async def _window(connection: AsyncConnection, every_period: bool) -> Window:
    """The current period and the one before it, and whatever is not closed; or every period."""
    periods = (await connection.execute(_PERIODS)).all()
    last = max((row.period for row in periods), default=1)
    still_open = min((row.period for row in periods if not row.closed), default=last)
    first = 1 if every_period else max(1, min(last - 1, still_open))
    read = [row for row in periods if row.period >= first]
    opened_xid = read[0].opened_xid if first > 1 else None
    return Window(first, last, [row.period for row in read if row.closed], opened_xid)


class _Findings:
    """The violations found: the first of each kind, and how many there are."""

    def __init__(self) -> None:
        self.shown: list[Violation] = []
        self.total = 0

    async def take(self, what: str, rows: AsyncIterator[Mapping[Any, Any]]) -> None:
        """Count the rows, and keep the first of them."""
        number = 0
        async for row in rows:
            number += 1
            if number <= VIOLATIONS_SHOWN_MAX:
                self.shown.append(Violation(what, {name: _plain(value) for name, value in row.items()}))
        self.total += number


async def _run_checks(
    connection: AsyncConnection, findings: _Findings, window: Window, config: EngineConfig, settled: int
) -> None:
    oldest = datetime.now(UTC) - timedelta(days=config.retention_days - 1)
    given = {"oldest_key": snowflake_at(int(oldest.timestamp() * 1000)), "settled": settled}
    for what, query in CHECKS.items():
        await findings.take(what, _found(connection, query, given))
    for what, query in BY_CLOSED_PERIOD.items():
        for period in window.closed:
            await findings.take(what, _found(connection, query, {"period": period}))
    await _check_replies(connection, findings, window)


async def _found(
    connection: AsyncConnection, query: str, given: dict[str, int]
) -> AsyncIterator[Mapping[Any, Any]]:
    parameters = {name: value for name, value in given.items() if f":{name}" in query}
    stream = await connection.stream(sa.text(query), parameters)
    async for row in stream.mappings():
        yield row


async def _check_replies(connection: AsyncConnection, findings: _Findings, window: Window) -> None:
    """Stored replies that say another thing than the ledger: a refusal where an effect was, or the reverse."""
    unreadable: list[int] = []
    denied: list[int] = []
    claimed: dict[int, int] = {}
    async for row in await connection.stream(_STORED_REPLIES):
        reply = current_form(row.reply_schema, row.reply)
        if reply is None:
            continue  # a newer release's, which alone knows what it says
        try:
            is_refusal = isinstance(decode_reply(reply), Refusal)
        except msgspec.MsgspecError:
            unreadable.append(row.key)
            continue
        if is_refusal and row.has_effect:
            denied.append(row.key)
        elif not is_refusal and not row.has_effect:
            claimed[row.key] = row.player
    given = {"keys": list(claimed), "players": list(claimed.values()), "first": window.first}
    before = set((await connection.execute(_EFFECTS_BEFORE, given)).scalars()) if claimed else set()
    await findings.take("a stored reply cannot be read", _keys(unreadable))
    await findings.take("a refusal stands where an effect was", _keys(denied))
    await findings.take("a reply tells of an effect that was not", _keys(claimed.keys() - before))


async def _keys(keys: Iterable[int]) -> AsyncIterator[Mapping[str, int]]:
    for key in sorted(keys):
        yield {"key": key}


def _plain(value: Any) -> Any:
    """A database value as JSON knows it."""
    return value if value is None or isinstance(value, (int, str, float, bool)) else int(value)
