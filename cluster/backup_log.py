"""The copy of transactions.log: exactly its whole frames, while its writer goes on."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

from cluster.backup_files import copy_bytes
from cluster.errors import ClusterError
from cluster.privileges import private_directory
from faye.utils.log_files import LogFiles

_TRIES_MAX: Final = 10


async def copy_log(files: LogFiles, target: Path) -> int:
    """Copy every whole frame to the new directory `target`; returns how many bytes they are.

    To be called before the database is copied: what a log lacks of its database is written after the restore, and
    a log that is ahead of its database is refused. A file that is put away under its day meanwhile is no gap: all
    are held open as they were at one moment.
    """
    private_directory(target, None)
    with ExitStack() as held:
        for file, size_bytes in _at_one_moment(files, held):
            await copy_bytes(file, target / Path(file.name).name, size_bytes)
    return LogFiles(target).size_bytes()


def _at_one_moment(files: LogFiles, held: ExitStack) -> list[tuple[BinaryIO, int]]:
    """Every file, open for as long as `held` lasts, and how much of it is whole frames."""
    for _ in range(_TRIES_MAX):
        before, stamp, whole_bytes = files.all(), files.stamp(), files.whole_bytes()
        opened = [held.enter_context(path.open("rb")) for path in before]
        now = files.stamp()
        if files.all() == before and (stamp and stamp.inode) == (now and now.inode):
            return [
                (file, whole_bytes if path == files.current else path.stat().st_size)
                for path, file in zip(before, opened, strict=True)
            ]
        held.close()
    raise ClusterError(
        f"the log in {files.directory} was put away under its day again and again; try once more"
    )
