"""The secrets of a home: made once, at random, and never shown."""

import re
import secrets
from pathlib import Path

from cluster.errors import ClusterError
from cluster.private_files import write_whole

_OF_THE_DATABASE = ("postgres_password", "postgres_superuser_password")
_NAMES = (*_OF_THE_DATABASE, "valkey_password", "ray_token", "cluster_secret")
_BYTES = 32


class Secrets:
    """The files of `directory`, one a secret."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def file(self, name: str) -> Path:
        """Where a secret stands."""
        assert name in _NAMES, f"no such secret: {name}"
        return self.directory / name

    def make(self, *, has_database: bool) -> None:
        """Make those that are missing; raises `ClusterError` for one that is damaged or opens a database."""
        for name in _NAMES:
            path = self.file(name)
            if not path.exists():
                if has_database and name in _OF_THE_DATABASE:
                    raise ClusterError(f"{path} is gone; {_mend(name)}")
                write_whole(path, secrets.token_hex(_BYTES).encode())
            self.read(name)

    def read(self, name: str) -> str:
        """A secret; raises `OSError`, and `ClusterError` when it is damaged."""
        path = self.file(name)
        found = path.read_bytes()
        if not re.fullmatch(rb"[0-9a-f]{%d}" % (2 * _BYTES), found):
            raise ClusterError(f"{path} is damaged; {_mend(name)}")
        return found.decode()


def _mend(name: str) -> str:
    if name in _OF_THE_DATABASE:
        return "the database of this home opens to it alone: put it back from a backup"
    return "stop what runs on this home and remove that file: the next start makes a new one"
