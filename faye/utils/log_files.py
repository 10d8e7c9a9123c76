"""The files of transactions.log: JSON lines in frames, each frame closed by a marker.

A frame is what became visible between two database snapshots; its marker holds the later one, so the log itself
tells where to go on. Whatever stands behind the last marker was never finished and does not count.
"""

from __future__ import annotations

import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec
from msgspec import Struct

NAME: Final = "transactions.log"

_LINE_MAX: Final = 1 << 20
"""More bytes than a marker can have."""


class LoggedEntry(Struct, frozen=True, omit_defaults=True):
    """One ledger entry as the log has it."""

    player: int
    version: int
    n: int
    key: int
    event: str
    asset: str
    delta: int
    balance: int
    config: int
    at: datetime
    esprit: int | None = None
    subject: str | None = None
    seed: int | None = None


_RENAMED: Final = {
    "player": "player_id",
    "key": "idempotency_key",
    "config": "config_id",
    "esprit": "esprit_id",
}
COLUMNS: Final = tuple(_RENAMED.get(name, name) for name in LoggedEntry.__struct_fields__)
"""The ledger's columns, in the order of an entry's fields."""


class Marker(Struct, frozen=True):
    """The end of a frame: everything visible in `through`, of the database `system`, stands before it.

    Number and checksum of its entries prove that the frame reached the disk whole, whatever page came first.
    """

    through: str
    system: str
    entries: int = 0
    crc: int = 0

    def __post_init__(self) -> None:
        oldest, following, under_way = self._snapshot()
        if not 0 < oldest <= following or not all(oldest <= xid < following for xid in under_way):
            raise ValueError(f"{self.through} is no snapshot")

    def sees(self, xid: int) -> bool:
        """Whether the transaction's effects are visible in the snapshot that the frame ends with."""
        oldest, following, under_way = self._snapshot()
        return xid < oldest or (xid < following and xid not in under_way)

    def _snapshot(self) -> tuple[int, int, list[int]]:
        """The oldest transaction under way, the next to begin, and those under way; raises `ValueError`."""
        oldest, following, under_way = self.through.split(":")
        return int(oldest), int(following), [int(xid) for xid in under_way.split(",") if xid]


class Stamp(NamedTuple):
    """What tells a file from another in its place, and from itself before a change."""

    inode: int
    size: int


_encoder = msgspec.json.Encoder()
_entry_decoder = msgspec.json.Decoder(LoggedEntry)
_marker_decoder = msgspec.json.Decoder(Marker)


def encode_line(item: LoggedEntry | Marker) -> bytes:
    """One line of the log, newline included."""
    return _encoder.encode(item) + b"\n"


@dataclass(frozen=True, slots=True)
class LogFiles:
    """The log of one system: the current file and those of earlier days, in one directory."""

    directory: Path

    @property
    def current(self) -> Path:
        """The file that is written to."""
        return self.directory / NAME

    def all(self) -> list[Path]:
        """Every file, oldest first."""
        rotated = sorted(self.directory.glob("transactions-*.log"))
        return [*rotated, self.current] if self.current.exists() else rotated

    def stamp(self) -> Stamp | None:
        """What the current file is now; None: there is none."""
        try:
            found = self.current.stat()
        except FileNotFoundError:
            return None
        return Stamp(found.st_ino, found.st_size)

    def whole_bytes(self) -> int:
        """Where the last whole frame of the current file ends: nothing before it is ever taken back."""
        return _last_marker(self.current)[0] if self.current.exists() else 0

    def size_bytes(self) -> int:
        """The length of all files together."""
        return sum(path.stat().st_size for path in self.all())

    def entries(self) -> Iterator[LoggedEntry]:
        """Every entry in order; frames that are not whole are left out."""
        return (entry for _, entry in self.positioned())

    def positioned(
        self, skips: Callable[[Marker], bool] = lambda _: False, after: int = 0
    ) -> Iterator[tuple[int, LoggedEntry]]:
        """Every entry with the byte, counted over all files, behind which its frame ends.

        Files of earlier days whose last marker satisfies `skips` are passed over, unread, and so is what stands
        before the byte `after`, which is the end of a frame.
        """
        before = 0
        for path in self.all():
            start = end = min(max(0, after - before), path.stat().st_size)
            last = None if path == self.current else _final_marker(path)
            frames = iter(()) if last is not None and skips(last) else _frames(path, start)
            for end, _, lines in frames:
                for line in lines:
                    yield before + end, _entry_decoder.decode(line)
            before += max(end, path.stat().st_size) if path != self.current else end

    def recover(self) -> Marker | None:
        """Cut the current file behind its last marker and give the last marker of all; None: nothing is logged."""
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.current.exists():
            end, marker = _last_marker(self.current)
            if end < self.current.stat().st_size:
                os.truncate(self.current, end)
            if marker is not None:
                return marker
        return self.last_marker()

    def last_marker(self) -> Marker | None:
        """The last whole marker of all files; None if nothing is logged."""
        for path in reversed(self.all()):
            if (marker := _last_marker(path)[1]) is not None:
                return marker
        return None

    def end(self) -> tuple[int, Marker] | None:
        """The byte, counted over all files, behind the last whole frame, and its marker; None if nothing is logged."""
        files = self.all()
        for number, path in reversed(list(enumerate(files))):
            end, marker = _last_marker(path)
            if marker is not None:
                return sum(before.stat().st_size for before in files[:number]) + end, marker
        return None

    def marker_at(self, position: int) -> Marker | None:
        """The marker whose line ends at a byte, counted over all files; None if none does."""
        for path in self.all():
            size = path.stat().st_size
            if position <= size:
                return _final_marker(path, position)
            position -= size
        return None

    def open(self) -> IO[bytes]:
        """The current file, to append to, unbuffered."""
        return self.current.open("ab", buffering=0)

    def begun_on(self) -> date | None:
        """The day of the current file's first entry, in UTC; None while it holds none."""
        if not self.current.exists():
            return None
        with self.current.open("rb") as lines:
            for line in lines:
                if not _is_marker(line):
                    return _entry_decoder.decode(line).at.astimezone(UTC).date()
        return None

    def rotate(self, day: date, marker: Marker) -> Stamp:
        """Put the current file away under `day` and begin a new one that carries on from the marker."""
        number = 1 + len(list(self.directory.glob(f"transactions-{day:%Y-%m-%d}.*.log")))
        self.current.rename(self.directory / f"transactions-{day:%Y-%m-%d}.{number:03d}.log")
        line = encode_line(Marker(marker.through, marker.system))
        with self.open() as file:
            file.write(line)
            os.fsync(file.fileno())
            begun = Stamp(os.fstat(file.fileno()).st_ino, len(line))
        sync_directory(self.directory)
        return begun


