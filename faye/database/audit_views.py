"""What an audit looks at: temporary views and tables, made for one of two scopes.

A whole audit begins with a period's first line: `lines` are the ledger's lines since then, `opened` the openings that
each player's begin with. One since a checkpoint takes as `lines` what became visible since, and as `opened` what its
players must have held before: what their first line says they had, and what no line changed. That this is what they
had indeed is shown by the sums of `audit_checkpoint`.

`steps` are both in one order: an opening counts as a line that grants its whole balance. `runs` add them up by player
and asset, `effects` are the lines by version and key, `crowded` the keys of several effects. `people` are the players
in question, `stored` the replies. `odd` are those whose collections do not add up, for whom the Esprits in question
are then looked for in every period. `drawn` is what the openings of each period come to, of every period, since any
of them may be what a player's steps begin with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from faye.database.ledger_periods import DIGEST, NEWEST_OPENINGS
from faye.database.models.outcome import ESPRIT, FIGHT
from faye.utils.log_files import COLUMNS
from faye.utils.transaction_logger import new_since
from faye.vocabulary import CURRENCIES


class Scope(Struct, frozen=True):
    """What an audit reads: the periods from `first` on, or what a snapshot `since` does not see."""

    first: int
    last: int
    closed: Sequence[int]
    """Those of them that are closed."""
    opened_xid: int | None
    """The transaction that opened the first of them; None if it is the first of all."""
    since: str | None = None


def _memory() -> Iterator[str]:
    """Room for this transaction's sorts and hashes, so that a million lines need no files."""
    yield "SET LOCAL work_mem = '128MB'"


def ledger_tables(scope: Scope) -> Iterator[str]:
    """What is made to audit players, collections and keys."""
    yield from _memory()
    yield from _lines(scope)
    yield from _OPENED_SINCE if scope.since else _opened(scope.first)
    yield f"""
        CREATE TEMPORARY VIEW people AS
        SELECT * FROM players {"WHERE version = 0 OR id IN (SELECT player_id FROM lines)" if scope.since else ""}"""
    yield f"""
        CREATE TEMPORARY VIEW stored AS
        SELECT * FROM processed_commands {f"WHERE NOT {_was_seen(scope.since)}" if scope.since else ""}"""
    if not scope.since:
        yield _DRAWN
    yield from _SUMS
    yield _ODD_SINCE if scope.since else _ODD
    yield "ANALYZE odd"


def log_tables(scope: Scope) -> Iterator[str]:
    """What is made to hold the log against the ledger."""
    yield from _memory()
    yield from _lines(scope)
    if not scope.since:
        yield from _opened(scope.first)
    yield f"""
        CREATE TEMPORARY TABLE logged ON COMMIT DROP AS
        SELECT 0::bigint AS place, 0::bigint AS position, {", ".join(COLUMNS)} FROM ledger WITH NO DATA"""


def compared(scope: Scope) -> Iterator[str]:
    """What is made once the log is copied: where it and the ledger differ, and where a player's order is broken."""
    yield "ANALYZE logged"
    known = "ledger" if scope.since else "lines"
    yield f"""
        CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
        SELECT * FROM (
            SELECT coalesce(l.player_id, g.player_id) AS player, coalesce(l.version, g.version) AS version,
                   coalesce(l.n, g.n) AS n, g.player_id IS NULL AS is_lacked,
                   l.player_id IS NULL AS is_unknown, position
            FROM lines l FULL JOIN logged g ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
            WHERE ({", ".join(f"g.{name}" for name in COLUMNS)})
                IS DISTINCT FROM ({", ".join(f"l.{name}" for name in COLUMNS)})
        ) d
        WHERE NOT is_unknown OR NOT EXISTS (
            SELECT FROM {known} k WHERE (k.player_id, k.version, k.n) = (d.player, d.version, d.n))"""
    yield """
        CREATE TEMPORARY TABLE disordered ON COMMIT DROP AS
        SELECT player_id, version, n, earlier > (version, n) AS is_late FROM (
            SELECT player_id, version, n, lag((version, n)) OVER (PARTITION BY player_id ORDER BY place) AS earlier
            FROM logged
        ) g WHERE earlier >= (version, n)"""


FORGET_WHAT_CAME_BEFORE: Final = """
    DELETE FROM logged g USING (SELECT player_id, max(version) AS version FROM opened GROUP BY 1) o
    WHERE o.player_id = g.player_id AND g.version <= o.version"""
"""Leaves out of the comparison what the log tells of versions before the window."""


def _lines(scope: Scope) -> Iterator[str]:
    if scope.since is None:
        yield f"CREATE TEMPORARY VIEW lines AS SELECT * FROM ledger WHERE period >= {scope.first}"
        return
    snapshot = f"'{scope.since}'"
    yield f"CREATE TEMPORARY TABLE lines ON COMMIT DROP AS {new_since(snapshot)}"
    yield "ANALYZE lines"


def _was_seen(snapshot: str) -> str:
    """Whether a row was written by what the snapshot saw, by its 32 bits of transaction id in the present epoch.

    Rows younger than 2³¹ transactions are told rightly; those of replies are a week old at most.
    """
    now, low = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint", "4294967295"
    behind = f"(({now} - xmin::text::bigint) & {low})"
    return f"pg_visible_in_snapshot(({now} - {behind})::text::xid8, CAST('{snapshot}' AS pg_snapshot))"


