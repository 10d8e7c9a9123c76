"""The creation of an embedded PostgreSQL cluster: initdb, then the game's role and database."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cluster.errors import ServerFailed
from cluster.logs import last_words
from cluster.postgres_programs import PostgresPrograms
from cluster.privileges import Account
from cluster.processes import Child

SUPERUSER = "postgres"
OWNER = "faye"
DATABASE = "faye"

_END_TIMEOUT_S = 5.0


async def create_cluster(
    programs: PostgresPrograms,
    data: Path,
    *,
    account: Account | None,
    password: str,
    superuser_password: str,
    log: Path,
) -> None:
    """Create the cluster `data`: checksums, UTF-8, SCRAM for everybody, and the database of the game.

    `data` appears only when it is whole, so an interrupted creation is simply done again.
    """
    draft = data.with_name("data.new")
    if draft.exists():
        shutil.rmtree(draft)
    with _secret_file(superuser_password, account) as secret:
        initdb: list[str | Path] = [
            programs.path("initdb"),
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            f"--pwfile=/dev/fd/{secret.fileno()}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            "--no-instructions",
        ]
        await _run(programs, initdb, data.parent, account, log, pass_fds=(secret.fileno(),))
    with _secret_file(_bootstrap(password), account) as statements:
        single: list[str | Path] = [programs.path("postgres"), "--single", "-D", draft, "-j", "postgres"]
        await _run(programs, single, data.parent, account, log, stdin=statements)
    draft.rename(data)


def _bootstrap(password: str) -> str:
    """Role and database; single-user mode with -j ends a statement at a semicolon and an empty line."""
    assert password.isalnum(), "generated passwords need no quoting"
    return (
        f"CREATE ROLE {OWNER} LOGIN PASSWORD '{password}';\n\nCREATE DATABASE {DATABASE} OWNER {OWNER};\n\n"
    )


@contextmanager
def _secret_file(text: str, account: Account | None) -> Iterator[IO[bytes]]:
    """A nameless file with `text` that `account` may read through its descriptor."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
        yield file


async def _run(
    programs: PostgresPrograms,
    command: list[str | Path],
    directory: Path,
    account: Account | None,
    log: Path,
    *,
    stdin: IO[bytes] | None = None,
    pass_fds: tuple[int, ...] = (),
) -> None:
    child = Child.spawn(
        command,
        directory=directory,
        log=log,
        environment=programs.environment,
        account=account,
        stdin=stdin,
        pass_fds=pass_fds,
    )
    try:
        code = await child.wait()
    finally:
        await child.end(timeout_s=_END_TIMEOUT_S)
        child.sweep()
    if code != 0:
        raise ServerFailed(f"PostgreSQL's data could not be created: {last_words(log)}")
