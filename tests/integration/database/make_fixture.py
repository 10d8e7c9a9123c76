"""Write a small played database of this release to fixtures/: `python -m tests.integration.database.make_fixture`.

Run it when a release is cut, and keep what it writes for good: tests/integration/database/test_upgrade.py brings every
schema that was ever released up to date. It holds players with Esprits, gifts, refusals, accounts and, where the
schema has periods, one that is closed and sealed.
"""

import asyncio
import secrets
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url

from cluster.postgres import PostgresServer
from cluster.postgres_programs import programs_for
from cluster.settings import load_cluster_settings
from faye.config import Config, load_config
from faye.database.accounts import Accounts
from faye.database.data_loader import load_data
from faye.database.db import connect
from faye.database.ledger_periods import close_period
from faye.database.migrate import head, migrate
from faye.database.partitions import keep_partitions
from tests.integration.database.played import play

ROOT: Final = Path(__file__).resolve().parents[3]
FIXTURES: Final = Path(__file__).with_name("fixtures")
DISCORD_IDS: Final = (1001, 1002, 1003)

# A database that the dump is loaded into is younger than this one, and its transactions count from 3 on.
_XIDS = """
    CREATE TEMPORARY TABLE renumbered AS
    SELECT xid, ((2 + row_number() OVER (ORDER BY xid))::text)::xid8 AS small
    FROM (SELECT xid FROM ledger UNION SELECT opened_xid FROM ledger_periods) seen;
    UPDATE ledger SET xid = small FROM renumbered WHERE renumbered.xid = ledger.xid;
    UPDATE ledger_periods SET opened_xid = small FROM renumbered WHERE renumbered.xid = opened_xid;
"""


async def play_a_while(database_url: str, config: Config) -> None:
    """Everything that a few players do, in a period that closes and in the next."""
    engine = connect(database_url, config.engine, patient=True)
    await migrate(engine)
    await keep_partitions(engine, datetime.now(UTC), config.engine)
    await load_data(engine, config.game)
    players = [await Accounts(engine).open(discord_id) for discord_id in DISCORD_IDS]
    await play(engine, config, players)
    await close_period(engine)
    await play(engine, config, players[1:])
    await engine.dispose()


async def renumber(superuser_url: str) -> None:
    """Number the ledger's transactions anew, from the first that any database has."""
    address = make_url(superuser_url).set(drivername="postgresql", database="faye")
    connection = await asyncpg.connect(address.render_as_string(hide_password=False))
    await connection.execute(f"SET session_replication_role = replica; {_XIDS}")
    await connection.close()


def dumped(url: str) -> str:
    """The database as statements of SQL that any client can execute."""
    programs, address = programs_for(None, Path("/")), make_url(url)
    dump = subprocess.run(
        [
            programs.path("pg_dump"), f"--host={address.host}", f"--port={address.port}",
            f"--username={address.username}", "--no-owner", "--no-privileges", "--no-comments",
            "--inserts", "--rows-per-insert=100", str(address.database),
        ],
        env={**programs.environment, "PGPASSWORD": str(address.password)},
        capture_output=True,
        check=True,
    ).stdout.decode()  # fmt: skip
    kept = [line for line in dump.splitlines() if line and not line.startswith(("--", "\\"))]
    return "\n".join(kept) + "\n"


async def make(target: Path) -> None:
    """Play on a server of its own, and write the dump."""
    settings = load_cluster_settings(ROOT / "config")
    with tempfile.TemporaryDirectory(prefix="faye-fixture-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        server = PostgresServer(
            directory / "postgres",
            password=secrets.token_hex(16),
            superuser_password=secrets.token_hex(16),
            settings=settings.postgres,
            log=directory / "postgres.log",
        )
        async with server:
            await play_a_while(server.url, load_config(ROOT / "config"))
            await renumber(server.superuser_url)
            target.write_text(dumped(server.url))


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    asyncio.run(make(FIXTURES / f"schema_{head()}.sql"))
