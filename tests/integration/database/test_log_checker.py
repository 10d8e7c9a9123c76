"""The checker's view of transactions.log: it accepts the real projection, and catches those that leave a rule out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.db import connect
from faye.utils import transaction_logger
from faye.utils.log_files import COLUMNS, LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.checking.log import log_violations
from tests.checking.records import Records

MOVE = sa.text(
    "WITH moved AS (UPDATE players SET version = version + 1 WHERE id = :id RETURNING id, version) "
    "INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at) "
    "SELECT id, version, n, 1, 'test', 'faylen', 0, 0, 1, now() FROM moved, generate_series(0, 1) AS n"
)

_SINCE = "CAST(CAST(:since AS text) AS pg_snapshot)"
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM ledger"
MUTANTS = {
    "follows the newest transaction and forgets those under way": (
        f"{_SELECT} WHERE xid >= pg_snapshot_xmax({_SINCE}) ORDER BY player_id, version, n",
        "not in the log",
    ),
    "goes back to the oldest transaction under way": (
        f"{_SELECT} WHERE xid >= pg_snapshot_xmin({_SINCE}) ORDER BY player_id, version, n",
        "more than once",
    ),
    "does not put a frame in order": (
        f"{_SELECT} WHERE xid >= pg_snapshot_xmax({_SINCE}) OR xid = ANY (ARRAY(SELECT pg_snapshot_xip({_SINCE}))) "
        "ORDER BY player_id, version DESC, n",
        "another order",
    ),
}


@pytest.fixture
async def engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url, config.engine, patient=True)
    async with engine.begin() as connection:
        await connection.execute(sa.text("INSERT INTO players (id) SELECT generate_series(1, 4)"))
    yield engine
    await engine.dispose()


async def found(engine: AsyncEngine, config: Config, directory: Path) -> list[str]:
    """What the checker says of a log that was projected while one transaction dawdled behind others."""
    logger = TransactionLogger(engine, LogFiles(directory), config.engine)
    async with engine.connect() as slow:
        await slow.execute(MOVE, {"id": 1})
        for player in (2, 3, 3):
            async with engine.begin() as quick:
                await quick.execute(MOVE, {"id": player})
        await logger.catch_up()
        await slow.commit()
    async with engine.begin() as quick:
        await quick.execute(MOVE, {"id": 4})
    await logger.catch_up()
    return [str(violation) for violation in log_violations(directory, await Records.read(engine))]


async def test_the_real_projection_is_accepted(engine: AsyncEngine, config: Config, tmp_path: Path) -> None:
    assert await found(engine, config, tmp_path) == []


@pytest.mark.parametrize("mutant", MUTANTS)
async def test_a_projection_is_caught_that(
    mutant: str, engine: AsyncEngine, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, complaint = MUTANTS[mutant]
    monkeypatch.setattr(transaction_logger, "_DIFFERENCE", sa.text(query))
    violations = await found(engine, config, tmp_path)
    assert violations
    assert any(complaint in violation for violation in violations), violations


async def test_a_torn_tail_is_no_entry_and_an_invented_one_is_named(
    engine: AsyncEngine, config: Config, tmp_path: Path
) -> None:
    assert await found(engine, config, tmp_path) == []
    log = LogFiles(tmp_path).current
    whole = await asyncio.to_thread(log.read_bytes)
    log.write_bytes(whole + b'{"player":1,"version":9,"n":0,"ke')
    records = await Records.read(engine)
    assert list(log_violations(tmp_path, records)) == []
    lines = [json.loads(line) for line in whole.splitlines()]
    frame = [lines[0] | {"version": 9}, lines[-1] | {"entries": 1}]
    log.write_bytes(whole + b"".join(json.dumps(line).encode() + b"\n" for line in frame))
    violations = [str(violation) for violation in log_violations(tmp_path, records)]
    assert len(violations) == 1
    assert "not in the ledger" in violations[0]
