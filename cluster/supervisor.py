"""Keeping a server up: started again, on its port and with its data, whenever it ends by itself."""

import asyncio
import contextlib
import logging
import time
from typing import Protocol

_log = logging.getLogger(__name__)

_PAUSE_FIRST_S = 0.05
_STEADY_S = 30.0


class Server(Protocol):
    """A server that can be kept up; starting it again is safe after any end."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    async def start(self) -> None:
        """Start it and return when it answers."""
        ...

    async def stop(self) -> None:
        """Stop it, also when it was never or only half started."""
        ...

    async def wait(self) -> int:
        """Wait until it ends; its exit code."""
        ...


class Supervisor:
    """Watches one started server and starts it again, with growing pauses when it keeps ending."""

    def __init__(self, server: Server, *, pause_max_s: float) -> None:
        self._server = server
        self._pause_max_s = pause_max_s
        self._task: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Begin to watch; the server must have been started."""
        self._task = asyncio.create_task(self._keep_up(), name=f"supervise {self._server.name}")

    async def unwatch(self) -> None:
        """Stop watching; the server stays as it is, and may be half started."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep_up(self) -> None:
        pause_s = _PAUSE_FIRST_S
        started_at = time.monotonic()
        while True:
            code = await self._server.wait()
            if time.monotonic() - started_at > _STEADY_S:
                pause_s = _PAUSE_FIRST_S
            _log.warning("%s ended with code %s; starting it again", self._server.name, code)
            while not await self._started_again():
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, self._pause_max_s)
            started_at = time.monotonic()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, self._pause_max_s)

    async def _started_again(self) -> bool:
        try:
            await self._server.start()
        except Exception:
            _log.exception("%s could not be started again", self._server.name)
            return False
        _log.info("%s runs again", self._server.name)
        return True
