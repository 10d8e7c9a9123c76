"""Repairs that only append: ledger lines which say how the ledger came to differ from what a player holds.

What a player holds is what the player saw, so the ledger is led to it and never the reverse: one more version of the
player, made as any other effect is (the row's version is raised with the lines, so that every host notices), with the
event `audit.repair` and a key below zero, which no snowflake is. No line that stands is changed. A ledger that is
broken before its end (a gap, a balance that is not the sum up to it, lines that the log tells differently) cannot be
led anywhere by appending to it; its player is passed over.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.database.audit_checks import ALL_OF_THE_PERIODS
from faye.database.audit_findings import Findings
from faye.database.audit_views import BALANCES
from faye.database.models.player_row import BALANCE_MAX
from faye.messages.base import snowflake_at
from faye.vocabulary import CURRENCIES

EVENT: Final = "audit.repair"
LINES_MAX: Final = 10_000
"""More lines than one version of a player gets; whoever lacks more is passed over."""

HEALED: Final = frozenset(
    {
        "a balance differs from its ledger",
        "a collection differs from its grants and losses",
        "an Esprit is owned otherwise than it was granted and lost",
        "an Esprit of another species than was granted",
    }
)
"""The violations that a repair takes away; all others it leaves."""

_BALANCES_OFF: Final = f"""
    SELECT p.id AS player, held.asset, held.balance - coalesce(r.total, 0) AS delta, held.balance
    FROM players p CROSS JOIN LATERAL (VALUES {BALANCES}) AS held (asset, balance)
    LEFT JOIN runs r ON r.player_id = p.id AND r.asset = held.asset
    WHERE held.balance <> coalesce(r.total, 0) ORDER BY 1, 2"""

_ESPRITS_OFF: Final = """
    SELECT player, coalesce(l.esprit_id, e.id) AS esprit, coalesce(l.subject, e.species) AS subject,
           (e.id IS NOT NULL)::int - coalesce(l.total, 0) AS delta, odd.ledger
    FROM (
        SELECT l.player_id, l.esprit_id, l.subject, sum(l.delta) AS total
        FROM odd JOIN ledger l ON l.player_id = odd.player WHERE l.asset = 'esprit' GROUP BY 1, 2, 3
    ) l
    FULL JOIN (SELECT e.* FROM esprits e JOIN odd ON odd.player = e.player_id) e
        ON (e.player_id, e.id) = (l.player_id, l.esprit_id) AND e.species IS NOT DISTINCT FROM l.subject
    JOIN odd ON odd.player = coalesce(l.player_id, e.player_id)
    WHERE coalesce(l.total, 0) <> (e.id IS NOT NULL)::int ORDER BY 1, delta DESC, 2"""

_APPEND: Final = sa.text(
    f"""
    WITH raised AS (
        UPDATE players SET version = version + 1
        WHERE id = :player AND version = :version
            AND ({", ".join(CURRENCIES)}) = ({", ".join(f":{currency}" for currency in CURRENCIES)})
        RETURNING id, version
    )
    INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, esprit_id, subject,
                        config_id, at)
    SELECT raised.id, raised.version, line.n - 1, :key, '{EVENT}', line.asset, line.delta, line.balance, line.esprit,
           line.subject, :config_id, now()
    FROM raised CROSS JOIN unnest(
        CAST(:assets AS text[]), CAST(:deltas AS bigint[]), CAST(:balances AS bigint[]), CAST(:esprits AS bigint[]),
        CAST(:subjects AS text[])
    ) WITH ORDINALITY AS line (asset, delta, balance, esprit, subject, n)"""
)

_HELD: Final = sa.text(f"SELECT version, {', '.join(CURRENCIES)} FROM players WHERE id = :player")


class RepairLine(Struct, frozen=True):
    """One line to append."""

    asset: str
    delta: int
    balance: int
    """The asset's balance after it; for Esprits the size of the collection."""
    esprit: int | None = None
    subject: str | None = None


class Repair(Struct, frozen=True):
    """What is appended for one player, in one version: the one after `version`."""

    player: int
    version: int
    held: dict[str, int]
    """The balances that the lines lead to."""
    lines: list[RepairLine]


