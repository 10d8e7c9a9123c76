"""FAYE_HOME: where everything of one system lives, and who owns it now."""

import fcntl
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from cluster.errors import ClusterError, HomeInUse
from cluster.home_secrets import Secrets
from cluster.os_errors import in_words
from cluster.owner import Owner
from cluster.private_files import opener, write_whole
from cluster.privileges import account_for, private_directory, reachable

_OUTSIDE = Path("/var/lib/faye")
_FREE_BYTES_MIN = 256 * 1024 * 1024
# What msgspec raises for a file that was cut short, overwritten, or edited.
_DAMAGED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_Port = Annotated[int, Meta(gt=0, le=65_535)]


class SystemRecord(msgspec.Struct, frozen=True):
    """What a running system tells those who join it."""

    owner: Owner
    database_url: str
    redis_url: str
    ray_address: str | None
    ray_token_file: str | None


class Ports(msgspec.Struct, frozen=True):
    """The ports of the last run, taken again where they are free."""

    postgres: _Port | None = None
    valkey: _Port | None = None
    ray: _Port | None = None
    ray_dashboard: _Port | None = None
    ray_metrics: _Port | None = None


class Home:
    """The layout of FAYE_HOME. `prepare` makes it; nothing else here changes what is on disk before that.

    Whatever the file system refuses or has damaged is raised as a `ClusterError` that says what to do.
    """

    def __init__(self, path: Path) -> None:
        self.path = _meant(path)
        self.logs = self.path / "logs"
        self.valkey = self.path / "valkey"
        self.ray = self.path / "ray"
        self.discord = self.path / "discord"
        self._secrets = Secrets(self.path / "secrets")
        self._record_file = self.path / "system.json"
        self._ports_file = self.path / "ports.json"
        self._lock_file = self.path / "lock"
        self._place_file = self.path / "postgres.location"

    @property
    def ray_token_file(self) -> Path:
        """The file with Ray's token."""
        return self._secrets.file("ray_token")

    @property
    def secrets_directory(self) -> Path:
        """Where the secrets are; a home is one as soon as it has them."""
        return self._secrets.directory

    @property
    def exists(self) -> bool:
        """Whether it was ever prepared."""
        with _readable(self.path):
            return self._secrets.directory.exists()

    def prepare(self) -> None:
        """Make the directories and the secrets; raises `ClusterError` where that is impossible or unsafe."""
        with _readable(self.path):
            self._make()
            for directory in (self.logs, self._secrets.directory, self.discord):
                private_directory(directory, None)
            self._secrets.make(has_database=self._has_database())

    def secret(self, name: str) -> str:
        """One of the secrets, made once when the home was."""
        with _readable(self.path):
            return self._secrets.read(name)

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Own the home, as one process at a time may; raises `HomeInUse`. A dead owner owns nothing."""
        with _readable(self.path):
            lock = open(self._lock_file, "ab", opener=opener)  # noqa: SIM115
        with lock:  # what fails in the block is the block's own: only the home's files are explained here
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HomeInUse(self._in_use()) from None
            with _readable(self.path):
                self._require_space()
                self.remove_record()
            yield

    def record(self) -> SystemRecord | None:
        """What the running system says of itself; None while none runs, or its owner was killed."""
        record = self.last_record()
        return record if record is not None and record.owner.lives() else None

    def last_record(self) -> SystemRecord | None:
        """What the running system, or one that was killed, says of itself; None after a stop."""
        with _readable(self.path):
            try:
                return msgspec.json.decode(self._record_file.read_bytes(), type=SystemRecord)
            except FileNotFoundError:
                return None
            except _DAMAGED:
                raise ClusterError(
                    f"{self._record_file} is damaged; stop what runs on this home and remove that file"
                ) from None

    def write_record(self, record: SystemRecord) -> None:
        """Tell those who join what runs."""
        with _readable(self.path):
            write_whole(self._record_file, msgspec.json.encode(record))

    def remove_record(self) -> None:
        """Tell those who would join that nothing runs."""
        self._record_file.unlink(missing_ok=True)

    def ports(self) -> Ports:
        """The ports of the last run."""
        try:
            return msgspec.json.decode(self._ports_file.read_bytes(), type=Ports)
        except (OSError, *_DAMAGED):
            return Ports()  # other ports are as good

    def write_ports(self, ports: Ports) -> None:
        """Remember the ports for the next run."""
        with _readable(self.path):
            write_whole(self._ports_file, msgspec.json.encode(ports))

    def place_postgres(self) -> Path:
        """The directory for PostgreSQL: in the home, or under /var/lib/faye if its account cannot get here.

        Raises `ClusterError` when the home was moved and its database stayed behind.
        """
        with _readable(self.path):
            return self._place_postgres()

    def _place_postgres(self) -> Path:
        inside = self.path / "postgres"
        account = account_for(inside)
        if account is None or reachable(self.path.parent, account):
            if account is not None:
                # Passing through is all that the account may do here; everything inside is closed to it.
                self.path.chmod(0o711)
            return inside
        outside = _OUTSIDE / hashlib.blake2b(os.fsencode(self.path.resolve()), digest_size=8).hexdigest()
        self._require_unmoved(outside)
        _OUTSIDE.mkdir(mode=0o711, parents=True, exist_ok=True)
        return outside

    def _make(self) -> None:
        if self.path.is_dir():
            self._require_ours()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(self.path.stat().st_mode) & 0o066:
            self.path.chmod(0o700)

    def _require_ours(self) -> None:
        """Refuse a directory that is somebody's, before any mode in it is changed."""
        known = self._lock_file.exists() or self._secrets.directory.exists()
        if not known and any(self.path.iterdir()):
            raise ClusterError(
                f"{self.path} holds other things and is no home of Faye's; "
                "set FAYE_HOME to a new or an empty directory"
            )

    def _has_database(self) -> bool:
        inside, outside = self.path / "postgres", self._noted_outside()
        return any((place / "data").exists() for place in (inside, outside) if place is not None)

    def _require_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < _FREE_BYTES_MIN:
            raise ClusterError(
                f"the disk under {self.path} is full: {free >> 20} MB are free, "
                f"{_FREE_BYTES_MIN >> 20} MB needed; make room, or set FAYE_HOME to a place on another disk"
            )

    def _require_unmoved(self, outside: Path) -> None:
        before = self._noted_outside()
        if before is not None and before != outside and before.exists() and not outside.exists():
            raise ClusterError(
                f"{self.path} was moved or copied and its database is still in {before}; "
                f"move that to {outside}, or put the home back"
            )
        write_whole(self._place_file, os.fsencode(outside))

    def _noted_outside(self) -> Path | None:
        """Where the database was put when it could not lie in the home; None: it never was elsewhere."""
        try:
            noted = Path(os.fsdecode(self._place_file.read_bytes()))
        except FileNotFoundError:
            return None
        return noted if noted.is_absolute() else None

    def _in_use(self) -> str:
        record = self.record()
        who = f"the process {record.owner.pid}" if record else "another process, which is just starting"
        return (
            f"{self.path} is in use by {who}; stop that run first (Ctrl-C there), "
            "or set FAYE_HOME to another directory"
        )


def _meant(path: Path) -> Path:
    """The home that `path` means, absolute."""
    try:
        meant = path.expanduser().absolute()
    except RuntimeError:
        raise ClusterError(
            f"FAYE_HOME={path}: there is no such user here; give the directory itself"
        ) from None
    except OSError as error:
        raise ClusterError(
            f"FAYE_HOME={path} is looked for where this was started: {in_words(error, movable='FAYE_HOME')}"
        ) from None
    if not str(meant).isprintable():
        raise ClusterError(
            f"FAYE_HOME={str(path)!r} holds a character that cannot be shown; give another path"
        )
    return meant


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say in words what the system refuses."""
    try:
        yield
    except OSError as error:
        raise ClusterError(f"{error.filename or path}: {in_words(error, movable='FAYE_HOME')}") from error
