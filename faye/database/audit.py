"""The audit: does everything that the database and the log hold add up?

Every check is a query that finds what is wrong, so an empty answer is a clean bill. All of it sees one snapshot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import EngineConfig
from faye.messages import Refusal
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply
from faye.utils.log_files import LogFiles, LoggedEntry
from faye.utils.transaction_logger import BEFORE_EVERYTHING, BEHIND, LogRefused, TransactionLogger
from faye.vocabulary import CURRENCIES

VIOLATIONS_SHOWN_MAX: Final = 20
_LOG_PATIENCE_S: Final = 20.0
_COPY_CHUNK: Final = 10_000

_BALANCES: Final = ", ".join(f"('{currency}', p.{currency})" for currency in CURRENCIES)

CHECKS: Final[dict[str, str]] = {
    "a balance differs from its ledger": f"""
        SELECT p.id AS player, held.asset, held.balance, coalesce(l.total, 0) AS ledger
        FROM players p CROSS JOIN LATERAL (VALUES {_BALANCES}) AS held (asset, balance)
        LEFT JOIN (SELECT player_id, asset, sum(delta) AS total FROM ledger GROUP BY 1, 2) l
            ON l.player_id = p.id AND l.asset = held.asset
        WHERE held.balance <> coalesce(l.total, 0)""",
    "a ledger line's balance is not the sum up to it": """
        SELECT player_id AS player, version, n, asset, balance, total AS ledger FROM (
            SELECT *, sum(delta) OVER (PARTITION BY player_id, asset ORDER BY version, n) AS total FROM ledger
        ) running WHERE balance <> total""",
    "a balance is negative": f"""
        SELECT p.id AS player, held.asset, held.balance
        FROM players p CROSS JOIN LATERAL (VALUES {_BALANCES}) AS held (asset, balance) WHERE held.balance < 0""",
    "a collection differs from its grants and losses": """
        SELECT coalesce(l.player_id, e.player_id) AS player, coalesce(l.esprit_id, e.id) AS esprit,
               coalesce(l.total, 0) AS ledger, (e.id IS NOT NULL)::int AS owned
        FROM (SELECT player_id, esprit_id, sum(delta) AS total FROM ledger WHERE asset = 'esprit' GROUP BY 1, 2) l
        FULL JOIN esprits e ON e.id = l.esprit_id AND e.player_id = l.player_id
        WHERE coalesce(l.total, 0) <> (e.id IS NOT NULL)::int""",
    "an Esprit of another species than was granted": """
        SELECT e.player_id AS player, e.id AS esprit FROM esprits e
        JOIN ledger l ON l.esprit_id = e.id AND l.delta = 1 AND l.asset = 'esprit'
        WHERE l.subject IS DISTINCT FROM e.species""",
    "a player's versions have gaps in the ledger": """
        SELECT p.id AS player, p.version, coalesce(l.versions, 0) AS in_ledger, coalesce(l.last, 0) AS last
        FROM players p LEFT JOIN (
            SELECT player_id, count(DISTINCT version) AS versions, max(version) AS last FROM ledger GROUP BY 1
        ) l ON l.player_id = p.id
        WHERE p.version <> coalesce(l.versions, 0) OR p.version <> coalesce(l.last, 0)""",
    "ledger lines of a player that does not exist": """
        SELECT DISTINCT l.player_id AS player FROM ledger l
        LEFT JOIN players p ON p.id = l.player_id WHERE p.id IS NULL""",
    "one key has two effects": """
        SELECT idempotency_key AS key, player_id AS player, count(DISTINCT version) AS effects
        FROM ledger GROUP BY 1, 2 HAVING count(DISTINCT version) > 1""",
    "one key has effects on strangers": """
        SELECT idempotency_key AS key, count(DISTINCT player_id) AS players FROM ledger
        GROUP BY 1 HAVING count(DISTINCT player_id) > 1
        AND (count(DISTINCT player_id) > 2 OR bool_or(event NOT LIKE 'transfer.%'))""",
    "an effect without a stored reply": """
        SELECT DISTINCT l.idempotency_key AS key, l.player_id AS player FROM ledger l
        LEFT JOIN processed_commands c ON c.idempotency_key = l.idempotency_key
            AND (c.player_id = l.player_id OR l.event = 'transfer.receive')
        WHERE c.idempotency_key IS NULL AND l.idempotency_key >= :oldest_key""",
    "a transfer that does not add up": """
        SELECT idempotency_key AS key, sum(delta) AS total FROM ledger
        WHERE event LIKE 'transfer.%' GROUP BY 1, asset HAVING sum(delta) <> 0""",
    "an entry that the log lacks": """
        SELECT l.player_id AS player, l.version, l.n FROM ledger l
        LEFT JOIN logged g ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
        WHERE g.player_id IS NULL""",
    "an entry in the log that the ledger lacks": """
        SELECT g.player_id AS player, g.version, g.n FROM logged g
        LEFT JOIN players p ON p.id = g.player_id
        LEFT JOIN ledger l ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
        WHERE l.player_id IS NULL AND (g.position <= :settled OR g.version <= p.version)""",
    "an entry that stands in the log more than once": """
        SELECT player_id AS player, version, n, count(*) AS times
        FROM logged GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "an entry that the log tells differently": """
        SELECT l.player_id AS player, l.version, l.n FROM ledger l
        JOIN logged g ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
        WHERE (g.key, g.event, g.asset, g.delta, g.balance, g.esprit_id, g.subject, g.seed, g.config_id, g.at)
            IS DISTINCT FROM (l.idempotency_key, l.event, l.asset, l.delta, l.balance, l.esprit_id, l.subject,
                              l.seed, l.config_id, l.at)""",
    "a player's entries out of order in the log": """
        SELECT player_id AS player, version, n FROM (
            SELECT *, lag((version, n)) OVER (PARTITION BY player_id ORDER BY place) AS earlier FROM logged
        ) g WHERE earlier > (version, n)""",
}

