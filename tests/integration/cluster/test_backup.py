"""A backup is whole or none, is made while the system serves, and becomes a system that serves again."""

import asyncio
import stat
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from cluster.backup import Backup, back_up, require_vacant
from cluster.backup_log import copy_log
from cluster.backup_manifest import MANIFEST, read_manifest
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.restore import restore
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import Config
from faye.database.audit import audit
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.integration.cluster.served import Busy, ignore, opened, played_on, resting
from tests.integration.database.played import play, tamper


@pytest.fixture
def home(server_directory: Path) -> Home:
    return Home(server_directory / "home")


@pytest.fixture
def copies(server_directory: Path) -> Path:
    """Where backups are put."""
    path = server_directory / "copies"
    path.mkdir()
    return path


async def taken(
    system: System, target: Path, settings: ClusterSettings, config: Config, *, proved: bool = True
) -> Backup:
    return await back_up(
        target, system.home, system.database_url, settings, config.engine, proved=proved, progress=ignore
    )


async def keys_in(database: AsyncEngine) -> set[int]:
    async with database.connect() as connection:
        query = "SELECT DISTINCT idempotency_key FROM ledger WHERE event LIKE '%transfer%'"
        return set((await connection.execute(sa.text(query))).scalars())


@pytest.mark.timeout(240)
async def test_a_backup_made_under_load_holds_what_was_acknowledged_before_and_nothing_from_after(
    home: Home, copies: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    async with resting(home, cluster_settings) as system, opened(system, config) as database:
        busy = Busy(database, LogFiles(home.logs), config)
        async with busy.playing():
            await busy.more(100)
            before = set(busy.acknowledged)
            made = await taken(system, copies / "made", cluster_settings, config)
            within = len(busy.acknowledged)
            await busy.more(100)
            after = set(busy.acknowledged[within:])
    assert made.clean
    assert made.manifest.proof is not None
    assert made.manifest.proof.ledger_entries == made.manifest.proof.logged_entries
    assert within > len(before), "nothing was committed while the backup was made"

    again = Home(copies.parent / "again")
    await restore(made.directory, again, ignore)
    async with resting(again, cluster_settings) as system, opened(system, config) as database:
        kept = await keys_in(database)
        assert before <= kept
        assert not after & kept
        logged = {entry.key for entry in LogFiles(again.logs).entries()}
        assert not after & logged
        await play(database, config, (1, 2))
        async with Busy(database, LogFiles(again.logs), config).playing() as busy:
            await busy.more(20)
        report = await audit(database, LogFiles(again.logs), config.engine, every_period=True)
        assert report.clean, report.violations
        assert report.log_trouble is None


async def test_a_backup_is_closed_to_others_and_tells_no_secret(
    home: Home, copies: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    said: list[str] = []
    async with resting(home, cluster_settings) as system, opened(system, config):
        made = await back_up(
            copies / "made",
            home,
            system.database_url,
            cluster_settings,
            config.engine,
            proved=False,
            progress=said.append,
        )
    assert stat.S_IMODE(made.directory.stat().st_mode) == 0o700
    for path in made.directory.rglob("*"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert sorted(path.name for path in (made.directory / "secrets").iterdir()) == [
        "postgres_password",
        "postgres_superuser_password",
    ], "what opens running servers stays with them"
    words = "\n".join([*said, *made.lines(), (made.directory / MANIFEST).read_text()])
    for name in ("postgres_password", "postgres_superuser_password", "valkey_password"):
        assert home.secret(name) not in words
    assert "not proved" in words


async def test_what_is_off_in_the_system_is_named_and_the_backup_is_kept(
    home: Home, copies: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    async with resting(home, cluster_settings) as system, opened(system, config) as database:
        await play(database, config)
        await tamper(database, "UPDATE players SET faylen = faylen + 1 WHERE id = 1")
        made = await taken(system, copies / "made", cluster_settings, config)
    assert not made.clean
    assert made.report is not None
    assert [violation.row for violation in made.report.violations]
    proof = read_manifest(made.directory).proof
    assert proof is not None
    assert proof.violations == 1
    assert "NOT clean" in "\n".join(made.lines())


@pytest.mark.parametrize("place", ["full", "in the home", "nowhere/made", "file", "link"])
async def test_a_place_where_no_backup_can_be_made_is_refused_and_left_alone(
    place: str, home: Home, copies: Path
) -> None:
    home.prepare()
    target = home.path / "made" if place == "in the home" else copies / place
    if place == "full":
        target.mkdir()
        (target / "mine").write_text("kept")
    elif place == "file":
        target.write_text("kept")
    elif place == "link":
        target.symlink_to(copies)
    before = sorted(copies.rglob("*"))
    with pytest.raises(ClusterError, match=r"name a|make it"):
        require_vacant(target, home)
    assert sorted(copies.rglob("*")) == before


async def test_a_database_of_ones_own_is_left_to_its_own_backups(
    home: Home, copies: Path, cluster_settings: ClusterSettings, config: Config, database_url: str
) -> None:
    environment = Environment.read({"FAYE_DATABASE_URL": database_url})
    async with System.own(home, cluster_settings, environment, progress=ignore, with_ray=False) as system:
        with pytest.raises(ClusterError, match=r"PostgreSQL of your own.*pg_basebackup"):
            await taken(system, copies / "made", cluster_settings, config)
    assert list(copies.iterdir()) == []


async def test_a_backup_that_is_broken_off_leaves_nothing(
    home: Home,
    copies: Path,
    cluster_settings: ClusterSettings,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = asyncio.Event()

    async def hang(*_: object, **__: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("cluster.backup_proof.audit", hang)
    async with resting(home, cluster_settings) as system, opened(system, config):
        making = asyncio.create_task(taken(system, copies / "made", cluster_settings, config))
        await asyncio.wait_for(reached.wait(), 60)
        making.cancel()
        await asyncio.wait({making})
        assert making.cancelled()
        assert list(copies.iterdir()) == []
        monkeypatch.undo()
        assert (await taken(system, copies / "made", cluster_settings, config)).clean


async def test_what_a_killed_backup_left_is_no_backup_and_in_nobodys_way(
    home: Home, copies: Path, cluster_settings: ClusterSettings, config: Config
) -> None:
    await played_on(home, cluster_settings, config)
    left = copies / ".made.unfinished"
    (left / "copy" / "postgres" / "data").mkdir(parents=True)
    (left / "lock").touch()
    with pytest.raises(ClusterError, match="no whole backup"):
        read_manifest(left / "copy")
    async with resting(home, cluster_settings) as system:
        assert (await taken(system, copies / "made", cluster_settings, config)).clean
    assert [path.name for path in copies.iterdir()] == ["made"]


class TurningLog(LogFiles):
    """A log that its writer puts away under its day while it is looked at."""

    __slots__ = ()
    turned: ClassVar[list[bool]] = []

    def whole_bytes(self) -> int:
        found = super().whole_bytes()
        if not self.turned:
            self.turned.append(True)
            begun, marker = self.begun_on(), self.last_marker()
            assert begun is not None
            assert marker is not None
            self.rotate(begun, marker)
        return found


async def test_a_log_put_away_under_its_day_meanwhile_is_copied_without_a_gap(
    patient_engine: AsyncEngine, config: Config, tmp_path: Path
) -> None:
    files = TurningLog(tmp_path / "logs")
    await play(patient_engine, config)
    await TransactionLogger(patient_engine, files, config.engine).catch_up()
    with files.open() as torn:
        torn.write(b'{"player":1,"version"')
    entries = list(files.entries())

    await copy_log(files, tmp_path / "copied")

    copied = LogFiles(tmp_path / "copied")
    assert TurningLog.turned
    assert list(copied.entries()) == entries
    assert copied.last_marker() == files.last_marker()
    assert len(copied.all()) == 2
