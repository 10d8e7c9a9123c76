"""The bot as a child of the playground, so that it may die while people play."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from cluster.logs import keep_bounded
from cluster.processes import Child

_STOP_TIMEOUT_S = 4.0


class BotProcess:
    """`launch.py bot` over the running system, against the Discord whose addresses it is given."""

    name = "the bot"

    def __init__(self, launcher: Path, *, log: Path, variables: Mapping[str, str]) -> None:
        self._launcher = launcher
        self._log = log
        self._variables = variables
        self._child: Child | None = None
        self.starts = 0
        """How often it was started."""

    @property
    def pid(self) -> int | None:
        """Its process id; None before the start and after the stop."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start it, and return before it has logged in."""
        self.starts += 1
        keep_bounded(self._log)
        self._child = Child.spawn(
            [sys.executable, self._launcher, "bot", "--join"],
            directory=Path.cwd(),
            log=self._log,
            environment={**os.environ, **self._variables},
        )

    async def stop(self) -> None:
        """Let it finish what it holds, then end it."""
        if self._child is None:
            return
        await self._child.end(signal.SIGTERM, timeout_s=_STOP_TIMEOUT_S)
        self._child = None

    async def wait(self) -> int:
        """Wait until it ends, whatever the reason; its exit code."""
        assert self._child is not None, "the bot was never started"
        return await self._child.wait()
