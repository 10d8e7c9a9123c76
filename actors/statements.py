"""The SQL of the engine's store, written once from the models' columns; the commit has a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql

from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS, columns_of
from faye.database.models.esprit import EspritTable
from faye.database.models.ledger import LedgerEntry, ProcessedCommand
from faye.database.models.player import PlayerTable

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


PLAYER_TYPES: Final = _types(PlayerTable, PLAYER_COLUMNS)
ESPRIT_TYPES: Final = _types(EspritTable, ESPRIT_COLUMNS)
LEDGER_TYPES: Final = _types(LedgerEntry, [name for name in columns_of(LedgerEntry) if name != "config_id"])
"""Of a line, without the configuration, which is the same for a whole flush."""
DECIDED_TYPES: Final = _types(ProcessedCommand, columns_of(ProcessedCommand))


_DECIDED_NAMES = ", ".join(DECIDED_TYPES)

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

_VERIFY: Final = (
    "SELECT p.id FROM players p JOIN unnest({ids}, {versions}) AS r(id, version) "
    "ON p.id = r.id AND p.version = r.version"
)

VERIFY: Final = text(_VERIFY.format(ids="CAST(:ids AS bigint[])", versions="CAST(:versions AS bigint[])"))

VERIFY_ALONE: Final = _VERIFY.format(ids="$1::bigint[]", versions="$2::bigint[]")
"""The same for the driver itself."""

REMEMBER: Final = text(
    f"INSERT INTO processed_commands ({_DECIDED_NAMES}) "
    "VALUES (:idempotency_key, :player_id, :digest, :reply_schema, :reply) ON CONFLICT DO NOTHING "
    "RETURNING idempotency_key"
)

LINES_OF: Final = text(
    "SELECT version, n, event, asset, delta, balance, esprit_id, subject, seed, at FROM ledger "
    "WHERE player_id = :player_id AND version = :version AND idempotency_key = :key ORDER BY n"
)
"""The lines of a command, found by the version that its reply names: keys have no index."""

REFUND_OF: Final = text(
    "SELECT at FROM ledger WHERE player_id = :player_id AND version > :version AND event = 'admin.refund' "
    "AND asset = 'admin' AND split_part(subject, ' ', 2) = CAST(:key AS text)"
)

_HISTORY_OF: Final = (
    "SELECT at, event, asset, delta, balance, version, n, subject, idempotency_key FROM ledger "
    "WHERE player_id = :player_id AND (CAST(:asset AS text) IS NULL OR asset = :asset) "
)

HISTORY_BEFORE: Final = text(
    f"{_HISTORY_OF} AND (version, n) < (:version, :n) ORDER BY version DESC, n DESC LIMIT :limit"
)

HISTORY_AFTER: Final = text(
    f"{_HISTORY_OF} AND (version, n) > (:version, :n) ORDER BY version, n LIMIT :limit"
)