_LOGGED: Final = """
CREATE TEMPORARY TABLE logged (
    place bigint, position bigint, player_id bigint, version bigint, n smallint, key bigint, event text,
    asset text, delta bigint, balance bigint, esprit_id bigint, subject text, seed bigint, config_id bigint,
    at timestamptz
) ON COMMIT DROP
"""
_LOGGED_COLUMNS: Final = (
    "place", "position", "player_id", "version", "n", "key", "event", "asset", "delta", "balance",
    "esprit_id", "subject", "seed", "config_id", "at",
)  # fmt: skip


class Violation(Struct, frozen=True):
    """Something that is off: what, and the row that shows it."""

    what: str
    row: dict[str, Any]


class Report(Struct, frozen=True):
    """What an audit saw, and every violation it found (the first of each kind, and how many there are)."""

    players: int
    esprits: int
    ledger_entries: int
    logged_entries: int
    seconds: float
    violations: list[Violation]
    violations_total: int

    @property
    def clean(self) -> bool:
        """Whether nothing is off."""
        return not self.violations_total


async def audit(engine: AsyncEngine, files: LogFiles, config: EngineConfig) -> Report:
    """Check balances, collections, versions, keys and the log against the ledger, on a live system or a resting one.

    Waits until the log has come as far as the audit's snapshot; a log that does not is reported by what it lacks.
    """
    began = time.monotonic()
    snapshots = engine.execution_options(isolation_level="REPEATABLE READ")
    async with snapshots.connect() as connection:
        for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
            await connection.execute(sa.text(f"SET LOCAL {setting} = 0"))
        settled = await asyncio.to_thread(files.size_bytes)
        await connection.execute(sa.text("SELECT 1"))  # from here on everything is seen as of this moment
        await _let_the_log_catch_up(connection, engine, files, config)
        logged = await _copy_log(connection, files)
        found, total = await _run_checks(connection, config, settled)
        count = "SELECT (SELECT count(*) FROM players), (SELECT count(*) FROM esprits), (SELECT count(*) FROM ledger)"
        players, esprits, entries = (await connection.execute(sa.text(count))).one()
    return Report(players, esprits, entries, logged, round(time.monotonic() - began, 3), found, total)


