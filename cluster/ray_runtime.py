"""The local Ray: its head's processes under our control, its token always asked for.

Ray's ports listen on every interface whatever address the node is given, so the token is what keeps strangers
out. All processes of one runtime work in its directory, which is how those of a killed run are found again.
"""

import asyncio
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cluster.errors import ClusterError, ServerFailed
from cluster.logs import keep_bounded
from cluster.ports import LOOPBACK, free_port
from cluster.privileges import private_directory
from cluster.processes import Child
from cluster.server_process import ServerProcess
from cluster.settings import RaySettings
from faye.utils.log_lines import LEVEL_VARIABLE, STYLE_VARIABLE

# Some of what `ray[default]` adds to plain Ray; without it the dashboard and the metrics agent do not start.
_DASHBOARD_MODULES = ("aiohttp_cors", "grpc", "opencensus", "opentelemetry", "prometheus_client")

_STARTED = b"Ray runtime started"
_PROJECT = Path(__file__).resolve().parent.parent

# AF_UNIX paths hold 107 bytes (103 on macOS), of which Ray's session and socket names take up to 64.
_TEMPORARY_PATH_BYTES_MAX = 39

_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+-]*")

# What Ray's processes, and with them the hosts, see of the environment: no Discord token, no addresses.
_INHERITED = (
    *("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER"),
    *(STYLE_VARIABLE, LEVEL_VARIABLE),
)


class RayRuntime(ServerProcess):
    """A Ray head on this machine. Ray keeps nothing that must last: what it loses, the hosts load again.

    It is ended without ceremony: on SIGTERM Ray drains its node for up to 30 s, and it holds nothing to save.
    """

    name = "Ray"
    advice = (
        "If the log does not explain it, remove the directory `ray` of the home: nothing in it must last."
    )

    def __init__(
        self,
        directory: Path,
        *,
        token_file: Path,
        settings: RaySettings,
        log: Path,
        port: int | None = None,
        dashboard_port: int | None = None,
        metrics_port: int | None = None,
    ) -> None:
        if settings.dashboard:
            _require_dashboard()
        super().__init__(
            directory,
            log,
            port=port,
            start_timeout_s=settings.start_timeout_s,
            stop_timeout_s=settings.stop_timeout_s,
        )
        self._token_file = token_file
        self._settings = settings
        self._said_before = 0
        self.dashboard_port = free_port(wished=dashboard_port) if settings.dashboard else None
        """Where people look, on loopback; None: there is no dashboard."""
        self.metrics_port = free_port(wished=metrics_port) if settings.dashboard else None
        """Where Prometheus scrapes, on all interfaces, whatever Ray is told; None: there are no metrics."""

    @property
    def address(self) -> str:
        """What a driver joins by."""
        return f"{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Start Ray and return when it takes drivers; raises `ServerFailed` with what it said last."""
        private_directory(self._workplace, None)
        keep_bounded(self._log)
        await self._end_leftovers()
        temporary = _temporary_directory(self._workplace)
        await asyncio.to_thread(_forget_sessions, temporary)
        self._said_before = self._log.stat().st_size if self._log.exists() else 0
        self._child = self._spawn(temporary)
        await self._until_ready(self._child)

    def _spawn(self, temporary: Path) -> Child:
        settings = self._settings
        options = {
            "port": self.port,
            "temp-dir": temporary,
            "num-cpus": settings.cpus or os.cpu_count() or 1,
            "object-store-memory": settings.object_store_mb * 1024 * 1024,
            "include-dashboard": str(settings.dashboard).lower(),
            "dashboard-host": LOOPBACK,
            "dashboard-port": self.dashboard_port or free_port(),
            "dashboard-agent-listen-port": free_port(),
            # Workers on ports of the system's choice; Ray's own fixed range is shared by all runtimes.
            "min-worker-port": 0,
            "max-worker-port": 0,
            # The hosts write their own logs, and nothing here scales by itself.
            "include-log-monitor": "false",
        }
        if self.metrics_port is not None:
            options["metrics-export-port"] = self.metrics_port
        if importlib.util.find_spec("grpc"):
            # Where it can, Ray also serves remote clients; its usual port is one for all of a machine.
            options["ray-client-server-port"] = free_port()
        return Child.spawn(
            [
                sys.executable,
                "-m",
                "ray.scripts.scripts",
                "start",
                "--head",
                "--block",
                "--disable-usage-stats",
                "--no-monitor",
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            directory=self._workplace,
            log=self._log,
            environment=self._environment(),
            orphan_signal=signal.SIGKILL,
        )

    def _environment(self) -> Mapping[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        own = {name: value for name, value in os.environ.items() if name.startswith("RAY_")}
        own.pop("RAY_ADDRESS", None)
        return {
            "RAY_worker_niceness": "0",
            # Where nobody asked for metrics, Ray's agent must not open its port even if it could.
            "RAY_enable_metrics_collection": str(int(self._settings.dashboard)),
            **inherited,
            **own,
            **token_environment(self._token_file),
            "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONPATH": str(_PROJECT),
        }

    async def _is_ready(self, child: Child) -> bool:
        return await asyncio.to_thread(self._says_started)

    def _says_started(self) -> bool:
        with self._log.open("rb") as log:
            log.seek(self._said_before)
            return _STARTED in log.read()


def _require_dashboard() -> None:
    missing = [name for name in _DASHBOARD_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise ClusterError(
            f"config/cluster.json switches Ray's dashboard on, but {', '.join(missing)} is not installed; "
            "run `make dashboard`, or set ray.dashboard to false"
        )


def token_environment(token_file: Path) -> Mapping[str, str]:
    """The variables by which a process joins a runtime that was started with this token."""
    return {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token_file)}


def _temporary_directory(directory: Path) -> Path:
    """Where Ray keeps its sessions: in `directory`, or in a short private path where that would not do.

    Sockets must fit in, and Ray puts the path unquoted into the command lines of its own processes.

    Ray opens its directory to everybody (mode 0777), so it gets one inside a directory that is closed.
    """
    inside = directory / "tmp"
    if len(os.fsencode(inside)) <= _TEMPORARY_PATH_BYTES_MAX and _PLAIN_PATH.fullmatch(str(inside)):
        inside.mkdir(exist_ok=True)
        return inside
    digest = hashlib.blake2b(os.fsencode(directory.resolve()), digest_size=6).hexdigest()
    outside = Path(tempfile.gettempdir()) / f"faye-{digest}"
    if len(os.fsencode(outside / "tmp")) > _TEMPORARY_PATH_BYTES_MAX:
        outside = Path("/tmp") / outside.name
    outside.mkdir(mode=0o700, exist_ok=True)
    found = outside.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != os.geteuid()
        or stat.S_IMODE(found.st_mode) != 0o700
    ):
        raise ServerFailed(f"{outside} belongs to somebody else or is open to others; remove it")
    (outside / "tmp").mkdir(exist_ok=True)
    return outside / "tmp"


def _forget_sessions(temporary: Path) -> None:
    """Remove the sessions of earlier runs, all ended by now; Ray itself never does."""
    for entry in temporary.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