class Plan(Struct, frozen=True):
    """What can be repaired, and the players who cannot be, each with the reason."""

    repairs: list[Repair]
    passed_over: dict[int, str]
    refused: str | None = None
    """Why nobody can be repaired; None if that is decided player by player."""

    def lines(self) -> Iterator[str]:
        """What a repair appends, line by line, and what it cannot, for people."""
        for repair in self.repairs:
            for line in repair.lines:
                esprit = "" if line.esprit is None else f" {line.esprit} ({line.subject})"
                yield (
                    f"to append: player {repair.player}, version {repair.version + 1}: "
                    f"{line.asset}{esprit} {line.delta:+d}, then {line.balance}"
                )
        for player, why in self.passed_over.items():
            yield f"cannot be repaired by appending: player {player}: {why}"
        if self.refused is not None:
            yield f"cannot be repaired by appending: {self.refused}"
        elif not self.repairs:
            yield "nothing that appending could repair"


async def plan(connection: AsyncConnection, findings: Findings) -> Plan:
    """What would have to be appended so that everybody's ledger says what they hold; changes nothing.

    `connection` has the tables of a whole audit (`audit_views.ledger_tables`), `findings` are what it found.
    """
    if odd := sorted(findings.totals.keys() & ALL_OF_THE_PERIODS):
        return Plan([], {}, f"nothing can be led to what is held while the periods are off: {odd[0]}")
    lines: dict[int, list[RepairLine]] = defaultdict(list)
    for row in (await connection.execute(sa.text(_BALANCES_OFF))).all():
        lines[row.player].append(RepairLine(row.asset, int(row.delta), row.balance))
    size: dict[int, int] = {}
    for row in (await connection.execute(sa.text(_ESPRITS_OFF))).all():
        size.setdefault(row.player, int(row.ledger))
        step = 1 if row.delta > 0 else -1
        for _ in range(min(abs(int(row.delta)), LINES_MAX)):
            size[row.player] += step
            lines[row.player].append(RepairLine("esprit", step, size[row.player], row.esprit, row.subject))
    passed_over = {player: _why_not(findings, player, theirs) for player, theirs in lines.items()}
    repairs = [
        await _repair(connection, player, theirs)
        for player, theirs in sorted(lines.items())
        if passed_over[player] is None
    ]
    return Plan(repairs, {player: why for player, why in passed_over.items() if why is not None})


async def append(engine: AsyncEngine, repairs: Sequence[Repair], config_id: int) -> list[int]:
    """Append what was planned, a transaction for each player; returns those who have played on since, left alone."""
    moved: list[int] = []
    key = -snowflake_at(time.time_ns() // 1_000_000)
    for number, repair in enumerate(repairs):
        given = {
            "player": repair.player,
            "version": repair.version,
            **repair.held,
            "key": key + number,
            "config_id": config_id,
            "assets": [line.asset for line in repair.lines],
            "deltas": [line.delta for line in repair.lines],
            "balances": [line.balance for line in repair.lines],
            "esprits": [line.esprit for line in repair.lines],
            "subjects": [line.subject for line in repair.lines],
        }
        async with engine.begin() as connection:
            if not (await connection.execute(_APPEND, given)).rowcount:
                moved.append(repair.player)
    return moved


def _why_not(findings: Findings, player: int, lines: Sequence[RepairLine]) -> str | None:
    """Why a player's ledger cannot be led to what is held by appending `lines`; None if it can."""
    for what, players in findings.players.items():
        if what not in HEALED and player in players:
            return what
    if len(lines) > LINES_MAX:
        return f"more than {LINES_MAX} lines would be needed"
    if any(not 0 <= line.balance <= BALANCE_MAX for line in lines):
        return "a balance would leave its bounds"
    return None


async def _repair(connection: AsyncConnection, player: int, lines: list[RepairLine]) -> Repair:
    row = (await connection.execute(_HELD, {"player": player})).one()
    held = dict(row._mapping)
    return Repair(player, held.pop("version"), held, lines)
