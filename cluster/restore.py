"""Putting a backup into an empty home: whole, or not at all."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cluster.backup_database import require_whole
from cluster.backup_files import Meter, copy_file, copy_tree, regular_files, require_space, sync_tree
from cluster.backup_manifest import DATA, Manifest, read_manifest, require_files
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.postgres_programs import major_version
from cluster.private_files import opener
from cluster.privileges import account_for, private_directory
from cluster.progress import Progress
from faye.database.migrate import head, is_known
from faye.utils.log_files import sync_directory

_UNFINISHED: Final = "restoring"
"""A file in a home that is being filled; where it is and secrets are not, a restore was killed."""

_MARGIN: Final = 1.05


async def run_restore(source: Path, environment: Environment, progress: Progress) -> str:
    """Restore into the environment's home; returns what it holds then, for people."""
    if environment.database_url is not None:
        raise ClusterError(
            "FAYE_DATABASE_URL is set, so a restored database would not be used; unset it and try again"
        )
    home = Home(environment.home)
    manifest = await restore(source, home, progress)
    proved = (
        "proved when it was made" if manifest.proof and manifest.proof.clean else "never proved: audit it"
    )
    return (
        f"{home.path} holds the system of {manifest.begun_at:%Y-%m-%d %H:%M:%S} UTC ({proved}); "
        "start it as ever, and first stop the one that it replaces"
    )


async def restore(source: Path, home: Home, progress: Progress) -> Manifest:
    """Put the backup in `source` into `home`, which holds nothing yet; returns what the backup said of itself.

    Raises `ClusterError` for a home that is not empty, and for a backup that is not whole, damaged, or of a later
    release; nothing is changed then. Killed anywhere, the home is none, and the next restore begins anew.
    """
    manifest = read_manifest(source)
    _require_readable(source, manifest)
    _require_empty(home)
    progress(f"verifying {source}")
    await require_files(source, manifest)
    with tempfile.TemporaryDirectory(prefix="faye-restore-") as words:
        await require_whole(source / DATA, Path(words) / "pg_verifybackup.log")
    await put_in_place(source, home, manifest, progress)
    return manifest


async def put_in_place(
    source: Path, home: Home, manifest: Manifest, progress: Progress, *, durably: bool = True
) -> None:
    """Fill an empty home from a backup that was verified; see `restore`."""
    with _claimed(home):
        require_space(home.path, int(_MARGIN * manifest.data_bytes), "the restored system")
        await _fill(source, home, progress, durably=durably)


def forget(home: Home) -> None:
    """Remove a home with all that is in it, wherever its database is."""
    if home.path.is_dir():
        _clear(home, home.place_postgres())
        (home.path / _UNFINISHED).unlink(missing_ok=True)
        home.path.rmdir()


async def _fill(source: Path, home: Home, progress: Progress, *, durably: bool) -> None:
    place = home.place_postgres()
    account = account_for(place)
    private_directory(place, account)
    draft = place / "data.new"
    await copy_tree(source / DATA, draft, account, Meter(progress, "putting the database in place"))
    draft.rename(place / "data")
    for name in ("logs", "discord"):
        await _copy_flat(source / name, home.path / name)
    if durably:
        await sync_tree(place)
        await sync_tree(home.path)
    # A home is one as soon as it has its secrets, so they come last.
    await _copy_flat(source / "secrets", home.path / "secrets.new")
    (home.path / "secrets.new").rename(home.secrets_directory)
    if durably:
        await sync_tree(home.secrets_directory)
        sync_directory(home.path)


async def _copy_flat(source: Path, target: Path) -> None:
    private_directory(target, None)
    for path in sorted(regular_files(source)):
        await copy_file(path, target / path.name)


def _require_readable(source: Path, manifest: Manifest) -> None:
    """Refuse what only another release could run."""
    if not is_known(manifest.schema):
        raise ClusterError(
            f"{source} is of Faye {manifest.faye} with the schema {manifest.schema}, this release knows up to "
            f"{head()}; restore it with that release or a later one"
        )
    if manifest.postgres != major_version():
        raise ClusterError(
            f"{source} is of PostgreSQL {manifest.postgres}, this release brings {major_version()}, which cannot "
            "read it; restore it with the release that made it"
        )


def _require_empty(home: Home) -> None:
    if home.path.is_dir() and any(home.path.iterdir()) and not _was_killed(home):
        raise ClusterError(
            f"{home.path} is not empty; set FAYE_HOME to a new or an empty directory, or move what is there away"
        )


def _was_killed(home: Home) -> bool:
    """Whether all that is in the home was left by a restore that was killed."""
    return (home.path / _UNFINISHED).exists() and not home.exists


@contextmanager
def _claimed(home: Home) -> Iterator[None]:
    """Have an empty home alone for the block, and leave it as it was found if that fails."""
    is_new, was_killed = not home.path.exists(), home.path.is_dir() and _was_killed(home)
    _require_empty(home)
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.path.chmod(0o700)
    flag = home.path / _UNFINISHED
    with open(flag, "ab", opener=opener) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClusterError(f"another restore fills {home.path}; wait for it") from None
        place = home.place_postgres()
        kept = place.is_dir() and (place / "data").exists() and not was_killed
        try:
            if kept:
                raise ClusterError(
                    f"{place} still holds the database of an earlier {home.path}; move it away"
                )
            if was_killed:
                _clear(home, place)
            yield
        except BaseException:
            _clear(home, None if kept else place)
            flag.unlink()
            if is_new:
                home.path.rmdir()
            raise
        flag.unlink()


def _clear(home: Home, place: Path | None) -> None:
    """Remove what a restore has put there; `place` is the database's directory where that is to go too."""
    if place is not None and place.is_dir():
        shutil.rmtree(place)
    for path in home.path.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _UNFINISHED:
            path.unlink()
