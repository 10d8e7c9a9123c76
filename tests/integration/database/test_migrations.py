"""A database of an earlier release is brought up to date with what it holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.audit import audit
from faye.database.db import connect
from faye.database.ledger_periods import close_period
from faye.database.migrate import is_current, migrate
from faye.database.partitions import keep_partitions
from faye.messages.codec import encode
from faye.messages.craft import Crafted
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.builders import new_key
from tests.integration.database.played import play

LINE = sa.text(
    "INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at) "
    "VALUES (7, :version, 0, :key, 'test', 'faylen', 1, :version, 1, now())"
)


async def write_lines(engine: AsyncEngine, versions: range) -> None:
    """A player's lines and replies, as a release writes them that knows nothing of periods."""
    reply = encode(Crafted(crafted=0, shards_spent=0, fayrites=0, fayrite_shards=0))
    async with engine.begin() as connection:
        for version in versions:
            key = new_key()
            await connection.execute(LINE, {"version": version, "key": key})
            stored = sa.text("INSERT INTO processed_commands VALUES (:key, 7, 1, 1, :reply)")
            await connection.execute(stored, {"key": key, "reply": reply})
        version = versions[-1]
        held = (
            f"INSERT INTO players (id, version, faylen) VALUES (7, {version}, {version}) ON CONFLICT (id) DO "
        )
        await connection.execute(sa.text(held + f"UPDATE SET version = {version}, faylen = {version}"))


async def test_the_first_releases_ledger_becomes_the_first_period_as_it_is(
    empty_url: str, config: Config, tmp_path: Path
) -> None:
    engine = connect(empty_url, config.engine, patient=True)
    files = LogFiles(tmp_path)
    await migrate(engine, "0001")
    await keep_partitions(engine, datetime.now(UTC), config.engine)
    await write_lines(engine, range(1, 21))
    await TransactionLogger(engine, files, config.engine).catch_up()
    before = await stored_as(engine, "ledger")
    assert not await is_current(engine)

    await migrate(engine)
    assert await is_current(engine)
    assert await stored_as(engine, "ledger_1") == before, "no line was rewritten"
    await keep_partitions(engine, datetime.now(UTC), config.engine)
    assert (await audit(engine, files, config.engine)).clean
    await write_lines(engine, range(21, 31))
    assert await close_period(engine) == 1
    await write_lines(engine, range(31, 41))
    await play(engine, config)

    report = await audit(engine, files, config.engine, every_period=True)
    assert report.clean, report.violations
    assert report.log_trouble is None
    async with engine.connect() as connection:
        periods = "SELECT period, count(*) FROM ledger WHERE player_id = 7 GROUP BY 1 ORDER BY 1"
        assert [tuple(row) for row in await connection.execute(sa.text(periods))] == [(1, 30), (2, 10)]
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            await connection.execute(sa.text("DELETE FROM ledger_1"))
    await engine.dispose()


async def stored_as(engine: AsyncEngine, table: str) -> list[object]:
    """The files of a table and of its indexes."""
    query = (
        "SELECT pg_relation_filenode(CAST(:name AS regclass)) UNION ALL SELECT pg_relation_filenode(indexrelid) "
        "FROM pg_index WHERE indrelid = CAST(:name AS regclass) ORDER BY 1"
    )
    async with engine.connect() as connection:
        return list((await connection.execute(sa.text(query), {"name": table})).scalars())