def _opened(first: int) -> Iterator[str]:
    yield f"""
        CREATE TEMPORARY TABLE opened ON COMMIT DROP AS
        WITH RECURSIVE holders AS (
            (SELECT player_id FROM ledger_openings ORDER BY 1 LIMIT 1)
            UNION ALL
            SELECT (SELECT o.player_id FROM ledger_openings o WHERE o.player_id > h.player_id ORDER BY 1 LIMIT 1)
            FROM holders h WHERE h.player_id IS NOT NULL
        )
        SELECT o.* FROM holders h
        CROSS JOIN LATERAL ({NEWEST_OPENINGS.format(player="h.player_id", period=first)}) o"""
    yield "ANALYZE opened"


def _first_of(asset: str) -> str:
    """What a player's first line of an asset says was held before it; null without one."""
    return f"(array_agg(l.balance - l.delta ORDER BY l.version, l.n) FILTER (WHERE l.asset = '{asset}'))[1]"


_HELD: Final = {currency: f"p.{currency}" for currency in CURRENCIES} | {FIGHT: "(p.fight IS NOT NULL)::int"}
"""Of what a player's own row tells, asset by asset, how much of it is held."""

BALANCES: Final = ", ".join(f"('{asset}', {held})" for asset, held in _HELD.items())

_HELD_BEFORE: Final = ", ".join(
    f"coalesce({_first_of(asset)}, min({held})) AS {asset}" for asset, held in _HELD.items()
)
_BEFORE_BY_ASSET: Final = ", ".join(f"('{asset}', {asset})" for asset in (*_HELD, ESPRIT))

_OPENED_SINCE: Final = (
    f"""
    CREATE TEMPORARY TABLE before ON COMMIT DROP AS
    SELECT p.id, min(l.version) - 1 AS version, {_HELD_BEFORE}, {_first_of(ESPRIT)} AS {ESPRIT}
    FROM lines l JOIN players p ON p.id = l.player_id GROUP BY 1 HAVING min(l.version) > 1""",
    f"""
    CREATE TEMPORARY VIEW opened AS
    SELECT id AS player_id, held.asset, version, held.balance, 0::numeric AS digest
    FROM before CROSS JOIN LATERAL (VALUES {_BEFORE_BY_ASSET}) AS held (asset, balance)
    WHERE held.balance IS NOT NULL""",
)

_DRAWN: Final = """
    CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
    SELECT period, count(*) AS openings, sum(faye_opening_digest(o)) AS digest, min(player_id) AS player
    FROM ledger_openings o GROUP BY period"""

_SUMS: Final = (
    f"""
    CREATE TEMPORARY VIEW steps AS
    SELECT player_id, asset, version, -1 AS n, balance AS delta, balance, digest FROM opened
    UNION ALL SELECT player_id, asset, version, n, delta, balance, {DIGEST} FROM lines""",
    """
    CREATE TEMPORARY TABLE runs ON COMMIT DROP AS
    SELECT player_id, asset, sum(delta) AS total, sum(digest) AS digest,
           count(*) FILTER (WHERE balance <> running) AS broken
    FROM (
        SELECT *, sum(delta) OVER (PARTITION BY player_id, asset ORDER BY version, n) AS running FROM steps
    ) s GROUP BY 1, 2""",
    "ANALYZE runs",
    """
    CREATE TEMPORARY TABLE effects ON COMMIT DROP AS
    SELECT player_id, version, idempotency_key AS key, min(period) AS first, max(period) AS last,
           bool_and(event LIKE 'transfer.%') AS is_transfer, bool_and(event = 'transfer.receive') AS is_receipt
    FROM lines GROUP BY 1, 2, 3""",
    "ANALYZE effects",
    """
    CREATE TEMPORARY TABLE crowded ON COMMIT DROP AS
    SELECT e.* FROM effects e
    JOIN (SELECT key FROM effects GROUP BY 1 HAVING count(*) > 1) k USING (key)""",
)

_ODD: Final = """
    CREATE TEMPORARY TABLE odd ON COMMIT DROP AS
    SELECT player_id AS player, coalesce(l.total, 0) AS ledger, coalesce(e.held, 0) AS owned
    FROM (SELECT player_id, total, digest FROM runs WHERE asset = 'esprit') l
    FULL JOIN (SELECT player_id, count(*) AS held, sum(faye_esprit_digest(id, species)) AS digest FROM esprits
          GROUP BY 1) e USING (player_id)
    WHERE coalesce(l.total, 0) <> coalesce(e.held, 0) OR coalesce(l.digest, 0) <> coalesce(e.digest, 0)"""

_ODD_SINCE: Final = """
    CREATE TEMPORARY TABLE odd ON COMMIT DROP AS
    SELECT r.player_id AS player, r.total AS ledger, e.held AS owned FROM runs r
    CROSS JOIN LATERAL (SELECT count(*) AS held FROM esprits WHERE player_id = r.player_id) e
    WHERE r.asset = 'esprit' AND r.total <> e.held"""
