"""`launch.py play` as a newcomer meets it: one command, one page, the real game on the whole real stack."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.tab import Tab

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 120
STOPPED_WITHIN_S = 10
PATIENT_MS = 20_000


class Play:
    """A running `launch.py play`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.parent / "play.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    async def start(self) -> None:
        """Start it and wait until it tells where to play."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "launch.py", "play", "--port", "0", "--no-browser"],
                cwd=ROOT,
                env={**os.environ, "FAYE_HOME": str(self.home)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            await asyncio.sleep(0.2)
        self.url = found[0]

    def descendants(self) -> list[psutil.Process]:
        """Every process that it started."""
        assert self.process is not None, "it was started"
        return psutil.Process(self.process.pid).children(recursive=True)

    def bot(self) -> psutil.Process:
        """The bot's process."""
        return next(
            p for p in self.descendants() if "bot" in p.cmdline() and "launch.py" in " ".join(p.cmdline())
        )

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Signal it and wait for its end; returns how long that took, in seconds."""
        assert self.process is not None, "it was started"
        began = time.monotonic()
        self.process.send_signal(number)
        await asyncio.to_thread(self.process.wait, 60)
        return time.monotonic() - began


@pytest_asyncio.fixture(loop_scope="session")
async def play(server_directory: Path) -> AsyncIterator[Play]:
    play = Play(server_directory / "home")
    await play.start()
    yield play
    with suppress(ProcessLookupError):
        await play.stop()


async def answer(tab: Tab, text: str) -> None:
    """Wait for an answer that the whole real stack gives."""
    await expect(tab.last).to_contain_text(text, timeout=PATIENT_MS)


async def begin(tab: Tab) -> None:
    """Accept the policy and receive the starter with its card."""
    await tab.command("start")
    await answer(tab, "Accept")
    await tab.last.get_by_role("button", name="Accept").click()
    await answer(tab, "Your purse")
    await expect(tab.last.locator("img.embed-image, .embed img").first).to_be_visible(timeout=PATIENT_MS)


@pytest.mark.timeout(400)
async def test_a_newcomer_plays_through_kills_and_a_restart(browser: Browser, play: Play) -> None:
    tab = await Tab.open(browser, play.url)
    await tab.enter("Mira")
    await begin(tab)
    await tab.command("daily")
    await answer(tab, "Daily reward")
    await tab.command("craft", amount="11")
    await answer(tab, "11")
    await tab.command("summon", banner="standard", amount="10")
    await answer(tab, "Pity")
    await tab.command("inventory")
    await answer(tab, "Your inventory")
    await expect(tab.last).to_contain_text("💠 1 fayrite")

    second = await Tab.open(browser, play.url)
    await second.enter("Ada")
    await second.command("profile")
    await answer(second, "/start")

    play.bot().kill()
    await tab.command("history")
    await expect(tab.page.locator(".local.ephemeral")).to_contain_text("did not respond", timeout=PATIENT_MS)
    await _until_the_bot_answers(tab, "Mira's Esprits", "esprit collection")

    took_s = await play.stop()
    assert took_s < STOPPED_WITHIN_S, f"stopping took {took_s:.1f} s"
    await play.start()
    again = await Tab.open(browser, play.url)
    await again.enter("Mira")
    await again.command("inventory")
    await answer(again, "💠 1 fayrite")

    assert play.process is not None
    orphans = play.descendants()
    play.process.kill()
    play.process.wait()
    await play.start()  # after kill -9 of the launcher it recovers by itself
    last = await Tab.open(browser, play.url)
    await last.enter("Mira")
    await last.command("inventory")
    await answer(last, "💠 1 fayrite")
    assert not [process for process in orphans if process.is_running() and process.status() != "zombie"]
    assert [*tab.foreign_requests, *again.foreign_requests, *last.foreign_requests] == []
    assert last.troubles == []


async def _until_the_bot_answers(tab: Tab, text: str, path: str) -> None:
    """Use a command until the restarted bot answers it."""
    for _ in range(10):
        await tab.command(path)
        with suppress(AssertionError):
            await expect(tab.last).to_contain_text(re.compile(text, re.IGNORECASE), timeout=6000)
            return
    raise AssertionError("the bot did not come back")
