"""Child processes on a leash, and the finding of those that a killed run left behind."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from cluster.privileges import Account

_LEASH = Path(__file__).with_name("leash.py")
_POLL_S = 0.02


class Child:
    """One child process, in a session of its own, that the kernel signals when this process dies.

    It is not bound to an event loop: whoever runs a loop may wait for it.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def spawn(
        cls,
        command: Sequence[str | Path],
        *,
        directory: Path,
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        account: Account | None = None,
        orphan_signal: signal.Signals = signal.SIGTERM,
        stdin: IO[bytes] | None = None,
        pass_fds: Iterable[int] = (),
    ) -> "Child":
        """Start `command` in `directory`, its output appended to `log`, with the given environment alone."""
        uid, gid = (account.uid, account.gid) if account else (-1, -1)
        leash = [sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), str(int(orphan_signal))]
        with contextlib.ExitStack() as stack:
            output: int | IO[bytes] = subprocess.DEVNULL
            if log is not None:
                output = stack.enter_context(open(log, "ab", opener=_private_file))
            process = subprocess.Popen(
                [*leash, str(uid), str(gid), *(str(word) for word in command)],
                cwd=directory,
                env=dict(environment or {}),
                stdin=stdin or subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(pass_fds),
                umask=0o077,
            )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id of the command itself."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    async def wait(self) -> int:
        """Wait for the end and return the exit code."""
        # Polled, because asyncio's own child watching belongs to one loop, and dies with it.
        while (code := self._process.poll()) is None:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        return code

    def send(self, signal_number: signal.Signals) -> None:
        """Send a signal; nothing happens when the child has ended."""
        self._process.send_signal(signal_number)

    async def end(self, *signals: signal.Signals, timeout_s: float) -> None:
        """Send each signal in turn, `timeout_s` apart, until the child has ended; SIGKILL comes last."""
        for signal_number in (*signals, signal.SIGKILL):
            if self.exit_code is not None:
                return
            self.send(signal_number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), timeout_s)
                return

    def sweep(self) -> None:
        """Kill what an ended child has left in its session, such as a shell that it had started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _private_file(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def working_in(directory: Path) -> list[psutil.Process]:
    """The processes whose working directory is `directory`: the mark of our servers, whatever their name."""
    wanted = os.path.realpath(directory)
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() == wanted:
                found.append(process)
    return found


async def end_all(processes: Sequence[psutil.Process], *signals: signal.Signals, timeout_s: float) -> None:
    """End processes that are not our children: each signal in turn, then SIGKILL.

    A process id that has been given to another program meanwhile is left alone: psutil compares start times.
    """
    alive = list(processes)
    for signal_number in (*signals, signal.SIGKILL):
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal_number)
        deadline = time.monotonic() + timeout_s
        while alive and time.monotonic() < deadline:
            await asyncio.sleep(_POLL_S)
            alive = [process for process in alive if _lives(process)]
        if not alive:
            return


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
