"""Somebody who means harm, through the local Discord: bursts, forgeries, and what is read and logged afterwards."""

import asyncio
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from faye.messages.craft import Craft
from faye.playground import LocalDiscord, Person
from faye.playground.interactions import COMMAND, Interaction, State
from faye.utils.log_lines import OWN, JsonLines, TextLines
from tests.e2e.bot.raw_command import send_raw
from tests.e2e.conftest import RunningBot, errors
from tests.e2e.gated_engine import GatedEngine
from tests.property.stage import LEAKS

BURST = 10_000
MEMORY_MAX_BYTES = 96 * 1024 * 1024
SECRET = "postgresql://faye:hunter2@db/faye"
TRICK = "\u202e@everyone <@1> **x** %s {0}"


async def use_often(server: LocalDiscord, person: Person, times: int) -> list[Interaction]:
    """Have a person use /craft as fast as the gateway takes it."""
    world = server.world
    craft = next(command for command in world.commands.in_scope() if command["name"] == "craft")
    data = {
        "id": craft["id"],
        "name": "craft",
        "type": 1,
        "options": [{"name": "amount", "type": 4, "value": 1}],
    }
    channel = next(iter(world.identity.channels.values()))
    (session,) = world.gateway.sessions
    sent = []
    for _ in range(times):
        while session.connection and session.connection._outbox.qsize() > 1000:
            await asyncio.sleep(0.001)
        interaction = world.interactions.open(COMMAND, person.id, channel, command_name="craft")
        world.send_interaction(interaction, data)
        sent.append(interaction)
    return sent


async def test_ten_thousand_interactions_at_once_harm_nobody(
    player: Person,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    bot: RunningBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bystander, limit = discord_server.person("Bo"), bot.bot.config.limits.classes["write"]
    await bystander.slash("help")
    process, began = psutil.Process(), time.monotonic()
    before = process.memory_info().rss
    burst = asyncio.create_task(use_often(discord_server, player, BURST))
    answers = 0
    while not burst.done():
        shown = await bystander.slash("help")
        assert shown.error is None, "somebody else got no answer meanwhile"
        answers += 1
    sent = await burst
    await discord_server.until(lambda: all(each.state is not State.PENDING for each in sent), 60)
    windows = 2 + (time.monotonic() - began) // limit.seconds
    answered = [each for each in sent if each.state is State.ANSWERED]
    assert answers
    assert limit.requests <= len(engine.commands(Craft)) <= limit.requests * windows
    assert len(answered) <= 2 * limit.requests * windows
    assert process.memory_info().rss - before < MEMORY_MAX_BYTES
    assert len(await engine.effects()) == 1 + (await engine.player(player.id)).fayrites
    assert (await bystander.slash("help")).error is None
    assert errors(caplog) == []


# ---------------------------------------------------------------------- what was read, and what was logged


@pytest.fixture
def log_files(tmp_path: Path) -> Iterator[list[Path]]:
    """Both styles of log, in as much detail as an operator can ask for."""
    styles: dict[str, logging.Formatter] = {"text.log": TextLines({}), "json.log": JsonLines({})}
    own, root = [logging.getLogger(name) for name in OWN], logging.getLogger()
    handlers = []
    for name, style in styles.items():
        handler = logging.FileHandler(tmp_path / name)
        handler.setFormatter(style)
        root.addHandler(handler)
        handlers.append(handler)
    for logger in own:
        logger.setLevel(logging.DEBUG)
    yield [tmp_path / name for name in styles]
    for logger in own:
        logger.setLevel(logging.NOTSET)
    for handler in handlers:
        root.removeHandler(handler)
        handler.close()


async def misbehave(server: LocalDiscord, player: Person, engine: GatedEngine) -> None:
    """Everything that goes wrong before, in, and behind the bot."""
    craft = [{"name": "amount", "type": 4, "value": 1}]
    for value in (0, -(2**63), 10**30, "many", None, [], {"a": "b"}, TRICK):
        await send_raw(server, player, "craft", [{"name": "amount", "type": 4, "value": value}])
    for path in ("esprit sell", "summon", "craft"):
        await send_raw(server, player, path, [])
    await send_raw(server, player, "esprit details", [{"name": "esprit", "type": 3, "value": TRICK}])
    crafted = await send_raw(server, player, "craft", craft)
    server.redeliver(crafted.id)
    engine.breaks_with = RuntimeError(f"a driver said {SECRET}")
    await player.slash("inventory")
    await player.slash("craft", amount=1)
    engine.breaks_with = None
    server.fail_next(r"POST .*/callback", status=500, times=6)
    await player.slash("odds")
    server.fail_next(r"PATCH .*/messages/@original", status=400)
    await player.slash("inventory")
    await engine.go_away()
    await player.slash("inventory")
    await player.slash("craft", amount=1)
    await server.person("Newcomer").slash("start")
    await engine.come_back()


async def test_no_user_reads_of_the_inside_and_no_log_tells_a_secret(
    player: Person,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    redis_url: str,
    database_url: str,
    log_files: list[Path],
) -> None:
    await misbehave(discord_server, player, engine)
    world = discord_server.world
    shown = json.dumps([message.body for message in world.store], ensure_ascii=False)
    assert not LEAKS.search(shown), LEAKS.search(shown)
    secrets = {discord_server.bot_token, redis_url, database_url, *world.interactions._by_token}
    secrets |= {str(urlsplit(url).password) for url in (redis_url, database_url)}
    assert len(secrets) > 15
    for secret in secrets | {SECRET}:
        assert secret not in shown
    for file in log_files:
        logged = file.read_text()
        assert "deferred" in logged, "the log was kept"
        for secret in secrets:
            assert secret not in logged, f"{file.name} tells {secret}"
