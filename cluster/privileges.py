"""Which account a server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

_UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """A Unix account that a server is run as."""

    name: str
    uid: int
    gid: int


def account_for(directory: Path) -> Account | None:
    """The account to run a server on `directory` as; None keeps the present one.

    Only root has a choice: the owner of a directory that is there already, else `nobody`, the one account
    that every Unix has without a change to the system, and that owns nothing.
    """
    if os.geteuid() != 0:
        return None
    if directory.exists():
        owner = directory.stat().st_uid
        if owner != 0:
            return _account(pwd.getpwuid(owner))
    return _account(pwd.getpwnam(_UNPRIVILEGED))


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def reachable(path: Path, account: Account | None) -> bool:
    """Whether `account` can pass through every directory down to `path`, by asking the kernel as it."""
    if account is None:
        return True
    found = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$0"', str(path)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return found.returncode == 0


def private_directory(path: Path, account: Account | None) -> Path:
    """Make `path` a directory that only `account` enters (mode 0700); its parent must exist."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    path.chmod(0o700)
    return path
