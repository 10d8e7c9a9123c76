"""A database of every schema that was ever released is brought up to date with what it holds, and played on.

The fixtures were dumped from databases that the release itself had made and played on; see `make_fixture`.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database import migrate as migrations
from faye.database.accounts import Accounts
from faye.database.audit import audit
from faye.database.data_loader import load_data
from faye.database.db import connect
from faye.database.ledger_periods import close_period
from faye.database.migrate import SchemaNewer, head, is_current, migrate, revision_of
from faye.database.partitions import keep_partitions, make_partitions
from faye.messages import Reply
from faye.messages.craft import Craft, Crafted
from faye.messages.refusals import NotEnough
from faye.utils.clock import SystemClock
from faye.utils.log_files import LogFiles
from tests.integration.database.make_fixture import DISCORD_IDS, FIXTURES
from tests.integration.database.played import play, until

ROOT = Path(__file__).resolve().parents[3]
REVISIONS = sorted(path.stem.removeprefix("schema_") for path in FIXTURES.glob("schema_*.sql"))
FIRST = (FIXTURES / "schema_0001.sql").read_text()


class ClockAt(SystemClock):
    """The time of day when a fixture was made, which goes on."""

    def __init__(self, moment: datetime) -> None:
        self._ahead_ms = int(moment.timestamp() * 1000) - super().time_ms()

    def time_ms(self) -> int:
        return super().time_ms() + self._ahead_ms


async def load(url: str, dump: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(dump)
    await connection.close()


@pytest.fixture
async def old(empty_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    """An engine over an empty database, to load a fixture into."""
    engine = connect(empty_url, config.engine, patient=True)
    yield engine
    await engine.dispose()


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(query))]


HELD = (
    "SELECT discord_id, player_id FROM accounts ORDER BY 1",
    "SELECT id, version, faylen, fayrites, fayrite_shards, pity_standard, started_at FROM players ORDER BY 1",
    "SELECT id, player_id, species, level, gained_at FROM esprits ORDER BY 1",
    "SELECT player_id, version, n, idempotency_key, event, asset, delta, balance FROM ledger ORDER BY 1, 2, 3",
    "SELECT * FROM processed_commands ORDER BY 1",
)


def test_every_schema_that_this_release_can_meet_has_a_fixture() -> None:
    known = {
        script.revision for script in ScriptDirectory(str(ROOT / "faye/database/migrations")).walk_revisions()
    }
    assert set(REVISIONS) == known


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_earlier_releases_database_keeps_what_it_holds_and_is_played_on(
    revision: str, old: AsyncEngine, empty_url: str, config: Config, tmp_path: Path
) -> None:
    files = LogFiles(tmp_path)
    await load(empty_url, (FIXTURES / f"schema_{revision}.sql").read_text())
    before = [await rows(old, query) for query in HELD]
    assert all(before), "the fixture holds something of everything"
    assert await is_current(old) is (revision == head())

    await migrate(old)
    assert await is_current(old)
    await load_data(old, config.game)
    assert [await rows(old, query) for query in HELD] == before
    await first_replies_are_given_again(old, config)

    await keep_partitions(old, datetime.now(UTC), config.engine)
    report = await audit(old, files, config.engine, every_period=True)
    assert report.clean, report.violations
    assert report.logged_entries == len(before[3])

    players = [player for discord_id in DISCORD_IDS if (player := await Accounts(old).find(discord_id))]
    assert len(players) == len(DISCORD_IDS)
    await play(old, config, players)
    assert await close_period(old) is not None
    await play(old, config, players)
    report = await audit(old, files, config.engine, every_period=True)
    assert report.clean, report.violations
    assert report.log_trouble is None


async def first_replies_are_given_again(engine: AsyncEngine, config: Config) -> None:
    """What an earlier release decided stands, effects and refusals, and is not done a second time."""
    (moment,) = (await rows(engine, "SELECT max(at) FROM ledger"))[0]
    assert isinstance(moment, datetime)
    await make_partitions(engine, moment, config.engine)
    clock, store = ClockAt(moment), PostgresStore(engine)
    runtime = Runtime(store, config, clock=clock)
    router = ShardRouter(LocalDelivery({"here": runtime}), store, ["here"], config.engine, clock=clock)
    lines = await rows(engine, "SELECT count(*) FROM ledger")

    async def again(key: object, player: object, amount: int) -> Reply:
        assert isinstance(key, int)
        assert isinstance(player, int)
        return await router.ask(Craft(player_id=player, idempotency_key=key, amount=amount))

    crafted = await rows(
        engine, "SELECT DISTINCT idempotency_key, player_id FROM ledger WHERE event = 'craft'"
    )
    refused = await rows(
        engine,
        "SELECT idempotency_key, player_id FROM processed_commands c "
        "WHERE NOT EXISTS (SELECT FROM ledger l WHERE l.idempotency_key = c.idempotency_key)",
    )
    for key, player in crafted:
        reply = await again(key, player, 2)
        assert isinstance(reply, Crafted), reply
        assert reply.crafted == 2
    answers = [await again(key, player, 500) for key, player in refused]
    assert any(isinstance(answer, NotEnough) for answer in answers), answers
    assert await rows(engine, "SELECT count(*) FROM ledger") == lines
    await router.close()


async def test_a_release_that_meets_a_later_schema_says_so_and_touches_nothing(
    old: AsyncEngine, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(old)
    await load(empty_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaNewer, match=rf"schema is 9999.*later release.*up to {head()}"):
        await migrate(old)
    assert not await is_current(old)
    async with old.connect() as connection:
        assert await revision_of(connection) == "9999"


MIGRATE = """
import asyncio, os, sys
from pathlib import Path
from faye.config import load_config
from faye.database.db import connect
from faye.database.migrate import migrate
config = load_config(Path("config")).engine
asyncio.run(migrate(connect(os.environ["URL"], config, patient=True, name="to be killed")))
"""


@pytest.mark.parametrize("dies", ["the process", "its session"])
async def test_a_migration_killed_in_the_middle_has_not_happened_and_is_made_by_the_next_start(
    dies: str, old: AsyncEngine, empty_url: str, config: Config, tmp_path: Path
) -> None:
    await load(empty_url, FIRST)
    tables = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    before = await rows(old, tables)
    waiting = "FROM pg_stat_activity WHERE application_name = 'to be killed' AND wait_event_type = 'Lock'"
    async with old.connect() as reader:
        # It has made tables by the time that it wants the ledger for itself, which a reader holds.
        await reader.execute(sa.text("SELECT count(*) FROM ledger"))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            MIGRATE,
            cwd=ROOT,
            env={**os.environ, "URL": empty_url, "PYTHONPATH": str(ROOT)},
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await until(old, f"SELECT 1 {waiting} AND query LIKE 'ALTER TABLE ledger%'")
            if dies == "the process":
                process.send_signal(signal.SIGKILL)
            else:
                await until(old, f"SELECT pg_terminate_backend(pid) {waiting}")
            await asyncio.wait_for(process.communicate(), 30)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
        assert process.returncode != 0
        assert await rows(old, tables) == before
        assert await rows(old, "SELECT version_num FROM alembic_version") == [("0001",)]

    async with asyncio.timeout(30):
        await migrate(old)
    assert await is_current(old)
    await keep_partitions(old, datetime.now(UTC), config.engine)
    assert (await audit(old, LogFiles(tmp_path), config.engine, every_period=True)).clean


def test_what_is_said_of_a_later_schema_names_what_to_do() -> None:
    words = str(migrations.SchemaNewer("9999"))
    assert "start that release" in words
    assert "restore a backup" in words
