"""The front-end's reminding task: it speaks the right language, heeds closed doors, and survives everything."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
from msgspec.structs import replace

from faye.cogs.shared.look import Look
from faye.cogs.shared.reminder import CLOSED, Reminders
from faye.messages import DirectRequest, Reply
from faye.messages.refusals import NotStarted
from faye.messages.settings import Reminder, SetNotify
from faye.router import Players

ADA, BO, CLEO = 1, 2, 3


@dataclass
class DuePlayers:
    """Hands out the reminders that the test wrote down, turn by turn, or raises what stands there instead."""

    turns: list[list[Reminder] | Exception]
    taken: list[tuple[int, int, int]] = field(default_factory=list)
    answered: list[tuple[int, DirectRequest]] = field(default_factory=list)

    async def take_reminders(self, at_most: int, *, cooldown_hours: int, within_hours: int) -> list[Reminder]:
        self.taken.append((at_most, cooldown_hours, within_hours))
        turn = self.turns.pop(0) if self.turns else []
        if isinstance(turn, Exception):
            raise turn
        return turn

    async def answer(self, discord_id: int, request: DirectRequest) -> Reply:
        self.answered.append((discord_id, request))
        return NotStarted()


@dataclass
class Doors:
    """Discord as far as direct messages go; some doors fail, each in its way."""

    failures: dict[int, Exception] = field(default_factory=dict)
    sent: list[tuple[int, discord.Embed]] = field(default_factory=list)

    async def create_dm(self, user: discord.Object) -> Any:
        async def send(*, embed: discord.Embed) -> None:
            if user.id in self.failures:
                raise self.failures[user.id]
            self.sent.append((user.id, embed))

        return SimpleNamespace(send=send)


def refusal(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    response = cast(Any, SimpleNamespace(status=status, reason="refused"))
    return kind(response, {"code": code, "message": "refused"})


def reminders(doors: Doors, players: DuePlayers, look: Look) -> Reminders:
    return Reminders(cast(discord.Client, doors), cast(Players, players), look)


def due(*discord_ids: int) -> list[Reminder]:
    return [Reminder(discord_id, "en") for discord_id in discord_ids]


async def test_each_is_written_to_in_the_settled_language_else_in_english(look: Look) -> None:
    doors = Doors()
    players = DuePlayers([[Reminder(ADA, "en"), Reminder(BO, "de"), Reminder(CLEO, "tlh")]])
    await reminders(doors, players, look).remind()
    (ada, english), (bo, german), (cleo, unknown) = doors.sent
    assert (ada, bo, cleo) == (ADA, BO, CLEO)
    assert english.title == unknown.title == "🎁 Your daily reward is ready"
    assert german.title == "🎁 Deine Tagesbelohnung ist bereit"
    for embed in (english, german):
        assert "</daily:3>" in str(embed.description)
        assert "`/settings view`" in str(embed.description)
    bot, daily = look.config.bot, look.config.game.daily
    assert players.taken == [(bot.reminders_at_once, daily.cooldown_hours, bot.reminder_within_hours)]


async def test_whose_door_is_closed_is_not_reminded_any_more(
    look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    doors = Doors({ADA: refusal(discord.Forbidden, 403, CLOSED)})
    players = DuePlayers([due(ADA, BO)])
    with caplog.at_level("INFO"):
        await reminders(doors, players, look).remind()
    assert players.answered == [(ADA, SetNotify(notify=False))]
    assert [each for each, _ in doors.sent] == [BO]
    assert [record.levelname for record in caplog.records] == ["INFO"]


@pytest.mark.parametrize(
    "failure",
    [
        refusal(discord.Forbidden, 403, 20026),
        refusal(discord.NotFound, 404, 10013),
        refusal(discord.DiscordServerError, 503, 0),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        RuntimeError("a bug"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_any_other_failure_costs_one_reminder_and_switches_nothing_off(
    look: Look, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    doors, players = Doors({ADA: failure}), DuePlayers([due(ADA, BO)])
    await reminders(doors, players, look).remind()
    assert players.answered == []
    assert [each for each, _ in doors.sent] == [BO]
    assert len(caplog.records) == 1


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0)


async def test_the_task_outlives_outages_and_bugs(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faye.utils.tasks._AGAIN_AFTER_S", 0)
    impatient = replace(look.config, bot=replace(look.config.bot, reminder_interval_s=0))
    doors = Doors()
    players = DuePlayers([ConnectionError("an outage"), RuntimeError("a bug"), due(ADA)])
    reminding = reminders(doors, players, Look(impatient, {}))
    reminding.start()
    await until(lambda: len(doors.sent) == 1)
    await reminding.stop()
    asked = len(players.taken)
    await asyncio.sleep(0)
    assert len(players.taken) == asked


async def test_it_stops_at_once_in_the_middle_of_sending_and_may_be_stopped_unstarted(look: Look) -> None:
    entered = asyncio.Event()

    class Hanging(Doors):
        async def create_dm(self, user: discord.Object) -> Any:
            entered.set()
            await asyncio.Event().wait()

    reminding = reminders(Hanging(), DuePlayers([due(ADA)]), look)
    await reminding.stop()
    reminding.start()
    await entered.wait()
    async with asyncio.timeout(1):
        await reminding.stop()
