"""The connection to Discord: what its log says when it comes back by itself, and whom it lets go on."""

import asyncio
import logging
from typing import Any, cast

import discord.shard
import pytest
from discord.gateway import DiscordWebSocket

from faye.gateway import FairWebSocket, set_up_library


@pytest.fixture(autouse=True)
def library() -> None:
    """discord.py as the bot sets it up."""
    set_up_library()


@pytest.mark.parametrize("logger", ["discord.shard", "discord.client"])
def test_a_refused_connection_is_one_line(logger: str, caplog: pytest.LogCaptureFixture) -> None:
    error = ConnectionRefusedError(111, "Connect call failed\n('127.0.0.1', 8000)")
    logging.getLogger(logger).error("Attempting a reconnect in %.2fs", 1.5, exc_info=error)
    [line] = caplog.text.splitlines()
    assert line.endswith(
        "Attempting a reconnect in 1.50s: [Errno 111] Connect call failed ('127.0.0.1', 8000)"
    )


def test_a_reason_without_words_is_told_by_its_kind(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("discord.shard").error("Attempting a reconnect in %.2fs", 1, exc_info=TimeoutError())
    assert caplog.text.splitlines()[0].endswith("1.00s: TimeoutError")


def test_a_bug_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("discord.client").error("Attempting a reconnect in %.2fs", 1, exc_info=KeyError("x"))
    logging.getLogger("discord.client").error("Ignoring exception in on_ready", exc_info=OSError("x"))
    assert caplog.text.count("KeyError") == 1
    assert caplog.text.count("OSError") == 1


async def test_everything_else_goes_on_between_the_events_of_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    async def everything_has_arrived_already(connection: DiscordWebSocket) -> None:
        """Handle an event for which nothing has to be waited."""

    monkeypatch.setattr(DiscordWebSocket, "poll_event", everything_has_arrived_already)
    connection = FairWebSocket(cast("Any", None), loop=asyncio.get_running_loop())
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    for _ in range(100):
        await connection.poll_event()
    others.cancel()
    assert turns == 100


def test_the_shards_connect_with_what_lets_others_go_on() -> None:
    assert vars(discord.shard)[DiscordWebSocket.__name__] is FairWebSocket
