"""A backup is restored whole into an empty home, or nothing is changed."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cluster.backup import back_up
from cluster.backup_manifest import MANIFEST
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.restore import restore
from cluster.settings import ClusterSettings
from faye.config import Config
from faye.database.audit import audit
from faye.utils.log_files import LogFiles
from tests.conftest import _passable_directory
from tests.integration.cluster.served import ignore, opened, played_on, resting


@pytest.fixture(scope="module")
def made(cluster_settings: ClusterSettings, config: Config) -> Iterator[Path]:
    """A backup of a small system, made once."""

    async def make(home: Home, target: Path) -> Path:
        await played_on(home, cluster_settings, config)
        async with resting(home, cluster_settings) as system:
            url, engine = system.database_url, config.engine
            backup = await back_up(target, home, url, cluster_settings, engine, proved=False, progress=ignore)
        return backup.directory

    with _passable_directory() as directory:
        yield asyncio.run(make(Home(directory / "home"), directory / "made"))


@pytest.fixture
def source(made: Path, tmp_path: Path) -> Path:
    """A backup of the test's own."""
    return Path(shutil.copytree(made, tmp_path / "made", symlinks=True))


@pytest.fixture
def home(server_directory: Path) -> Home:
    return Home(server_directory / "home")


async def require_sound(home: Home, settings: ClusterSettings, config: Config) -> None:
    async with resting(home, settings) as system, opened(system, config) as database:
        report = await audit(database, LogFiles(home.logs), config.engine, every_period=True)
        assert report.clean, report.violations
        assert report.ledger_entries
        assert report.log_trouble is None


async def test_a_restored_home_may_have_been_made_empty_before(
    made: Path, home: Home, cluster_settings: ClusterSettings, config: Config
) -> None:
    home.path.mkdir()
    await restore(made, home, ignore)
    assert not list(home.path.glob("*restoring*"))
    assert not list(home.path.glob("*.new"))
    await require_sound(home, cluster_settings, config)


async def test_a_restore_that_was_killed_is_begun_anew(
    made: Path, home: Home, cluster_settings: ClusterSettings, config: Config
) -> None:
    home.path.mkdir()
    (home.path / "restoring").touch()
    (home.path / "logs").mkdir()
    (home.path / "logs" / "transactions.log").write_bytes(b"torn")
    (home.path / "postgres" / "data.new").mkdir(parents=True)
    with pytest.raises(ClusterError, match="no home of Faye's"):
        home.prepare()
    await restore(made, home, ignore)
    await require_sound(home, cluster_settings, config)


@pytest.mark.parametrize("holding", ["home", "file"])
async def test_a_home_that_holds_anything_is_refused_and_left_as_it_is(
    holding: str, made: Path, home: Home
) -> None:
    if holding == "home":
        home.prepare()
    else:
        home.path.mkdir()
        (home.path / "mine").write_text("kept")
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    with pytest.raises(ClusterError, match="not empty"):
        await restore(made, home, ignore)
    assert {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()} == before


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def largest(directory: Path) -> Path:
    return max(
        (path for path in directory.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )


def edit(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text()
    assert re.search(pattern, text)
    path.write_text(re.sub(pattern, replacement, text, count=1))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda made: (made / MANIFEST).unlink(), "no whole backup"),
    "cut manifest": (lambda made: (made / MANIFEST).write_text("{"), "damaged"),
    "forged manifest": (lambda made: edit(made / MANIFEST, r'"faye": "\d', '"faye": "7'), "damaged"),
    "later form": (lambda made: edit(made / MANIFEST, r'"format": 1', '"format": 2'), "form 2"),
    "log": (lambda made: flip(made / "logs" / "transactions.log"), "damaged"),
    "shortened log": (lambda made: (made / "logs" / "transactions.log").write_bytes(b""), "damaged"),
    "secret": (lambda made: flip(made / "secrets" / "postgres_password"), "damaged"),
    "no secret": (lambda made: (made / "secrets" / "postgres_password").unlink(), "is missing"),
    "no database": (lambda made: shutil.rmtree(made / "postgres"), "is missing"),
    "another log": (lambda made: (made / "logs" / "transactions-1.log").touch(), "not made by the backup"),
    "link": (lambda made: (made / "logs" / "link").symlink_to("/etc/passwd"), "neither a file"),
    "pages": (lambda made: flip(largest(made / "postgres" / "data" / "base")), "damaged or not whole"),
    "write-ahead log": (lambda made: flip(wal(made)), "damaged"),
    "no write-ahead log": (lambda made: wal(made).unlink(), "is missing"),
    "settings": (lambda made: flip(data(made) / "postgresql.auto.conf"), "damaged"),
    "no settings": (lambda made: (data(made) / "postgresql.auto.conf").unlink(), "is missing"),
    "standby": (lambda made: (data(made) / "standby.signal").touch(), "not made by the backup"),
    "recovery": (lambda made: (data(made) / "recovery.signal").touch(), "not made by the backup"),
    "no empty directories": (lambda made: (data(made) / "pg_notify").rmdir(), "pg_notify is missing"),
    "its manifest": (lambda made: flip(made / "postgres" / "data" / "backup_manifest"), "damaged"),
}


def data(made: Path) -> Path:
    return made / "postgres" / "data"


def wal(made: Path) -> Path:
    """The first segment of the write-ahead log, at which recovery begins."""
    return min((made / "postgres" / "data" / "pg_wal").glob("0*"))


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_backup_that_is_not_as_it_was_made_is_refused_and_makes_no_home(
    damage: str, source: Path, home: Home
) -> None:
    harm, words = DAMAGES[damage]
    harm(source)
    with pytest.raises(ClusterError, match=words):
        await restore(source, home, ignore)
    assert not home.path.exists()


async def test_a_backup_of_a_later_release_is_refused_by_its_name(
    source: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cluster.restore.is_known", lambda revision: False)
    with pytest.raises(ClusterError, match=r"Faye \d.*knows up to"):
        await restore(source, home, ignore)
    monkeypatch.undo()
    monkeypatch.setattr("cluster.restore.major_version", lambda: 99)
    with pytest.raises(ClusterError, match="PostgreSQL 18"):
        await restore(source, home, ignore)
    assert not home.path.exists()


async def test_a_restore_without_room_for_it_changes_nothing(
    made: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cluster.restore._MARGIN", 1e9)
    with pytest.raises(ClusterError, match="make room"):
        await restore(made, home, ignore)
    assert not home.path.exists()
