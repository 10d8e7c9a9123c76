"""Reminders of the daily reward, through real bots: switched on by a button, sent once, stopped by a closed door."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from faye.config import Config
from faye.messages.settings import GetSettings, Settings
from faye.playground import LocalDiscord, Person
from tests.e2e.conftest import StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine


@pytest.fixture
async def mira(discord_server: LocalDiscord, start_bot: StartBot, config: Config) -> Person:
    """Somebody who has begun; two bots look every second whom to remind."""
    eager = replace(config, bot=replace(config.bot, reminder_interval_s=1))
    for _ in range(2):
        await start_bot(eager)
    person = discord_server.person("Mira")
    await begin(person)
    return person


async def pass_time(engine: GatedEngine, person: Person, hours: int) -> None:
    """Have the last reward claimed so long ago."""
    claimed_at = datetime.now(UTC) - timedelta(hours=hours)
    await engine.give(person.id, "faylen", 1, daily_claimed_at=claimed_at)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.02)


async def notifies(engine: GatedEngine, person: Person) -> bool:
    settings = await engine.answer(int(person.id), GetSettings())
    assert isinstance(settings, Settings)
    return settings.notify


async def turns_of_both(engine: GatedEngine) -> None:
    """Wait until both bots have taken and sent what was due."""
    before = engine.reminder_turns
    await until(lambda: engine.reminder_turns >= before + 6)


async def test_two_bots_send_one_reminder_for_each_reward_to_who_asked_for_it(
    mira: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    settings = await mira.slash("settings view")
    assert "I do not write to you" in settings.answer.text
    await mira.click(settings, "Remind me of the daily reward", deliver_twice=True)
    assert "I write to you when" in settings.answer.text
    await mira.slash("daily")
    assert mira.direct_messages() == []

    await pass_time(engine, mira, 23)
    await until(lambda: len(mira.direct_messages()) >= 1)
    await turns_of_both(engine)
    (message,) = mira.direct_messages()
    assert "Your daily reward is ready" in message.text
    assert "</daily:" in message.text
    assert "</settings view:" in message.text

    assert "Daily reward" in (await mira.slash("daily")).answer.text
    await mira.click(settings, "No more reminders")
    assert "I do not write to you" in settings.answer.text
    await pass_time(engine, mira, 24)
    await turns_of_both(engine)
    assert len(mira.direct_messages()) == 1
    assert errors(caplog) == []


async def test_a_closed_door_ends_reminders_until_they_are_asked_for_again(
    mira: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await mira.click(await mira.slash("settings view"), "Remind me of the daily reward")
    mira.accepts_direct_messages = False
    await pass_time(engine, mira, 23)
    async with asyncio.timeout(15):
        while await notifies(engine, mira):
            await asyncio.sleep(0.02)
    mira.accepts_direct_messages = True
    settings = await mira.slash("settings view")
    await mira.click(settings, "Remind me of the daily reward")
    await turns_of_both(engine)
    assert mira.direct_messages() == [], "that reward was ready before"
    await mira.choose(settings, "Language", ["Deutsch"])
    await pass_time(engine, mira, 22)
    await until(lambda: len(mira.direct_messages()) == 1)
    assert "Deine Tagesbelohnung ist bereit" in mira.direct_messages()[0].text
    assert errors(caplog) == []
