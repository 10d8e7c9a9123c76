import asyncpg
import pytest

from cluster.audit import find_violations

PLAYER = "INSERT INTO players (id, version, faylen) VALUES (7, 2, 30)"
COLUMNS = "(player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)"
LEDGER = f"""
    INSERT INTO ledger {COLUMNS}
    VALUES (7, 1, 0, 100, 'start', 'faylen', 50, 50, 1, now()),
           (7, 2, 0, 101, 'craft', 'faylen', -20, 30, 1, now())
"""


async def run(database_url: str, *statements: str) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_books_in_order_give_no_finding(database_url: str) -> None:
    await run(database_url, PLAYER, LEDGER)
    assert await find_violations(database_url) == []


@pytest.mark.parametrize(
    ("fraud", "finding"),
    [
        ("UPDATE players SET faylen = 31", "player 7 holds 31 faylen, its ledger sums up to 30"),
        ("UPDATE players SET remna = 1", "player 7 holds 1 remna, its ledger sums up to 0"),
        ("UPDATE players SET version = 3", "player 7 is at version 3, its ledger has 2 versions up to 2"),
        (
            "INSERT INTO esprits (id, player_id, species, gained_at) VALUES (1, 7, 'ember', now())",
            "player 7 holds 1 esprit, its ledger sums up to 0",
        ),
        (
            f"INSERT INTO ledger {COLUMNS} VALUES (7, 3, 0, 101, 'craft', 'faylen', 0, 30, 1, now())",
            "key 101 took effect on player 7 in 2 versions",
        ),
        (
            f"INSERT INTO ledger {COLUMNS} VALUES (7, 2, 1, 101, 'craft', 'faylen', 0, 29, 1, now())",
            "player 7, version 2, line 1: faylen after it is 29, the lines before it make 30",
        ),
    ],
)
async def test_each_fraud_is_named(database_url: str, fraud: str, finding: str) -> None:
    await run(database_url, PLAYER, LEDGER, fraud)
    assert finding in await find_violations(database_url)
