"""What an operator sees of a whole running system: a command's way through the logs, and its hosts in `status`."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from actors.ids import PLAYER, GrainId, shard_of
from cluster.bot_process import BotProcess
from cluster.host_figures import HostFigures
from cluster.status import Report, describe
from cluster.system import System
from faye.playground import LocalDiscord, Person

ROOT = Path(__file__).resolve().parents[2]
NAME = "Zoë of the Well"
TIMEOUT_S = 20.0


@pytest.fixture(autouse=True)
def _everything_is_logged_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAYE_LOG", "json")
    monkeypatch.setenv("FAYE_LOG_LEVEL", "debug")


@pytest.fixture
async def discord(system: System) -> AsyncIterator[LocalDiscord]:
    """The local Discord, with a bot of this system's in a process of its own."""
    discord = LocalDiscord(system.home.path / "discord")
    await discord.start()
    bot = BotProcess(
        ROOT / "launch.py",
        log=system.home.logs / "bot.log",
        variables={
            "FAYE_HOME": str(system.home.path),
            "DISCORD_TOKEN": discord.bot_token,
            "FAYE_DISCORD_API": discord.api_url,
            "FAYE_DISCORD_GATEWAY": discord.gateway_url,
        },
    )
    await bot.start()
    try:
        await discord.wait_ready(60)
        yield discord
    finally:
        await bot.stop()
        await discord.stop()


async def begin(person: Person) -> None:
    await person.click(await person.slash("start"), "Accept")


def texts(system: System) -> dict[Path, str]:
    """Every log of the bot and of the hosts, as it is now."""
    found = [system.home.logs / "bot.log", *system.home.ray.rglob("logs/worker-*.err")]
    return {path: path.read_text() for path in found}


def lines_about(system: System, key: str) -> list[dict[str, Any]]:
    """What a search for the key finds in all logs, in the order of time."""
    found = [line for text in texts(system).values() for line in text.splitlines() if key in line]
    return sorted(map(json.loads, found), key=lambda line: str(line["time"]))


def of_one(lines: list[dict[str, Any]], field: str) -> Any:
    values = {line[field] for line in lines}
    assert len(values) == 1, (field, values)
    return values.pop()


async def host_that(system: System, is_so: Any) -> tuple[Report, HostFigures]:
    """The first report with a host of which it is so."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        report = await describe(system.home)
        for host in report.hosts:
            if is_so(host):
                return report, host
        assert time.monotonic() < deadline, report
        await asyncio.sleep(0.1)


@pytest.mark.timeout(180)
async def test_one_search_for_the_key_shows_a_command_from_the_cog_to_the_commit(
    system: System, discord: LocalDiscord
) -> None:
    person = discord.person(NAME)
    await begin(person)
    result = await person.slash("craft", amount=1)
    chain = ["admitted", "deferred", "asked", "delivered", "decided", "committed", "answered", "shown"]
    deadline = time.monotonic() + TIMEOUT_S
    while len(lines := lines_about(system, result.id)) < len(chain):
        assert time.monotonic() < deadline, lines
        await asyncio.sleep(0.05)
    assert [line["message"] for line in lines] == chain

    engine_lines = lines[2:7]
    assert {line["key"] for line in lines[1:]} == {int(result.id)}
    assert of_one(engine_lines, "shard") == shard_of(GrainId(PLAYER, of_one(engine_lines, "player")))
    in_host = [line for line in lines if line["message"] in ("asked", "delivered", "decided", "committed")]
    assert of_one(in_host, "host").startswith("host-")
    assert len(of_one(in_host, "incarnation")) == 16
    assert lines[5]["version"] == lines[6]["version"]

    said = "\n".join(texts(system).values())
    secrets = [discord.bot_token, result.interaction.token, system.database_url, system.redis_url]
    secrets += [path.read_text().strip() for path in (system.home.path / "secrets").iterdir()]
    assert [secret for secret in (*secrets, NAME) if secret in said] == []


@pytest.mark.timeout(180)
async def test_status_sees_every_host_and_answers_in_time_while_one_hangs(
    system: System, discord: LocalDiscord
) -> None:
    await begin(discord.person(NAME))
    report, _ = await host_that(system, lambda host: host.grains == 1)
    assert [host.host for host in report.hosts] == ["host-0", "host-1"]
    assert all(host.lives and host.pid and host.incarnation for host in report.hosts)
    assert report.front_ends[0].asked >= 1

    victim = report.hosts[0]
    os.kill(victim.pid, signal.SIGSTOP)
    try:
        report, silent = await host_that(system, lambda host: not host.lives)
        began = time.monotonic()
        await describe(system.home)
        assert time.monotonic() - began < 2.0
        assert (silent.host, silent.pid) == (victim.host, victim.pid)
        assert silent.silent_s is not None
        assert not report.healthy
    finally:
        os.kill(victim.pid, signal.SIGCONT)
    await host_that(system, lambda host: host.host == victim.host and host.lives)
