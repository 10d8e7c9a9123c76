"""A backup of a system while it serves: whole and proved, or none.

The log is copied first and the database after it: what a log lacks of its database is written after a restore by
itself, but a log that is ahead of its database would tell of what never was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import make_url

from cluster.backup_database import DatabaseFacts, EmbeddedDatabase, require_whole
from cluster.backup_files import Meter, copy_file, in_megabytes, require_space, sync_tree
from cluster.backup_log import copy_log
from cluster.backup_manifest import DATA, FORMAT, Manifest, Proof, digested, release, write_manifest
from cluster.backup_proof import prove
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.home import Home
from cluster.ports import LOOPBACK
from cluster.private_files import opener, write_whole
from cluster.progress import Progress, timed
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import EngineConfig, load_config
from faye.database.audit import Report
from faye.database.migrate import head, is_known
from faye.utils.log_files import LogFiles, sync_directory

SECRETS: Final = ("postgres_password", "postgres_superuser_password")
"""What opens the database; everything else that is secret is made anew by the first start."""

_PLAYGROUND: Final = Path("discord", "playground.json")
_MARGIN: Final = 1.05
_NICENESS: Final = 10


class Backup(Struct, frozen=True):
    """A backup that was made: where, what it says of itself, and the audit of its proof, if it has one."""

    directory: Path
    manifest: Manifest
    report: Report | None

    @property
    def clean(self) -> bool:
        """Whether nothing in it is off, as far as anybody has tried."""
        return self.manifest.proof is None or self.manifest.proof.clean

    def lines(self) -> Iterator[str]:
        """What it holds and what its proof said, for people."""
        manifest, proof = self.manifest, self.manifest.proof
        for violation in self.report.violations if self.report is not None else ():
            yield f"{violation.what}: {violation.row}"
        size = in_megabytes(manifest.data_bytes + sum(file.bytes for file in manifest.files))
        yield (
            f"{self.directory}: all that was committed before {manifest.begun_at:%Y-%m-%d %H:%M:%S} UTC, {size}, "
            f"schema {manifest.schema}; keep it as secret as the system itself"
        )
        if proof is None:
            yield "not proved: nobody has tried whether it can be restored"
            return
        if proof.log_trouble is not None:
            yield f"the restored log: {proof.log_trouble}"
        yield (
            f"{'proved' if proof.clean else 'restored, and NOT clean'}: audited in {proof.seconds:g} s, "
            f"violations {proof.violations}, players {proof.players}, ledger entries {proof.ledger_entries}, "
            f"logged {proof.logged_entries}"
        )


async def run_backup(
    directory: Path,
    environment: Environment,
    settings: ClusterSettings,
    *,
    proved: bool,
    progress: Progress,
) -> Backup:
    """Back up the system of the environment's home: the one that runs, or one that is started for it."""
    config = load_config(environment.config).engine
    home = Home(environment.home)
    if not home.exists:
        raise ClusterError(f"{home.path} is no home of Faye's, so there is nothing to back up; set FAYE_HOME")
    require_vacant(directory, home)
    async with System.own_or_join(home, settings, environment, progress=progress, with_ray=False) as system:
        if not system.is_owner:
            os.nice(_NICENESS)  # players are served on this machine meanwhile
        return await back_up(
            directory, home, system.database_url, settings, config, proved=proved, progress=progress
        )


def require_vacant(directory: Path, home: Home) -> Path:
    """Where the backup shall be, absolute; raises `ClusterError` for a place where none can be made."""
    target = directory.expanduser().absolute()
    if target.is_relative_to(home.path):
        raise ClusterError(
            f"{target} is inside {home.path}, and would be lost with it; name another directory"
        )
    if not target.parent.is_dir():
        raise ClusterError(f"{target.parent} is no directory; make it, or name another one for the backup")
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ClusterError(f"{target} is no directory; name a new or an empty one for the backup")
    if target.is_dir() and any(target.iterdir()):
        raise ClusterError(f"{target} is not empty; name a new or an empty directory for the backup")
    if target.is_mount():
        raise ClusterError(f"a disk is mounted at {target}; name a new directory on it for the backup")
    return target


