"""What a backup says of itself: of which release, schema and moment it is, and what every file of it was.

    manifest.json               this
    secrets/                    the two passwords that open the database
    logs/transactions*.log      the log, up to the last frame that was whole
    discord/playground.json     who is who in the playground, where there is one
    postgres/data/              a physical copy; its own backup_manifest answers for all of it but the WAL

The layout is a home's, so that a backup can be put back by hand too.
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cluster.backup_files import digest_of, regular_files
from cluster.errors import ClusterError
from cluster.private_files import write_whole

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATA: Final = Path("postgres", "data")
DATA_MANIFEST: Final = DATA / "backup_manifest"
_WAL: Final = DATA / "pg_wal"
_UNVERIFIED: Final = ("postgresql.auto.conf", "recovery.signal", "standby.signal")
"""What `pg_verifybackup` passes over, whatever it says."""

_PROJECT: Final = Path(__file__).resolve().parents[1] / "pyproject.toml"


class CopiedFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a backup: its path in it, its length, and its BLAKE2b digest of 32 bytes."""

    path: str
    bytes: int
    blake2b: str


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """What came out when the backup was restored beside itself and audited."""

    players: int
    ledger_entries: int
    logged_entries: int
    violations: int
    log_trouble: str | None
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether nothing was off."""
        return not self.violations and self.log_trouble is None


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `manifest.json`; most files of `postgres/data` stand in `backup_manifest` there."""

    format: int
    faye: str
    """The release that made the backup."""
    schema: str
    """The revision of the database's schema."""
    postgres: int
    """The major version of PostgreSQL, which alone reads the copy."""
    system: str
    """Which database it is, as the log's markers name it."""
    begun_at: datetime
    ended_at: datetime
    """The copy holds what was committed before some moment between the two."""
    data_bytes: int
    data_directories: tuple[str, ...]
    """Every directory of `postgres/data`, the empty ones too, without which PostgreSQL does not start."""
    files: tuple[CopiedFile, ...]
    proof: Proof | None = None
    """None: nobody has tried whether it can be restored."""
    digest: str = ""
    """BLAKE2b of this document with an empty digest."""


def write_manifest(directory: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with its digest, durably; returns it as it was written."""
    sealed = replace(manifest, digest=_digest(manifest))
    write_whole(directory / MANIFEST, msgspec.json.format(msgspec.json.encode(sealed), indent=2) + b"\n")
    return sealed


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a backup; raises `ClusterError` where there is none, or none that can be trusted."""
    path = directory / MANIFEST
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise ClusterError(f"{directory} is no whole backup of Faye's: it has no {MANIFEST}") from None
    try:
        made_as = msgspec.json.decode(raw, type=_AnyManifest).format
        if made_as != FORMAT:
            raise ClusterError(
                f"{directory} is a backup of the form {made_as}, this release reads the form {FORMAT}; "
                "restore it with the release that made it"
            )
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _damaged(path) from None
    if manifest.digest != _digest(manifest):
        raise _damaged(path)
    return manifest


async def digested(directory: Path) -> tuple[CopiedFile, ...]:
    """Every file that the manifest answers for."""
    return tuple(
        [
            CopiedFile(str(path.relative_to(directory)), path.stat().st_size, await digest_of(path))
            for path in sorted(_answered_for(directory))
        ]
    )


def data_directories(directory: Path) -> tuple[str, ...]:
    """Every directory of the copied database, by its path in it."""
    data = directory / DATA
    return tuple(sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_dir()))


async def require_files(directory: Path, manifest: Manifest) -> None:
    """Raise `ClusterError` unless exactly the files of the manifest are there, each as it was."""
    if gone := sorted(set(manifest.data_directories) - set(data_directories(directory))):
        raise ClusterError(
            f"{directory} is not whole: the directory {DATA / gone[0]} is missing, as if it had been copied without "
            "its empty directories; copy the backup again with them"
        )
    told = {Path(file.path): file for file in manifest.files}
    found = {path.relative_to(directory) for path in _answered_for(directory)}
    if missing := sorted(map(str, told.keys() - found)):
        raise ClusterError(f"{directory} is not whole: {missing[0]} is missing; take another backup")
    if extra := sorted(map(str, found - told.keys())):
        raise ClusterError(f"{directory / extra[0]} was not made by the backup; move it away")
    for name, file in told.items():
        path = directory / name
        if path.stat().st_size != file.bytes or await digest_of(path) != file.blake2b:
            raise _damaged(path)


def release() -> str:
    """Which release of Faye this is."""
    version: str = tomllib.loads(_PROJECT.read_text())["project"]["version"]
    return version


class _AnyManifest(Struct, frozen=True):
    """What manifests of every form have."""

    format: int


def _answered_for(directory: Path) -> list[Path]:
    """All files but the manifest itself and those of the database for which its own manifest answers."""
    return [path for path in regular_files(directory) if _is_ours(path.relative_to(directory))]


def _is_ours(path: Path) -> bool:
    if path.is_relative_to(DATA):
        return path.name in _UNVERIFIED or path == DATA_MANIFEST or path.is_relative_to(_WAL)
    return path != Path(MANIFEST)


def _digest(manifest: Manifest) -> str:
    return hashlib.blake2b(msgspec.json.encode(replace(manifest, digest="")), digest_size=32).hexdigest()


def _damaged(path: Path) -> ClusterError:
    return ClusterError(f"{path} is damaged: it is not as the backup left it; take another backup")
