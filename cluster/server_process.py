"""What the embedded servers have in common: one child over one directory, started, awaited and ended."""

from __future__ import annotations

import asyncio
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from cluster.errors import ServerFailed
from cluster.logs import last_words
from cluster.ports import free_port
from cluster.processes import Child, end_all, working_in

_POLL_S = 0.02


class ServerProcess(ABC):
    """A server that works in one directory, by which whatever a killed run left of it is found again."""

    name: ClassVar[str]
    stop_signals: ClassVar[tuple[signal.Signals, ...]] = ()
    """What asks it to stop, in turn; SIGKILL comes last for all."""
    advice: ClassVar[str]
    """What to do when it does not start."""

    def __init__(
        self, workplace: Path, log: Path, *, port: int | None, start_timeout_s: float, stop_timeout_s: float
    ) -> None:
        self._workplace = workplace
        self._log = log
        self._start_timeout_s = start_timeout_s
        self._stop_timeout_s = stop_timeout_s
        self._child: Child | None = None
        self.port = free_port(wished=port)

    @property
    def pid(self) -> int | None:
        """The server's process id; None before the start and after the stop."""
        return self._child.pid if self._child else None

    @abstractmethod
    async def start(self) -> None:
        """Start the server and return when it answers; raises `ServerFailed` with what it said last."""

    async def stop(self) -> None:
        """Stop the server, with everything that it must keep on disk."""
        if self._child is None:
            return
        await self._child.end(*self.stop_signals, timeout_s=self._stop_timeout_s)
        await self._end_leftovers()
        self._child = None

    async def wait(self) -> int:
        """Wait until the server ends, whatever the reason; its exit code."""
        assert self._child is not None, f"{self.name} was never started"
        return await self._child.wait()

    def kill(self) -> None:
        """Kill the server without a warning, as a crash would."""
        assert self._child is not None, f"{self.name} was never started"
        self._child.send(signal.SIGKILL)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()

    @abstractmethod
    async def _is_ready(self, child: Child) -> bool:
        """Whether the server that was just started takes requests."""

    async def _until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + self._start_timeout_s
        while time.monotonic() < deadline:
            if child.exit_code is not None:
                raise ServerFailed(f"{self.name} did not start: {last_words(self._log)}\n{self.advice}")
            if await self._is_ready(child):
                return
            await asyncio.sleep(_POLL_S)
        await child.end(*self.stop_signals, timeout_s=self._stop_timeout_s)
        raise ServerFailed(f"{self.name} was not ready in {self._start_timeout_s} s; see {self._log}")

    async def _end_leftovers(self) -> None:
        """End whatever still works in the server's directory."""
        leftovers = await asyncio.to_thread(working_in, self._workplace)
        await end_all(leftovers, *self.stop_signals, timeout_s=self._stop_timeout_s)
