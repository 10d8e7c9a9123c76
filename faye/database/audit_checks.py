"""What an audit asks: queries that find what is wrong, over the views and tables of `audit_views`."""

from __future__ import annotations

from typing import Final

from faye.database.audit_views import BALANCES
from faye.database.ledger_periods import OPENINGS_DUE

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
}

_OPENINGS: Final = {
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
        SELECT p.id AS player, held.asset, held.balance, coalesce(r.total, 0) AS ledger
        FROM people p CROSS JOIN LATERAL (VALUES {BALANCES}) AS held (asset, balance)
        LEFT JOIN runs r ON r.player_id = p.id AND r.asset = held.asset
        WHERE held.balance <> coalesce(r.total, 0)""",
    "a ledger line's balance is not the sum up to it": """
        SELECT player_id AS player, version, n, asset, balance, total AS ledger FROM (
            SELECT s.*, sum(delta) OVER (PARTITION BY player_id, asset ORDER BY version, n) AS total FROM steps s
            JOIN (SELECT player_id, asset FROM runs WHERE broken > 0) broken USING (player_id, asset)
        ) running WHERE balance <> total""",
    "a balance is negative": f"""
        SELECT p.id AS player, held.asset, held.balance
        FROM people p CROSS JOIN LATERAL (VALUES {BALANCES}) AS held (asset, balance) WHERE held.balance < 0""",
    "a player's versions have gaps in the ledger": """
        SELECT p.id AS player, p.version, coalesce(o.version, 0) AS opening, coalesce(e.versions, 0) AS in_ledger,
               e.first, e.last
        FROM people p
        LEFT JOIN (SELECT player_id, max(version) AS version FROM opened GROUP BY 1) o ON o.player_id = p.id
        LEFT JOIN (
            SELECT player_id, count(DISTINCT version) AS versions, min(version) AS first, max(version) AS last
            FROM effects GROUP BY 1
        ) e ON e.player_id = p.id
        WHERE p.version <> coalesce(o.version, 0) + coalesce(e.versions, 0)
            OR p.version <> coalesce(e.last, o.version, 0) OR e.first <= o.version""",
    "a player's periods do not follow the versions": """
        SELECT player_id AS player, version, first, last, earlier FROM (
            SELECT player_id, version, min(first) AS first, max(last) AS last,
                   lag(max(last)) OVER (PARTITION BY player_id ORDER BY version) AS earlier
            FROM effects WHERE player_id IN (
                SELECT player_id FROM effects GROUP BY 1 HAVING min(first) <> max(last)
            ) GROUP BY 1, 2
        ) v WHERE first <> last OR earlier > first""",
    "ledger lines of a player that does not exist": """
        SELECT DISTINCT r.player_id AS player FROM runs r
        LEFT JOIN players p ON p.id = r.player_id WHERE p.id IS NULL""",
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
        SELECT DISTINCT l.player_id AS player, l.esprit_id AS esprit FROM (
            SELECT l.player_id, l.esprit_id, l.subject FROM odd JOIN ledger l ON l.player_id = odd.player
            WHERE l.asset = 'esprit' GROUP BY 1, 2, 3 HAVING sum(l.delta) > 0
        ) l
        JOIN esprits e ON e.player_id = l.player_id AND e.id = l.esprit_id
        WHERE l.subject IS DISTINCT FROM e.species""",
}

_KEYS: Final = {
    "one key has two effects": """
        SELECT key, player_id AS player, count(DISTINCT version) AS effects
        FROM crowded GROUP BY 1, 2 HAVING count(DISTINCT version) > 1""",
    "one key has effects on strangers": """
        SELECT key, count(DISTINCT player_id) AS players FROM crowded
        GROUP BY 1 HAVING count(DISTINCT player_id) > 1
        AND (count(DISTINCT player_id) > 2 OR bool_or(NOT is_transfer))""",
    "an effect without a stored reply": """
        SELECT DISTINCT e.key, e.player_id AS player FROM effects e
        LEFT JOIN stored c ON c.idempotency_key = e.key AND (c.player_id = e.player_id OR e.is_receipt)
        WHERE c.idempotency_key IS NULL AND e.key >= :oldest_key""",
    "a transfer that does not add up": """
        SELECT idempotency_key AS key, sum(delta) AS total FROM lines
        WHERE event LIKE 'transfer.%' GROUP BY 1, asset HAVING sum(delta) <> 0""",
}

LOG: Final = {
    "an entry that the log lacks": "SELECT player, version, n FROM differing WHERE is_lacked",
    "an entry in the log that the ledger lacks": """
        SELECT player, d.version, n FROM differing d LEFT JOIN players p ON p.id = d.player
        WHERE is_unknown AND (position <= :settled OR d.version <= p.version)""",
    "an entry that stands in the log more than once": """
        SELECT player_id AS player, version, n, count(*) AS times FROM logged
        WHERE player_id IN (SELECT player_id FROM disordered) GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "an entry that the log tells differently": """
        SELECT player, version, n FROM differing WHERE NOT is_lacked AND NOT is_unknown""",
    "a player's entries out of order in the log": """
        SELECT player_id AS player, version, n FROM disordered WHERE is_late""",
}
"""What may be wrong with the log, and the query that finds it."""

LOG_SINCE: Final = {
    **LOG,
    "an entry that stood in the log already": """
        SELECT g.player_id AS player, g.version, g.n FROM logged g
        JOIN ledger l ON (l.player_id, l.version, l.n) = (g.player_id, g.version, g.n)
        WHERE pg_visible_in_snapshot(l.xid, CAST(CAST(:through AS text) AS pg_snapshot))""",
}
"""The same of a log that is read from a marker on, which was written `through` a snapshot."""

ALL_OF_THE_PERIODS: Final = _PERIODS.keys() | _OPENINGS.keys() | BY_CLOSED_PERIOD.keys()
"""What, being off, leaves no sum to trust."""

LEDGER: Final = {**_PERIODS, **_PLAYERS, **_COLLECTIONS, **_KEYS}
"""What may be wrong with the ledger and all that it accounts for, and the query that finds it."""

WHOLE: Final = {**_PERIODS, **_OPENINGS, **_PLAYERS, **_COLLECTIONS, **_KEYS}
"""The same, and what is asked of openings when a whole period is read."""
