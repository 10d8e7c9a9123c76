"""`launch.py bot` over the local Discord: many players, doubled events, killed hosts, a killed bot; then the audit."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from actors.delivery import DeliveryFailed
from cluster.engine import Engine
from cluster.system import System
from faye.config import Config
from faye.playground import LocalDiscord, Person
from faye.playground.interactions import State
from faye.playground.person import Result
from tests.faults.conftest import audited

ROOT = Path(__file__).resolve().parents[2]

# `FAYE_CAMPAIGN=500x20@64` runs a long one: players x commands each @ in flight.
PLAYERS, COMMANDS, IN_FLIGHT = (
    int(part) for part in os.environ.get("FAYE_CAMPAIGN", "60x8@32").replace("@", "x").split("x")
)
DRAWS = ("craft", "summon", "daily", "profile", "inventory", "collection", "history", "odds")


@pytest.fixture
async def discord(server_directory: Path) -> AsyncIterator[LocalDiscord]:
    server = LocalDiscord(server_directory / "discord")
    await server.start()
    yield server
    await server.stop()


@contextmanager
def bot_process(system: System, discord: LocalDiscord) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "FAYE_HOME": str(system.home.path),
        "DISCORD_TOKEN": discord.bot_token,
        "FAYE_DISCORD_API": discord.api_url,
        "FAYE_DISCORD_GATEWAY": discord.gateway_url,
    }
    log = (system.home.logs / "bot.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, ROOT / "launch.py", "bot", "--join"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


class Campaign:
    """Players who each start and then do this and that, some of it delivered twice."""

    def __init__(self, discord: LocalDiscord, seed: int) -> None:
        self._people = [discord.person(f"player {number}") for number in range(PLAYERS)]
        self._chance = random.Random(seed)
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self.results: list[Result] = []
        self.slowest_s = 0.0

    def states(self) -> Counter[State]:
        return Counter(result.state for result in self.results)

    async def run(self) -> None:
        await asyncio.gather(*(self._play(person) for person in self._people))

    async def _play(self, person: Person) -> None:
        await self._begin(person)
        for _ in range(COMMANDS):
            await self._act(person, lambda: self._draw(person))

    async def _begin(self, person: Person) -> None:
        """Accept the policy, again if the bot died before it was known to have been accepted."""
        for _ in range(10):
            shown = await self._act(person, lambda: person.slash("start"))
            if shown.message is None or shown.error:
                continue
            if not any(button.get("label") == "Accept" for button in shown.answer.buttons):
                return
            await self._act(person, partial(self._accept, person, shown))
        raise AssertionError(f"{person.name} could not begin")

    def _accept(self, person: Person, shown: Result) -> Awaitable[Result]:
        return person.click(shown, "Accept", deliver_twice=self._chance.random() < 0.5)

    async def _act(self, person: Person, act: Callable[[], Awaitable[Result]]) -> Result:
        async with self._slots:
            began = time.monotonic()
            result = await act()
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        self.results.append(result)
        return result

    def _draw(self, person: Person) -> Awaitable[Result]:
        twice = self._chance.random() < 0.3
        match self._chance.choice(DRAWS):
            case "craft":
                return person.slash("craft", amount=self._chance.randint(1, 3), deliver_twice=twice)
            case "summon":
                banner = self._chance.choice(("standard", "premium", "daily"))
                return person.slash("summon", banner=banner, amount=1, deliver_twice=twice)
            case "collection":
                return person.slash("esprit collection", deliver_twice=twice)
            case name:
                return person.slash(name, deliver_twice=twice)


async def kill_hosts(engine: Engine, every_s: float, times: int) -> int:
    killed = 0
    for number in range(times):
        await asyncio.sleep(every_s)
        host = engine.router.placement.hosts[number % len(engine.router.placement.hosts)]
        try:
            os.kill((await engine.router.delivery.ping(host)).pid, signal.SIGKILL)
            killed += 1
        except (DeliveryFailed, ProcessLookupError):
            continue
    return killed


@pytest.mark.timeout(900)
async def test_players_lose_and_gain_nothing_while_hosts_and_the_bot_are_killed(
    discord: LocalDiscord, system: System, engine: Engine, config: Config
) -> None:
    campaign = Campaign(discord, seed=3)
    with bot_process(system, discord) as first:
        await discord.wait_ready(60)
        playing = asyncio.create_task(campaign.run())
        killing = asyncio.create_task(kill_hosts(engine, every_s=3.0, times=3))
        await asyncio.sleep(5)
        first.kill()
        first.wait()
        with bot_process(system, discord):
            await discord.wait_ready(60)
            await playing
            killed = await killing
            await no_answer_is_owed(discord, campaign.results)
    assert killed >= 1
    report = await audited(system, config)
    assert report.clean, report.violations
    assert report.players == PLAYERS
    states = campaign.states()
    print(
        f"\n{PLAYERS} players, {dict(states)}, {report.ledger_entries} ledger entries, {killed} hosts killed"
    )
    assert states[State.ANSWERED] > PLAYERS * COMMANDS / 2
    await assert_each_start_happened_once(engine)
    assert_nothing_unexpected_was_logged(system)


async def no_answer_is_owed(discord: LocalDiscord, results: list[Result]) -> None:
    """No "thinking…" stays for ever, also of what the killed bot had deferred."""
    owed = [result for result in results if result.state is State.THINKING]
    try:
        await discord.until(lambda: all(result.state is not State.THINKING for result in owed), timeout_s=60)
    except TimeoutError:
        left = [result.interaction for result in owed if result.state is State.THINKING]
        pytest.fail(f"{len(left)} of {len(owed)} still think: {left[:3]}")


async def assert_each_start_happened_once(engine: Engine) -> None:
    async with engine.database.connect() as connection:
        count = "SELECT player_id, count(DISTINCT version) FROM ledger WHERE event = 'start' GROUP BY 1"
        starts = dict((await connection.execute(sa.text(count))).all())
    assert len(starts) == PLAYERS
    assert set(starts.values()) == {1}


def assert_nothing_unexpected_was_logged(system: System) -> None:
    log = (system.home.logs / "bot.log").read_text()
    assert "Traceback" not in log, log[-3000:]
