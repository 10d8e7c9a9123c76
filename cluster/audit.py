"""Checking what the database holds against its own ledger: balances, collections, versions, keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from faye.database.models.outcome import ESPRIT
from faye.vocabulary import CURRENCIES

FINDINGS_MAX: Final = 100
"""Findings listed for each check; more of one kind tell nothing new."""

_HELD: Final = " UNION ALL ".join(
    [
        f"SELECT id AS player_id, '{currency}' AS asset, {currency} AS held FROM players"
        for currency in CURRENCIES
    ]
    + [
        f"SELECT p.id, '{ESPRIT}', count(e.id) FROM players p LEFT JOIN esprits e ON e.player_id = p.id "
        "GROUP BY p.id"
    ]
)

_CHECKS: Final = {
    "player {} holds {} {}, its ledger sums up to {}": f"""
        SELECT player_id, held, asset, COALESCE(total, 0)
        FROM ({_HELD}) held FULL JOIN
             (SELECT player_id, asset, sum(delta) AS total FROM ledger GROUP BY player_id, asset) summed
             USING (player_id, asset)
        WHERE held IS DISTINCT FROM COALESCE(total, 0)""",
    "player {}, version {}, line {}: {} after it is {}, the lines before it make {}": """
        SELECT player_id, version, n, asset, balance, running
        FROM (SELECT *, sum(delta) OVER (PARTITION BY player_id, asset ORDER BY version, n) AS running
              FROM ledger) lines
        WHERE balance <> running""",
    "player {} is at version {}, its ledger has {} versions up to {}": """
        SELECT id, players.version, COALESCE(versions, 0), COALESCE(last, 0)
        FROM players LEFT JOIN
             (SELECT player_id, count(DISTINCT version) AS versions, max(version) AS last
              FROM ledger GROUP BY player_id) seen ON player_id = id
        WHERE players.version <> COALESCE(versions, 0) OR players.version <> COALESCE(last, 0)""",
    "key {} took effect on player {} in {} versions": """
        SELECT idempotency_key, player_id, count(DISTINCT version)
        FROM ledger GROUP BY idempotency_key, player_id HAVING count(DISTINCT version) > 1""",
    "player {} holds {} of {}, less than nothing": f"""
        SELECT player_id, held, asset FROM ({_HELD}) held WHERE held < 0""",
}


async def find_violations(database_url: str) -> list[str]:
    """Every broken promise of the database, in words, from one snapshot; empty if none."""
    engine = create_async_engine(database_url, isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            await connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            if not await _has_schema(connection):
                return []
            return [
                finding
                for wording, query in _CHECKS.items()
                for finding in _worded(wording, await _rows(connection, query))
            ]
    finally:
        await engine.dispose()


async def _has_schema(connection: AsyncConnection) -> bool:
    return bool(await connection.scalar(sa.text("SELECT to_regclass('ledger') IS NOT NULL")))


async def _rows(connection: AsyncConnection, query: str) -> list[sa.Row[tuple[object, ...]]]:
    limited = sa.text(f"SELECT * FROM ({query}) found LIMIT :most")
    return list(await connection.execute(limited, {"most": FINDINGS_MAX}))


def _worded(wording: str, rows: list[sa.Row[tuple[object, ...]]]) -> Iterator[str]:
    for row in rows:
        yield wording.format(*row)
