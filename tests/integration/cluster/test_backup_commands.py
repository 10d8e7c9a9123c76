"""Backup and restore as operators give them: over a home that rests, one that serves, and one of an earlier release."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from cluster.backup_manifest import read_manifest
from cluster.home import Home
from cluster.processes import end_all, working_in
from cluster.settings import ClusterSettings
from faye.config import Config
from faye.database.migrate import head
from tests.integration.cluster.command_line import finish, launch, left_over
from tests.integration.cluster.served import opened, played_on, resting
from tests.integration.database.make_fixture import FIXTURES


@pytest.fixture
async def home(server_directory: Path) -> AsyncIterator[Path]:
    path = server_directory / "home"
    yield path
    for place in ("postgres/data", "postgres", "valkey"):
        await end_all(working_in(path / place), signal.SIGKILL, timeout_s=5)


@pytest.mark.timeout(240)
async def test_a_resting_home_is_backed_up_restored_and_passes_the_audit(
    home: Path, server_directory: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    await played_on(Home(home), cluster_settings, config)
    made, again = server_directory / "made", server_directory / "again"
    code, words = await finish("backup", str(made), home=home)
    assert code == 0, words
    assert "proved: audited" in words
    assert "violations 0" in words
    assert left_over(home) == []

    code, words = await finish("restore", str(made), home=again)
    assert code == 0, words
    assert "proved when it was made" in words
    code, words = await finish("audit", "--all", "--json", home=again)
    assert code == 0, words
    assert '"violations_total":0' in words

    code, words = await finish("restore", str(made), home=again)
    assert code == 1
    assert "is not empty" in words
    code, words = await finish("backup", str(made), home=home)
    assert code == 1
    assert "is not empty" in words
    assert "Traceback" not in words


async def test_a_database_of_an_earlier_release_is_backed_up_as_it_is_and_proved_as_it_will_be(
    home: Path, server_directory: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    async with resting(Home(home), cluster_settings) as system:
        connection = await asyncpg.connect(system.database_url.replace("+asyncpg", ""))
        await connection.execute((FIXTURES / "schema_0001.sql").read_text())
        await connection.close()
    made = server_directory / "made"
    code, words = await finish("backup", str(made), home=home)
    assert code == 0, words
    manifest = read_manifest(made)
    assert manifest.schema == "0001" != head()
    assert manifest.proof is not None
    assert manifest.proof.clean
    assert manifest.proof.ledger_entries > 0
    async with resting(Home(home), cluster_settings) as system:
        connection = await asyncpg.connect(system.database_url.replace("+asyncpg", ""))
        assert await connection.fetchval("SELECT version_num FROM alembic_version") == "0001"
        await connection.close()


async def test_a_killed_backup_is_no_backup_and_leaves_no_server(
    home: Path, server_directory: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    await played_on(Home(home), cluster_settings, config)
    made = server_directory / "made"
    process = await launch("backup", str(made), home=home)
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while b"auditing the restored copy" not in await process.stderr.readline():
            assert process.returncode is None
    process.kill()
    await process.communicate()
    assert not made.exists()
    proof = server_directory / ".made.unfinished" / "proof"
    async with asyncio.timeout(20):
        while left_over(home) or left_over(proof):
            await asyncio.sleep(0.05)
    code, words = await finish("backup", str(made), home=home)
    assert code == 0, words
    assert not proof.exists()


async def test_a_schema_of_a_later_release_is_told_in_words_by_whoever_starts(
    home: Path, server_directory: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    async with resting(Home(home), cluster_settings) as system, opened(system, config):
        connection = await asyncpg.connect(system.database_url.replace("+asyncpg", ""))
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        await connection.close()
    for arguments in (("audit",), ("backup", str(server_directory / "made")), ("load", "--seconds", "1")):
        code, words = await finish(*arguments, home=home)
        assert code == (2 if arguments == ("audit",) else 1)
        assert "9999" in words
        assert "later release" in words
        assert "Traceback" not in words
    assert not (server_directory / "made").exists()


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        (("backup", "/tmp"), {}, "no home of Faye's"),
        (("restore", "/nowhere/at/all"), {}, "no whole backup"),
        (("restore", "/dev/null"), {}, "no whole backup"),
        (
            ("restore", "/tmp"),
            {"FAYE_DATABASE_URL": "postgresql://me:pw@127.0.0.1:1/faye"},
            "FAYE_DATABASE_URL is set",
        ),
    ],
)
async def test_what_cannot_be_is_said_in_words_and_makes_no_home(
    arguments: tuple[str, ...], variables: dict[str, str], words: str, home: Path
) -> None:
    code, said = await finish(*arguments, home=home, **variables)
    assert code == 1
    assert words in said
    assert "Traceback" not in said
    assert "pw" not in said
    assert not home.exists()
