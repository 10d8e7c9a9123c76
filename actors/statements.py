"""The SQL of the engine's store, written once from the models' columns.

The commit is one statement: it locks the rows `FOR UPDATE` in id order, joins them to the versions that memory
expects, and writes player, ledger, processed commands and Esprits only where they match. A stale activation is
thereby refused row by row, in the same round trip, without disturbing the rest of the batch. The ledger's period is
the newest that the statement sees; `faye.database.ledger_periods` says why that is in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql

from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS, columns_of
from faye.database.models.esprit import Esprit
from faye.database.models.ledger import LedgerEntry, ProcessedCommand
from faye.database.models.player import Player

_TYPES: Final = {
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TEXT": "text",
    "BOOLEAN": "boolean",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "BYTEA": "bytea",
}


def _types(model: Any, columns: Sequence[str]) -> dict[str, str]:
    table: Table = model.__table__
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return {name: _TYPES[table.c[name].type.compile(dialect)] for name in columns}


PLAYER_TYPES: Final = _types(Player, PLAYER_COLUMNS)
ESPRIT_TYPES: Final = _types(Esprit, ESPRIT_COLUMNS)
LEDGER_TYPES: Final = _types(LedgerEntry, [name for name in columns_of(LedgerEntry) if name != "config_id"])
"""Of a line, without the configuration, which is the same for a whole flush."""
DECIDED_TYPES: Final = _types(ProcessedCommand, columns_of(ProcessedCommand))


def _unnest(prefix: str, columns: dict[str, str]) -> str:
    arrays = ", ".join(f"CAST(:{prefix}_{name} AS {kind}[])" for name, kind in columns.items())
    return f"SELECT * FROM unnest({arrays}) AS r({', '.join(columns)})"


def _assignments(columns: Sequence[str]) -> str:
    return ", ".join(f"{name} = w.{name}" for name in columns if name != "id")


_LEDGER_NAMES = ", ".join(LEDGER_TYPES)
_LEDGER_VALUES = ", ".join(f"r.{name}" for name in LEDGER_TYPES)
_DECIDED_NAMES = ", ".join(DECIDED_TYPES)
_DECIDED_VALUES = ", ".join(f"r.{name}" for name in DECIDED_TYPES)
_ESPRIT_NAMES = ", ".join(ESPRIT_COLUMNS)
_ESPRIT_VALUES = ", ".join(f"r.{name}" for name in ESPRIT_COLUMNS)
_ESPRIT_SETS = _assignments([name for name in ESPRIT_COLUMNS if name != "player_id"])

_FENCE = f"""
WITH want AS ({_unnest("p", {**PLAYER_TYPES, "expected": "bigint"})}),
locked AS (SELECT id, version FROM players WHERE id = ANY (CAST(:p_id AS bigint[])) ORDER BY id FOR UPDATE),
held AS (SELECT want.* FROM want JOIN locked ON locked.id = want.id AND locked.version = want.expected),
written AS (
    UPDATE players p SET {_assignments(PLAYER_COLUMNS)}
    FROM held w WHERE p.id = w.id AND w.version > w.expected RETURNING p.id
),
lines AS (
    INSERT INTO ledger ({_LEDGER_NAMES}, config_id, period)
    SELECT {_LEDGER_VALUES}, CAST(:config_id AS bigint), (SELECT max(period) FROM ledger_periods)
    FROM ({_unnest("l", LEDGER_TYPES)}) r JOIN held ON held.id = r.player_id
),
decided AS (
    INSERT INTO processed_commands ({_DECIDED_NAMES})
    SELECT {_DECIDED_VALUES} FROM ({_unnest("d", DECIDED_TYPES)}) r JOIN held ON held.id = r.player_id
)"""

_ESPRITS = f""",
gained AS (
    INSERT INTO esprits ({_ESPRIT_NAMES})
    SELECT {_ESPRIT_VALUES} FROM ({_unnest("g", ESPRIT_TYPES)}) r JOIN held ON held.id = r.player_id
),
to_change AS (SELECT r.* FROM ({_unnest("c", ESPRIT_TYPES)}) r JOIN held ON held.id = r.player_id),
changed AS (
    UPDATE esprits e SET {_ESPRIT_SETS}
    FROM to_change w WHERE e.id = w.id AND e.player_id = w.player_id RETURNING e.id
),
to_lose AS (
    SELECT r.* FROM ({_unnest("x", {"id": "bigint", "player_id": "bigint"})}) r JOIN held ON held.id = r.player_id
),
lost AS (
    DELETE FROM esprits e USING to_lose w WHERE e.id = w.id AND e.player_id = w.player_id RETURNING e.id
)
SELECT id FROM held
WHERE faye_expect((SELECT count(*) FROM changed), (SELECT count(*) FROM to_change), 'changed Esprits')
  AND faye_expect((SELECT count(*) FROM lost), (SELECT count(*) FROM to_lose), 'lost Esprits')"""

COMMIT: Final = text(_FENCE + "\nSELECT id FROM held")
"""Fence and write players, ledger and processed commands; returns the ids whose fence held."""

COMMIT_WITH_ESPRITS: Final = text(_FENCE + _ESPRITS)
"""The same with Esprits gained, changed and lost; aborts if a child row to change is not there."""

CREATE: Final = text(
    "INSERT INTO players (id) SELECT unnest(CAST(:ids AS bigint[])) ORDER BY 1 ON CONFLICT DO NOTHING"
)

LOCK: Final = text(
    f"SELECT {', '.join(PLAYER_COLUMNS)} FROM players WHERE id = ANY (CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE"
)

LOAD_PLAYERS: Final = text(
    f"SELECT {', '.join(PLAYER_COLUMNS)} FROM players WHERE id = ANY (CAST(:ids AS bigint[]))"
)

LOAD_ESPRITS: Final = text(
    f"SELECT {', '.join(ESPRIT_COLUMNS)} FROM esprits "
    "WHERE player_id = ANY (CAST(:ids AS bigint[])) ORDER BY gained_at, id"
)

FIND_DECIDED: Final = text(
    "SELECT idempotency_key, player_id, digest, reply_schema, reply FROM processed_commands "
    "WHERE idempotency_key = ANY (CAST(:keys AS bigint[]))"
)

VERIFY: Final = text(
    "SELECT p.id FROM players p JOIN unnest(CAST(:ids AS bigint[]), CAST(:versions AS bigint[])) AS r(id, version) "
    "ON p.id = r.id AND p.version = r.version"
)

REMEMBER: Final = text(
    f"INSERT INTO processed_commands ({_DECIDED_NAMES}) "
    "VALUES (:idempotency_key, :player_id, :digest, :reply_schema, :reply) ON CONFLICT DO NOTHING "
    "RETURNING idempotency_key"
)

HISTORY: Final = text(
    "SELECT at, event, asset, delta, balance, version, n, subject FROM ledger "
    "WHERE player_id = :player_id AND (version, n) < (:version, :n) "
    "AND (CAST(:asset AS text) IS NULL OR asset = :asset) ORDER BY version DESC, n DESC LIMIT :limit"
)