def sync_directory(directory: Path) -> None:
    """Make renames and new files in `directory` durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_marker(line: bytes) -> bool:
    return line.startswith(b'{"through"')


def _frames(path: Path, start: int = 0) -> Iterator[tuple[int, Marker, list[bytes]]]:
    """Each whole frame of a file from `start` on: the byte behind it, its marker, its entries' lines."""
    position, lines, crc = start, [], 0
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            position += len(line)
            if not line.endswith(b"\n"):
                return
            if not _is_marker(line):
                lines.append(line)
                crc = zlib.crc32(line, crc)
                continue
            marker = _decode_marker(line)
            if marker is not None and (marker.entries, marker.crc) == (len(lines), crc):
                yield position, marker, lines
            lines, crc = [], 0


def _decode_marker(line: bytes) -> Marker | None:
    try:
        return _marker_decoder.decode(line)
    except msgspec.MsgspecError:
        return None


def _final_marker(path: Path, end: int | None = None) -> Marker | None:
    """The marker that a file's last line is, without reading what stands before it; None if it is none.

    With an `end`, the file counts only as far as that byte.
    """
    end = path.stat().st_size if end is None else end
    with path.open("rb") as file:
        file.seek(max(0, end - _LINE_MAX))
        line = file.read(min(end, _LINE_MAX)).removesuffix(b"\n").rpartition(b"\n")[2]
    return _decode_marker(line) if _is_marker(line) else None


def _last_marker(path: Path) -> tuple[int, Marker | None]:
    """Where the last whole frame of a file ends, and its marker; (0, None) if there is none."""
    if (closing := _closing_frame(path)) is not None:
        return closing
    last = deque(_frames(path), maxlen=1)
    return (last[0][0], last[0][1]) if last else (0, None)


def _closing_frame(path: Path) -> tuple[int, Marker] | None:
    """The end and the marker of the frame that a file ends with, without reading what stands before it.

    None if the file ends with something else than a whole frame.
    """
    size, read = path.stat().st_size, _LINE_MAX
    marker = _final_marker(path)
    with path.open("rb") as file:
        while marker is not None:
            file.seek(max(0, size - read))
            lines = file.read().split(b"\n")
            if lines.pop() or not lines:
                return None
            behind = next((n for n in range(len(lines) - 2, -1, -1) if _is_marker(lines[n])), None)
            if behind is not None or read >= size:
                entries = [line + b"\n" for line in lines[(-1 if behind is None else behind) + 1 : -1]]
                is_whole = (marker.entries, marker.crc) == (len(entries), zlib.crc32(b"".join(entries)))
                return (size, marker) if is_whole else None
            read *= 4
    return None
