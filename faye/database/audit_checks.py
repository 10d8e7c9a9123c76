"""What an audit asks: queries that find what is wrong, over views that begin where its window does.

The window begins with a period's first line. `lines` are the ledger's lines in it, `opened` the openings that each
player's begin with, `steps` both in one order: an opening counts as a line that grants its whole balance. `odd` are
the players whose collections do not add up, for whom the Esprits in question are then looked for in every period.
`drawn` is what the openings of each period come to, of every period, since any of them may be what a player's steps
begin with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from faye.database.ledger_periods import DIGEST, NEWEST_OPENINGS, OPENINGS_DUE
from faye.utils.log_files import COLUMNS
from faye.vocabulary import CURRENCIES

_BALANCES: Final = ", ".join(f"('{currency}', p.{currency})" for currency in CURRENCIES)


def views(first: int) -> Iterator[str]:
    """The statements that make the temporary views and tables of a window that begins with the period `first`."""
    yield f"CREATE TEMPORARY VIEW lines AS SELECT * FROM ledger WHERE period >= {first}"
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
    yield """
        CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
        SELECT period, count(*) AS openings, sum(faye_opening_digest(o)) AS digest, min(player_id) AS player
        FROM ledger_openings o GROUP BY period"""
    yield f"""
        CREATE TEMPORARY VIEW steps AS
        SELECT player_id, asset, version, -1 AS n, balance AS delta, balance, digest FROM opened
        UNION ALL SELECT player_id, asset, version, n, delta, balance, {DIGEST} FROM lines"""
    yield """
        CREATE TEMPORARY TABLE odd ON COMMIT DROP AS
        SELECT player_id AS player, coalesce(l.held, 0) AS ledger, coalesce(e.held, 0) AS owned
        FROM (SELECT player_id, sum(delta) AS held, sum(digest) AS digest FROM steps
              WHERE asset = 'esprit' GROUP BY 1) l
        FULL JOIN (SELECT player_id, count(*) AS held, sum(faye_esprit_digest(id, species)) AS digest FROM esprits
              GROUP BY 1) e USING (player_id)
        WHERE coalesce(l.held, 0) <> coalesce(e.held, 0) OR coalesce(l.digest, 0) <> coalesce(e.digest, 0)"""
    yield "ANALYZE odd"
    yield f"""
        CREATE TEMPORARY TABLE logged ON COMMIT DROP AS
        SELECT 0::bigint AS place, 0::bigint AS position, {", ".join(COLUMNS)} FROM ledger WITH NO DATA"""


FORGET_WHAT_CAME_BEFORE: Final = """
    DELETE FROM logged g USING (SELECT player_id, max(version) AS version FROM opened GROUP BY 1) o
    WHERE o.player_id = g.player_id AND g.version <= o.version"""
"""Leaves out of the comparison what the log tells of versions before the window."""

_OPENINGS_DIFFER: Final = f"""
    SELECT coalesce(due.player_id, o.player_id) AS player, coalesce(due.asset, o.asset) AS asset,
           CAST(:period AS integer) AS period, o.version, o.balance, due.version AS last, due.balance AS ledger
    FROM ({OPENINGS_DUE}) due
    FULL JOIN (SELECT * FROM ledger_openings WHERE period = :period) o
        ON (o.player_id, o.asset) = (due.player_id, due.asset)
    WHERE (due.version, due.balance, due.digest) IS DISTINCT FROM (o.version, o.balance, o.digest)"""

BY_CLOSED_PERIOD: Final = {"an opening differs from its lines": _OPENINGS_DIFFER}
"""Asked for each closed `period` of the window."""

_PERIODS: Final = {
    "a ledger period does not follow the one before it": """
        SELECT period, earlier
        FROM (SELECT period, lag(period, 1, 0) OVER (ORDER BY period) AS earlier FROM ledger_periods) p
        WHERE period <> earlier + 1""",
    # The last but one is open for as long as it is being closed.
    "a ledger period is open or closed out of turn": """
        SELECT period, closed_at IS NOT NULL AS closed
        FROM (SELECT *, max(period) OVER () AS last FROM ledger_periods) p
        WHERE closed_at IS NULL AND period < last - 1 OR closed_at IS NOT NULL AND period = last""",
    "a ledger period without its partition, or the reverse": """
        SELECT period, name AS partition FROM ledger_periods FULL JOIN ledger_partitions USING (period)
        WHERE name IS DISTINCT FROM 'ledger_' || period OR ledger_periods IS NULL""",
    "openings of a period that is not closed": """
        SELECT drawn.period, drawn.openings, drawn.player FROM drawn
        LEFT JOIN ledger_periods p ON p.period = drawn.period WHERE p.closed_at IS NULL""",
    "a period's openings differ from its seal": """
        SELECT p.period, coalesce(drawn.openings, 0) AS openings, p.openings AS sealed
        FROM (SELECT *, lag(seal) OVER (ORDER BY period) AS before FROM ledger_periods) p
        LEFT JOIN drawn ON drawn.period = p.period
        WHERE p.closed_at IS NOT NULL AND (p.openings, p.seal) IS DISTINCT FROM (coalesce(drawn.openings, 0),
            faye_seal(p.before, p.period, coalesce(drawn.openings, 0), drawn.digest))""",
}

_PLAYERS: Final = {
    "a balance differs from its ledger": f"""
        SELECT p.id AS player, held.asset, held.balance, coalesce(l.total, 0) AS ledger
        FROM players p CROSS JOIN LATERAL (VALUES {_BALANCES}) AS held (asset, balance)
        LEFT JOIN (SELECT player_id, asset, sum(delta) AS total FROM steps GROUP BY 1, 2) l
            ON l.player_id = p.id AND l.asset = held.asset
        WHERE held.balance <> coalesce(l.total, 0)""",
    "a ledger line's balance is not the sum up to it": """
        SELECT player_id AS player, version, n, asset, balance, total AS ledger FROM (
            SELECT *, sum(delta) OVER (PARTITION BY player_id, asset ORDER BY version, n) AS total FROM steps
        ) running WHERE balance <> total""",
    "a balance is negative": f"""
        SELECT p.id AS player, held.asset, held.balance
        FROM players p CROSS JOIN LATERAL (VALUES {_BALANCES}) AS held (asset, balance) WHERE held.balance < 0""",
    "a player's versions have gaps in the ledger": """
        SELECT p.id AS player, p.version, coalesce(o.version, 0) AS opening, coalesce(l.versions, 0) AS in_ledger,
               l.first, l.last
        FROM players p
        LEFT JOIN (SELECT player_id, max(version) AS version FROM opened GROUP BY 1) o ON o.player_id = p.id
        LEFT JOIN (
            SELECT player_id, count(DISTINCT version) AS versions, min(version) AS first, max(version) AS last
            FROM lines GROUP BY 1
        ) l ON l.player_id = p.id
        WHERE p.version <> coalesce(o.version, 0) + coalesce(l.versions, 0)
            OR p.version <> coalesce(l.last, o.version, 0) OR l.first <= o.version""",
    "a player's periods do not follow the versions": """
        SELECT player_id AS player, version, first, last, earlier FROM (
            SELECT player_id, version, min(period) AS first, max(period) AS last,
                   lag(max(period)) OVER (PARTITION BY player_id ORDER BY version) AS earlier
            FROM lines GROUP BY 1, 2
        ) v WHERE first <> last OR earlier > first""",
    "ledger lines of a player that does not exist": """
        SELECT DISTINCT s.player_id AS player FROM steps s
        LEFT JOIN players p ON p.id = s.player_id WHERE p.id IS NULL""",
}

_COLLECTIONS: Final = {
    "a collection differs from its grants and losses": "SELECT * FROM odd",
    "an Esprit is owned otherwise than it was granted and lost": """
        SELECT coalesce(l.player_id, e.player_id) AS player, coalesce(l.esprit_id, e.id) AS esprit,
               coalesce(l.total, 0) AS ledger, (e.id IS NOT NULL)::int AS owned
        FROM (
            SELECT l.player_id, l.esprit_id, sum(l.delta) AS total FROM odd
            JOIN ledger l ON l.player_id = odd.player WHERE l.asset = 'esprit' GROUP BY 1, 2
        ) l
        FULL JOIN (SELECT e.* FROM esprits e JOIN odd ON odd.player = e.player_id) e
            ON e.id = l.esprit_id AND e.player_id = l.player_id
        WHERE coalesce(l.total, 0) <> (e.id IS NOT NULL)::int""",
    "an Esprit of another species than was granted": """
        SELECT DISTINCT e.player_id AS player, e.id AS esprit FROM odd JOIN esprits e ON e.player_id = odd.player
        JOIN ledger l ON l.player_id = e.player_id AND l.esprit_id = e.id AND l.delta = 1 AND l.asset = 'esprit'
        WHERE l.subject IS DISTINCT FROM e.species""",
}

_KEYS: Final = {
    "one key has two effects": """
        SELECT idempotency_key AS key, player_id AS player, count(DISTINCT version) AS effects
        FROM lines GROUP BY 1, 2 HAVING count(DISTINCT version) > 1""",
    "one key has effects on strangers": """
        SELECT idempotency_key AS key, count(DISTINCT player_id) AS players FROM lines
        GROUP BY 1 HAVING count(DISTINCT player_id) > 1
        AND (count(DISTINCT player_id) > 2 OR bool_or(event NOT LIKE 'transfer.%'))""",
    "an effect without a stored reply": """
        SELECT DISTINCT l.idempotency_key AS key, l.player_id AS player FROM lines l
        LEFT JOIN processed_commands c ON c.idempotency_key = l.idempotency_key
            AND (c.player_id = l.player_id OR l.event = 'transfer.receive')
        WHERE c.idempotency_key IS NULL AND l.idempotency_key >= :oldest_key""",
    "a transfer that does not add up": """
        SELECT idempotency_key AS key, sum(delta) AS total FROM lines
        WHERE event LIKE 'transfer.%' GROUP BY 1, asset HAVING sum(delta) <> 0""",
}

_LOG: Final = {
    "an entry that the log lacks": """
        SELECT l.player_id AS player, l.version, l.n FROM lines l
        LEFT JOIN logged g ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
        WHERE g.player_id IS NULL""",
    "an entry in the log that the ledger lacks": """
        SELECT g.player_id AS player, g.version, g.n FROM logged g
        LEFT JOIN players p ON p.id = g.player_id
        LEFT JOIN lines l ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
        WHERE l.player_id IS NULL AND (g.position <= :settled OR g.version <= p.version)""",
    "an entry that stands in the log more than once": """
        SELECT player_id AS player, version, n, count(*) AS times
        FROM logged GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "an entry that the log tells differently": f"""
        SELECT l.player_id AS player, l.version, l.n FROM lines l
        JOIN logged g ON (g.player_id, g.version, g.n) = (l.player_id, l.version, l.n)
        WHERE ({", ".join(f"g.{name}" for name in COLUMNS)})
            IS DISTINCT FROM ({", ".join(f"l.{name}" for name in COLUMNS)})""",
    "a player's entries out of order in the log": """
        SELECT player_id AS player, version, n FROM (
            SELECT *, lag((version, n)) OVER (PARTITION BY player_id ORDER BY place) AS earlier FROM logged
        ) g WHERE earlier > (version, n)""",
}

CHECKS: Final[dict[str, str]] = {**_PERIODS, **_PLAYERS, **_COLLECTIONS, **_KEYS, **_LOG}
"""What is wrong, and the query that finds it."""
