"""The commit: one statement that locks, compares versions, and writes a whole unit of work.

It locks the rows `FOR UPDATE` in id order, joins them to the versions that memory expects, and writes player,
ledger, processed commands and Esprits only where they match. A stale activation is thereby refused row by row, in
the same round trip, without disturbing the rest of the batch. The ledger's period is the newest that the statement
sees; `faye.database.ledger_periods` says why that is in order. Where another configuration is in force than the one
that all of it was decided under, the statement fails as a whole; `faye.database.configurations` says what that gives.

The rows travel as JSON documents, and the driver is asked directly: encoding some forty arrays value by value, below
two layers that compile and convert, cost more than the rules that made the rows (ARCHITECTURE.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from asyncpg import Connection

from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS
from actors.statements import DECIDED_TYPES, ESPRIT_TYPES, LEDGER_TYPES, PLAYER_TYPES
from actors.store import Decided, Line, Write
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.messages.codec import REPLY_SCHEMA
from faye.utils.clock import at


def _rows(parameter: int, columns: dict[str, str]) -> str:
    """The rows of a JSON parameter; bytes travel in base64."""
    types = ", ".join(f"{name} {'text' if kind == 'bytea' else kind}" for name, kind in columns.items())
    return f"json_to_recordset(${parameter}) AS r ({types})"


def _values(columns: dict[str, str]) -> str:
    return ", ".join(
        f"decode(r.{name}, 'base64')" if kind == "bytea" else f"r.{name}" for name, kind in columns.items()
    )


def _assignments(columns: Sequence[str], *, but: Sequence[str]) -> str:
    return ", ".join(f"{name} = w.{name}" for name in columns if name not in but)


_FENCE: Final = f"""
WITH want AS (SELECT * FROM {_rows(1, {**PLAYER_TYPES, "expected": "bigint"})}),
locked AS (SELECT id, version FROM players WHERE id = ANY ($2::bigint[]) ORDER BY id FOR UPDATE),
held AS (
    SELECT want.* FROM want JOIN locked ON locked.id = want.id AND locked.version = want.expected
    WHERE (SELECT faye_is_in_force($5::bigint))
),
written AS (
    UPDATE players p SET {_assignments(PLAYER_COLUMNS, but=["id"])}
    FROM held w WHERE p.id = w.id AND w.version > w.expected RETURNING p.id
),
lines AS (
    INSERT INTO ledger ({", ".join(LEDGER_TYPES)}, config_id, period)
    SELECT {_values(LEDGER_TYPES)}, $5::bigint, (SELECT max(period) FROM ledger_periods)
    FROM {_rows(3, LEDGER_TYPES)} JOIN held ON held.id = r.player_id
),
decided AS (
    INSERT INTO processed_commands ({", ".join(DECIDED_TYPES)})
    SELECT {_values(DECIDED_TYPES)} FROM {_rows(4, DECIDED_TYPES)} JOIN held ON held.id = r.player_id
)"""

_ESPRITS: Final = f""",
gained AS (
    INSERT INTO esprits ({", ".join(ESPRIT_COLUMNS)})
    SELECT {_values(ESPRIT_TYPES)} FROM {_rows(6, ESPRIT_TYPES)} JOIN held ON held.id = r.player_id
),
to_change AS (SELECT r.* FROM {_rows(7, ESPRIT_TYPES)} JOIN held ON held.id = r.player_id),
changed AS (
    UPDATE esprits e SET {_assignments(ESPRIT_COLUMNS, but=["id", "player_id"])}
    FROM to_change w WHERE e.id = w.id AND e.player_id = w.player_id RETURNING e.id
),
to_lose AS (
    SELECT r.* FROM {_rows(8, {"id": "bigint", "player_id": "bigint"})} JOIN held ON held.id = r.player_id
),
lost AS (
    DELETE FROM esprits e USING to_lose w WHERE e.id = w.id AND e.player_id = w.player_id RETURNING e.id
)
SELECT id FROM held
WHERE faye_expect((SELECT count(*) FROM changed), (SELECT count(*) FROM to_change), 'changed Esprits')
  AND faye_expect((SELECT count(*) FROM lost), (SELECT count(*) FROM to_lose), 'lost Esprits')"""

COMMIT: Final = _FENCE + "\nSELECT id FROM held"
"""Fence and write players, ledger and processed commands; returns the ids whose fence held."""

COMMIT_WITH_ESPRITS: Final = _FENCE + _ESPRITS
"""The same with Esprits gained, changed and lost; aborts if a child row to change is not there."""

_CREATE: Final = "INSERT INTO players (id) SELECT unnest($1::bigint[]) ORDER BY 1 ON CONFLICT DO NOTHING"

_encoder: Final = msgspec.json.Encoder()


async def write(connection: Connection, writes: Sequence[Write], config_id: int) -> set[int]:
    """Create missing rows, then the one statement; returns the players whose fence held. Raises as the driver."""
    if new := [write.player.id for write in writes if not write.exists]:
        await connection.execute(_CREATE, new)
    parameters: list[Any] = [
        _document([{**_row(write.player, PLAYER_COLUMNS), "expected": write.expected} for write in writes]),
        [write.player.id for write in writes],
        _document(_lines(writes)),
        _document(_decided(writes)),
        config_id,
    ]
    statement = COMMIT
    if any(write.gained or write.changed or write.lost for write in writes):
        statement = COMMIT_WITH_ESPRITS
        parameters += [
            _document([_row(esprit, ESPRIT_COLUMNS) for write in writes for esprit in write.gained.values()]),
            _document(
                [_row(esprit, ESPRIT_COLUMNS) for write in writes for esprit in write.changed.values()]
            ),
            _document(
                [{"id": lost, "player_id": write.player.id} for write in writes for lost in write.lost]
            ),
        ]
    return {row[0] for row in await connection.fetch(statement, *parameters)}


def decided_row(decided: Decided) -> dict[str, Any]:
    """What is stored under a key, as a row of `processed_commands`."""
    return {
        "idempotency_key": decided.key,
        "player_id": decided.player_id,
        "digest": decided.digest,
        "reply_schema": REPLY_SCHEMA,
        "reply": decided.reply,
    }


def _document(rows: list[dict[str, Any]]) -> str:
    return _encoder.encode(rows).decode()


def _row(model: Player | Esprit, columns: Sequence[str]) -> dict[str, Any]:
    """A model's columns; those without a value are left out, and NULL where they arrive."""
    values = model.__dict__
    return {name: value for name in columns if (value := values[name]) is not None}


def _lines(writes: Sequence[Write]) -> list[dict[str, Any]]:
    return [_line(write.player.id, line) for write in writes for line in write.lines]


def _line(player_id: int, line: Line) -> dict[str, Any]:
    """A ledger line as a row; what it lacks is left out, and NULL where it arrives."""
    posting = line.posting
    row = {
        "player_id": player_id,
        "version": line.version,
        "n": line.n,
        "idempotency_key": line.key,
        "event": posting.event,
        "asset": posting.asset,
        "delta": posting.delta,
        "balance": posting.balance,
        "at": at(line.at_ms),
    }
    if posting.esprit_id is not None:
        row["esprit_id"] = posting.esprit_id
    if posting.subject is not None:
        row["subject"] = posting.subject
    if line.seed is not None:
        row["seed"] = line.seed
    return row


def _decided(writes: Sequence[Write]) -> list[dict[str, Any]]:
    return [decided_row(decided) for write in writes for decided in write.decided]
