"""The command line, run as its users run it: in a process of its own, with an environment of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from cluster.home import Home
from cluster.processes import working_in

ROOT = Path(__file__).resolve().parents[3]


async def launch(*arguments: str, home: Path, **variables: str) -> Process:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FAYE_", "RAY_", "DISCORD_")) and name not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    environment = {**clean, "FAYE_HOME": str(home), "COLUMNS": "120", **variables}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "launch.py"),
        *arguments,
        env=environment,
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )


async def finish(*arguments: str, home: Path, **variables: str) -> tuple[int | None, str]:
    """Exit code and everything said by a run that ends by itself."""
    process = await launch(*arguments, home=home, **variables)
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, output.decode() + errors.decode()


def left_over(home: Path) -> list[int]:
    """The processes that still work in a home."""
    made = Home(home)
    places = (made.path / "postgres" / "data", made.path / "postgres", made.valkey, made.ray)
    return [process.pid for place in places for process in working_in(place)]
