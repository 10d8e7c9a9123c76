"""P10: from `make play` to the answer of a first command, as somebody in the page gets it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from tests.bench.bed import ROOT, ROUNDS, short_directory, tell
from tests.bench.figures import Figure, Goal, figure

_TIMEOUT_S: Final = 600
_STOP_TIMEOUT_S: Final = 30
_PAGE: Final = re.compile(r"Play at (http://[^/]+)/")


async def measure(*, cold: bool) -> list[Figure]:
    """Warm: a home that has been played on. Cold: a clone of this commit, with nothing installed or kept."""
    found = []
    with short_directory() as directory:
        home = directory / "home"
        await _played(ROOT, home)
        took_s = []
        for number in range(ROUNDS):
            tell(f"make play, round {number + 1} of {ROUNDS}")
            took_s.append(await _played(ROOT, home))
        found.append(
            figure("P10.warm", "make play to a first command, warm", "s", took_s, goal=Goal(most=12, of_ratio=False))
        )  # fmt: skip
        if cold:
            tell("make play on a fresh clone")
            clone = directory / "clone"
            await asyncio.to_thread(_clone, clone)
            took_s = [await _played(clone, directory / "cold-home", UV_NO_CACHE="1", PIP_NO_CACHE_DIR="1")]
            goal = Goal(most=120, of_ratio=False)
            found.append(figure("P10.cold", "the same on a fresh clone", "s", took_s, goal=goal))
    return found


def _clone(directory: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", ROOT, directory], check=True)


async def _played(checkout: Path, home: Path, **variables: str) -> float:
    """Seconds from `make play` to the answer of `/start`, given by a tab of the page."""
    began_s = time.perf_counter()
    async with _playing(checkout, home, variables) as page:
        await _first_command(page)
        return time.perf_counter() - began_s


@asynccontextmanager
async def _playing(checkout: Path, home: Path, variables: dict[str, str]) -> AsyncIterator[str]:
    """`make play` as a process; gives the page's address and ends everything it started."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FAYE_", "RAY_", "DISCORD_")) and name != "PYTHONPATH"
    }
    make = shutil.which("make")
    assert make is not None, "make is installed"
    process = await asyncio.create_subprocess_exec(
        make, "--no-print-directory", "play", "ARGS=--port 0 --no-browser",
        cwd=checkout, env={**kept, **variables, "FAYE_HOME": str(home)},
        stdout=PIPE, stderr=STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield await _page(process)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGINT)
            await asyncio.wait_for(process.communicate(), _STOP_TIMEOUT_S)


async def _page(process: asyncio.subprocess.Process) -> str:
    """The address that `make play` tells."""
    assert process.stdout is not None
    said = []
    async with asyncio.timeout(_TIMEOUT_S):
        while line := (await process.stdout.readline()).decode():
            said.append(line)
            if (found := _PAGE.search(line)) is not None:
                return found[1]
    raise AssertionError(f"make play ended:\n{''.join(said)}")


async def _first_command(page: str) -> None:
    """Use `/start` in a tab and wait for the bot's answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{page}/tab?name=Ada", headers={"Origin": page}) as tab,
        asyncio.timeout(30),
    ):
        await tab.send_json({"t": "command", "path": "start", "values": {}, "nonce": "first"})
        async for message in tab:
            frame = message.json()
            assert frame["t"] != "refused", frame
            if frame["t"] == "interaction" and frame["state"] == "answered":
                return
    raise AssertionError("the tab was closed before an answer came")