async def _run_checks(
    connection: AsyncConnection, config: EngineConfig, settled: int
) -> tuple[list[Violation], int]:
    found: list[Violation] = []
    total = 0
    oldest = datetime.now(UTC) - timedelta(days=config.retention_days - 1)
    given = {"oldest_key": snowflake_at(int(oldest.timestamp() * 1000)), "settled": settled}
    for what, query in CHECKS.items():
        parameters = {name: value for name, value in given.items() if f":{name}" in query}
        stream = await connection.stream(sa.text(query), parameters)
        rows = 0
        async for row in stream.mappings():
            rows += 1
            if rows <= VIOLATIONS_SHOWN_MAX:
                found.append(Violation(what, {name: _plain(value) for name, value in row.items()}))
        total += rows
    lies = [lie async for lie in _lying_replies(connection)]
    return found + lies[:VIOLATIONS_SHOWN_MAX], total + len(lies)


async def _lying_replies(connection: AsyncConnection) -> AsyncIterator[Violation]:
    """Stored replies that say another thing than the ledger: a refusal where an effect was, or the reverse."""
    stream = await connection.stream(
        sa.text(
            "SELECT c.idempotency_key, c.reply, l.idempotency_key IS NOT NULL FROM processed_commands c LEFT JOIN "
            "(SELECT DISTINCT idempotency_key FROM ledger) l ON l.idempotency_key = c.idempotency_key"
        )
    )
    async for key, reply, has_effect in stream:
        if isinstance(decode_reply(reply), Refusal) == has_effect:
            what = (
                "a refusal stands where an effect was"
                if has_effect
                else "a reply tells of an effect that was not"
            )
            yield Violation(what, {"key": key})


async def _let_the_log_catch_up(
    connection: AsyncConnection, engine: AsyncEngine, files: LogFiles, config: EngineConfig
) -> None:
    """Project the log ourselves, or wait for the process that does, until it has all that `connection` sees."""
    deadline = time.monotonic() + _LOG_PATIENCE_S
    while time.monotonic() < deadline:
        try:
            await TransactionLogger(engine, files, config).catch_up()
        except BlockingIOError:
            marker = await asyncio.to_thread(files.last_marker)
            if not await connection.scalar(
                BEHIND, {"since": marker.through if marker else BEFORE_EVERYTHING}
            ):
                return
            await asyncio.sleep(config.log_poll_interval_ms / 1000)
        except (LogRefused, OSError):
            return  # what the log lacks is then among the findings
        else:
            return


async def _copy_log(connection: AsyncConnection, files: LogFiles) -> int:
    """Copy the log's entries into a temporary table; returns how many there are."""
    await connection.execute(sa.text(_LOGGED))
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None, "an open connection has a driver's connection"
    copied = 0
    async for rows in _chunks(enumerate(files.positioned())):
        await raw.copy_records_to_table("logged", records=rows, columns=_LOGGED_COLUMNS)
        copied += len(rows)
    await connection.execute(sa.text("ANALYZE logged"))
    return copied


async def _chunks(
    entries: Iterator[tuple[int, tuple[int, LoggedEntry]]],
) -> AsyncIterator[list[tuple[Any, ...]]]:
    def read() -> list[tuple[Any, ...]]:
        return [
            (
                place,
                position,
                e.player,
                e.version,
                e.n,
                e.key,
                e.event,
                e.asset,
                e.delta,
                e.balance,
                e.esprit,
                e.subject,
                e.seed,
                e.config,
                e.at,
            )
            for place, (position, e) in islice(entries, _COPY_CHUNK)
        ]

    while rows := await asyncio.to_thread(read):
        yield rows


def _plain(value: Any) -> Any:
    """A database value as JSON knows it."""
    return value if value is None or isinstance(value, (int, str, float, bool)) else int(value)
