"""Stored replies that say another thing than the ledger: a refusal where an effect was, or the reverse.

The driver is asked directly: the layers above it took longer than all the rest that an audit does with replies.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from faye.database.audit_findings import Findings
from faye.messages import Refusal
from faye.messages.codec import current_form, decode_reply

_CHUNK: Final = 10_000

_STORED: Final = """
    SELECT c.idempotency_key AS key, c.player_id AS player, c.reply_schema, c.reply, e.key IS NOT NULL AS has_effect
    FROM stored c LEFT JOIN (SELECT DISTINCT key FROM effects) e ON e.key = c.idempotency_key"""

_EFFECTS_BEFORE: Final = """
    SELECT l.idempotency_key FROM unnest($1::bigint[], $2::bigint[]) AS c (key, player)
    JOIN ledger l ON l.player_id = c.player AND l.idempotency_key = c.key AND l.period < $3"""


async def check_replies(connection: AsyncConnection, findings: Findings, first_period: int) -> None:
    """Decode every stored reply and hold it against the effects; those before `first_period` are looked up."""
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None, "an open connection has a driver's connection"
    said = _Said()
    cursor = await raw.cursor(_STORED)
    while rows := await cursor.fetch(_CHUNK):
        said.take(rows)
    keys, players = list(said.claimed), list(said.claimed.values())
    before = (
        {row[0] for row in await raw.fetch(_EFFECTS_BEFORE, keys, players, first_period)} if keys else set()
    )
    for what, found in (
        ("a stored reply cannot be read", said.unreadable),
        ("a refusal stands where an effect was", said.denied),
        ("a reply tells of an effect that was not", said.claimed.keys() - before),
    ):
        findings.take(what, [{"key": key} for key in sorted(found)])


class _Said:
    """The keys of replies that do not fit: not to be read, denying an effect, claiming one (and of which player)."""

    def __init__(self) -> None:
        self.unreadable: list[int] = []
        self.denied: list[int] = []
        self.claimed: dict[int, int] = {}

    def take(self, rows: list[Any]) -> None:
        """Sort replies in."""
        for key, player, schema, stored, has_effect in rows:
            reply = current_form(schema, stored)
            if reply is None:
                continue  # a newer release's, which alone knows what it says
            try:
                is_refusal = isinstance(decode_reply(reply), Refusal)
            except msgspec.MsgspecError:
                self.unreadable.append(key)
                continue
            if is_refusal and has_effect:
                self.denied.append(key)
            elif not is_refusal and not has_effect:
                self.claimed[key] = player
