"""Files of backups: copied durably and closed to other accounts, digested, measured and told of."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cluster.errors import ClusterError
from cluster.private_files import opener
from cluster.privileges import Account, private_directory
from cluster.progress import Progress

_CHUNK_BYTES: Final = 4 << 20
_TOLD_EVERY_S: Final = 1.0


class Meter:
    """Tells of a long copy how far it has come: at most once a second, and only where there is news."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._what = what
        self._told_at_s = time.monotonic()
        self._told_percent = 0

    def tell(self, done_bytes: int, total_bytes: int) -> None:
        """So much is done."""
        percent = min(100, 100 * done_bytes // max(1, total_bytes))
        now_s = time.monotonic()
        if percent > self._told_percent and now_s - self._told_at_s >= _TOLD_EVERY_S:
            self._told_at_s, self._told_percent = now_s, percent
            self._progress(f"{self._what}: {percent} % of {in_megabytes(total_bytes)}")


async def copy_file(source: Path, target: Path, *, account: Account | None = None) -> None:
    """Copy a file to a new one, for `account` alone to read."""
    with source.open("rb") as taken:
        await copy_bytes(taken, target, os.fstat(taken.fileno()).st_size, account)


async def copy_bytes(taken: BinaryIO, target: Path, size_bytes: int, account: Account | None = None) -> None:
    """Copy the next `size_bytes` of an open file to a new one; `sync_tree` makes it durable.

    It works chunk by chunk, so that a cancelled copy ends at once and leaves no thread that writes on.
    """
    left = size_bytes
    with _new_file(target, account) as made:
        while left and (chunk := await asyncio.to_thread(taken.read, min(left, _CHUNK_BYTES))):
            await asyncio.to_thread(made.write, chunk)
            left -= len(chunk)
    if left:
        raise ClusterError(f"{taken.name} became shorter while it was copied; try again")


async def copy_tree(source: Path, target: Path, account: Account | None, meter: Meter) -> None:
    """Copy a directory with all that is in it, for `account` alone to enter and to read."""
    files = sorted(regular_files(source))
    total, done = sum(path.stat().st_size for path in files), 0
    _make_directories(source, target, account)
    for path in files:
        await copy_file(path, target / path.relative_to(source), account=account)
        done += path.stat().st_size
        meter.tell(done, total)


async def sync_tree(directory: Path) -> None:
    """Make a directory with all that is in it durable.

    After everything was written, because the first file then takes the others' metadata with it: one by one, a
    copy of a thousand small files would take ten times as long.
    """
    for path in (*regular_files(directory), *_directories(directory)):
        await asyncio.to_thread(_sync, path)


async def digest_of(path: Path) -> str:
    """The BLAKE2b digest of a file, of 32 bytes."""
    digest = hashlib.blake2b(digest_size=32)
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def regular_files(directory: Path) -> Iterator[Path]:
    """All files below a directory; raises `ClusterError` for links and devices, which no copy holds."""
    for path in directory.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ClusterError(f"{path} is neither a file nor a directory, which no backup of Faye's holds")
        if path.is_file():
            yield path


def _make_directories(source: Path, target: Path, account: Account | None) -> None:
    """Make `target` and in it every directory of `source`."""
    for directory in _directories(source):
        private_directory(target / directory.relative_to(source), account)


def _directories(directory: Path) -> list[Path]:
    """A directory and all below it, each before those in it."""
    return [directory, *sorted(path for path in directory.rglob("*") if path.is_dir())]


def _new_file(target: Path, account: Account | None) -> BinaryIO:
    made = open(target, "xb", opener=opener)  # noqa: SIM115
    if account is not None:
        os.fchown(made.fileno(), account.uid, account.gid)
    return made


def require_space(directory: Path, needed_bytes: int, what: str) -> None:
    """Raise `ClusterError` unless the disk under `directory` has room for `needed_bytes`."""
    free_bytes = shutil.disk_usage(directory).free
    if free_bytes < needed_bytes:
        raise ClusterError(
            f"the disk under {directory} has {in_megabytes(free_bytes)} free and {what} takes "
            f"{in_megabytes(needed_bytes)}; make room, or name a directory on another disk"
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def in_megabytes(size_bytes: int) -> str:
    """A size for people."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 1e8 else f"{size_bytes / 1e6:.0f} MB"
