"""Collections as players have them: most a few dozen Esprits, some thousands."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from cluster.load.faucet import FIRST_PLAYER
from faye.config import GameConfig

MEDIAN: Final = 60
MOST: Final = 5000
SPREAD: Final = 1.0
"""The deviation of the logarithm of a collection's size, which is normally distributed."""
WITH_MOST_EVERY: Final = 1000
"""One of so many of them has the most there is."""

_FIRST_ESPRIT: Final = 1 << 61
_GIVE: Final = sa.text(f"""
    WITH chosen AS (
        SELECT id, (id - {FIRST_PLAYER}) AS place,
               ((hashint8extended(id, 1) & 2147483647) + 1) / 2147483649.0 AS one,
               ((hashint8extended(id, 2) & 2147483647) + 1) / 2147483649.0 AS other
        FROM players WHERE id >= {FIRST_PLAYER} AND (id - {FIRST_PLAYER}) % :every = 0
    ), sized AS (
        SELECT id, place, CASE WHEN place / :every % {WITH_MOST_EVERY} = 0 THEN {MOST} ELSE least({MOST}, greatest(1,
            round({MEDIAN} * exp({SPREAD} * sqrt(-2 * ln(one)) * cos(2 * pi() * other)))))::int END - 1 AS more
        FROM chosen
    ), changed AS (
        UPDATE players p SET version = p.version + 1 FROM sized WHERE p.id = sized.id AND sized.more > 0
        RETURNING p.id, p.version, sized.place, sized.more
    ), given AS (
        INSERT INTO esprits (id, player_id, species, level, gained_at)
        SELECT {_FIRST_ESPRIT} + place * {2 * MOST} + n, changed.id,
               (CAST(:species AS text[]))[1 + (place + n) % cardinality(CAST(:species AS text[]))],
               1 + (n * 7) % 20, now()
        FROM changed CROSS JOIN LATERAL generate_series(1, more) n
        RETURNING id, player_id, species
    )
    INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, esprit_id, subject,
                        config_id, at)
    SELECT given.player_id, changed.version, (given.id - {_FIRST_ESPRIT}) % {2 * MOST} - 1,
           -((place << 32) + changed.version), 'load.fund', 'esprit', 1, 1 + (given.id - {_FIRST_ESPRIT}) % {2 * MOST},
           given.id, given.species, CAST(:config_id AS bigint), now()
    FROM given JOIN changed ON changed.id = given.player_id
""")


async def collect(database: AsyncEngine, game: GameConfig, *, every: int) -> int:
    """Give each `every`-th simulated player a collection, ledger and all; how many Esprits that took.

    They must have their starter and nothing else. `database` is a patient engine.
    """
    async with database.begin() as connection:
        given = await connection.execute(
            _GIVE, {"every": every, "species": list(game.roster), "config_id": game.id}
        )
    async with database.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("VACUUM ANALYZE players, esprits"))
    return given.rowcount