async def back_up(
    directory: Path,
    home: Home,
    database_url: str,
    settings: ClusterSettings,
    config: EngineConfig,
    *,
    proved: bool,
    progress: Progress,
) -> Backup:
    """Make a backup of the system that runs on `home`; the directory appears when it is whole.

    `proved` restores and audits it first; what is off in the system itself is then off in the backup, which is kept
    and says so. Raises `ClusterError` if none can be made.
    """
    target = require_vacant(directory, home)
    database = _embedded(home, database_url)
    facts = await database.facts()
    if not is_known(facts.schema):
        raise ClusterError(
            f"the system is of a later release than this one (its schema is {facts.schema}, this one knows up to "
            f"{head()}); back it up with that release"
        )
    with _draft(target) as draft:
        log_bytes = LogFiles(home.logs).size_bytes()
        needed = (facts.size_bytes + log_bytes) * (2 if proved else 1)
        require_space(draft, int(_MARGIN * needed), "the backup with its proof" if proved else "the backup")
        copy = draft / "copy"
        manifest = await _copy(copy, home, database, facts, progress)
        report: Report | None = None
        if proved:
            report, seconds = await prove(copy, manifest, draft / "proof", settings, config, progress)
            proof = Proof(
                players=report.players,
                ledger_entries=report.ledger_entries,
                logged_entries=report.logged_entries,
                violations=report.violations_total,
                log_trouble=report.log_trouble,
                seconds=seconds,
            )
            manifest = write_manifest(copy, replace(manifest, proof=proof))
        copy.rename(target)
        sync_directory(target.parent)
    return Backup(target, manifest, report)


async def _copy(
    copy: Path, home: Home, database: EmbeddedDatabase, facts: DatabaseFacts, progress: Progress
) -> Manifest:
    begun_at = datetime.now(UTC)
    words = copy.parent / "programs.log"
    for path in (copy, copy / "secrets", copy / "discord", (copy / DATA).parent):
        path.mkdir(mode=0o700)
    for name in SECRETS:
        write_whole(copy / "secrets" / name, home.secret(name).encode())
    if (home.path / _PLAYGROUND).is_file():
        await copy_file(home.path / _PLAYGROUND, copy / _PLAYGROUND)
    log_bytes = await copy_log(LogFiles(home.logs), copy / "logs")
    progress(f"the log is copied ({in_megabytes(log_bytes)})")
    with timed(progress, "the copy of the database"):
        await database.copy(copy / DATA, words, Meter(progress, "copying the database"))
        ended_at = datetime.now(UTC)
        await require_whole(copy / DATA, words)
    for part in ("secrets", "discord", "logs"):  # pg_basebackup has synced the rest
        await sync_tree(copy / part)
    return write_manifest(
        copy,
        Manifest(
            format=FORMAT,
            faye=release(),
            schema=facts.schema,
            postgres=facts.postgres,
            system=facts.system,
            begun_at=begun_at,
            ended_at=ended_at,
            data_bytes=sum(path.stat().st_size for path in (copy / DATA).rglob("*") if path.is_file()),
            files=await digested(copy),
        ),
    )


def _embedded(home: Home, database_url: str) -> EmbeddedDatabase:
    """The home's own PostgreSQL; raises `ClusterError` when the system's is somebody else's."""
    url = make_url(database_url)
    if url.host != LOOPBACK or not home.exists or url.password != home.secret("postgres_password"):
        raise ClusterError(
            "this system's database is a PostgreSQL of your own, which only its own backups can copy whole: use "
            "pg_basebackup with WAL archiving, or your provider's snapshots, and copy FAYE_HOME/logs before them; "
            "see docs/operating.md, Backup and restore"
        )
    return EmbeddedDatabase(database_url, home.secret("postgres_superuser_password"))


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A directory beside `target` to make the backup in, for one process; gone afterwards, whatever happens.

    What a killed backup left there is taken away first.
    """
    draft = target.with_name(f".{target.name}.unfinished")
    draft.mkdir(mode=0o700, exist_ok=True)
    lock_file = draft / "lock"
    if any(draft.iterdir()) and not lock_file.exists():
        raise ClusterError(f"{draft} is in the way of the backup; move it away")
    with open(lock_file, "ab", opener=opener) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClusterError(f"another process makes a backup in {target}; wait for it") from None
        # The account that PostgreSQL runs as for the proof passes through; the copy itself stays closed to it.
        draft.chmod(0o711)
        shutil.rmtree(draft / "copy", ignore_errors=True)
        try:
            yield draft
        finally:
            shutil.rmtree(draft)
