"""Who owns a home: a process, told from every later one that has its number."""

import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import psutil
from msgspec import Meta

_START_TOLERANCE_S = 2.0


class Owner(msgspec.Struct, frozen=True):
    """The process that runs a system; the start time tells it from a later one with the same number."""

    pid: Annotated[int, Meta(gt=0, lt=1 << 31)]
    started_at_s: float
    boot: str = ""
    """The run of the machine that `started_at_s` counts from the beginning of; empty where it is Unix time."""

    @classmethod
    def this_process(cls) -> "Owner":
        """The process that asks."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> "Owner":
        """The process that has the number `pid` now."""
        return cls(pid=pid, started_at_s=_started_at_s(pid), boot=_boot())

    def lives(self) -> bool:
        """Whether that very process still runs."""
        try:
            started_at_s = _started_at_s(self.pid)
        except (psutil.Error, OSError):
            return False
        return self.boot == _boot() and abs(started_at_s - self.started_at_s) < _START_TOLERANCE_S


def _started_at_s(pid: int) -> float:
    """When a process started; on Linux since the machine did, for the wall clock may be set meanwhile."""
    if sys.platform != "linux":
        return psutil.Process(pid).create_time()
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip() if sys.platform == "linux" else ""
