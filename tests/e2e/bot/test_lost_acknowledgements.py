"""A deferral whose fate is unknown: no "thinking…" stays, and nobody's good answer is replaced."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy

import aiohttp
import pytest
from redis.asyncio import Redis

from faye.messages import Command
from faye.messages.craft import Craft
from faye.messages.start import Start
from faye.playground import LocalDiscord, Person, Result
from tests.e2e.conftest import RunningBot, StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine

CALLBACK = r"POST .*/callback"
DEFERRED = {"type": 5}
WATCHED_S = 15
"""Longer than a front-end watches for another one's answer here."""


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Where deferred interactions are kept."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def until_nothing_is_deferred(redis: Redis) -> None:
    """Wait until no front-end has anything left that it, or another one, would still answer."""
    async with asyncio.timeout(WATCHED_S):
        while await redis.keys("faye:{deferred}:of:*"):
            await asyncio.sleep(0.02)


async def until_deferring(server: LocalDiscord) -> None:
    """Wait until the bot's deferral is on its way, which a fault delays."""
    async with asyncio.timeout(WATCHED_S):
        while server.faults._waiting:
            await asyncio.sleep(0.01)


async def acknowledge_elsewhere(server: LocalDiscord, result: Result, response: dict[str, object]) -> None:
    """Be another front-end with the same token, and the first to respond."""
    path = f"/interactions/{result.id}/{result.interaction.token}/callback"
    async with (
        aiohttp.ClientSession() as session,
        session.post(server.api_url + path, json=response) as answer,
    ):
        assert answer.status == 204


async def edit_elsewhere(server: LocalDiscord, result: Result, content: str) -> None:
    """Be that other front-end, and fill in the deferred answer or change the message of the component."""
    application_id = server.world.identity.application_id
    path = f"/webhooks/{application_id}/{result.interaction.token}/messages/@original"
    async with (
        aiohttp.ClientSession() as session,
        session.patch(server.api_url + path, json={"content": content}) as answer,
    ):
        assert answer.status == 200


async def craft_acknowledged_elsewhere(
    server: LocalDiscord, player: Person, response: dict[str, object]
) -> Result:
    """A /craft that reaches the bot, whose deferral comes second."""
    server.fail_next(CALLBACK, delay_s=0.5)
    result = await player.slash("craft", amount=3, timeout_s=0)
    await until_deferring(server)
    await acknowledge_elsewhere(server, result, response)
    return result


def craft_of(result: Result, player_id: int) -> Command:
    return Craft(player_id=player_id, idempotency_key=int(result.id), amount=3)


@pytest.mark.parametrize("status", [None, 502], ids=["cut off", "bad gateway"])
async def test_a_command_whose_deferral_was_taken_unheard_never_happens_and_says_so(
    player: Person,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    redis: Redis,
    caplog: pytest.LogCaptureFixture,
    status: int | None,
) -> None:
    discord_server.fail_next(CALLBACK, status=status, answer_is_lost=True)
    result = await player.slash("craft", amount=3, timeout_s=0)
    await result.message_until("Nothing happened", WATCHED_S)
    await until_nothing_is_deferred(redis)
    assert engine.commands(Craft) == []
    late = await engine.ask(craft_of(result, (await engine.player(player.id)).id))
    assert type(late).__name__ == "Abandoned"
    assert (await engine.player(player.id)).fayrites == 0
    assert errors(caplog) == []


@pytest.mark.parametrize("status", [None, 502], ids=["cut off", "bad gateway"])
async def test_a_question_whose_deferral_was_taken_unheard_is_answered(
    player: Person, discord_server: LocalDiscord, status: int | None
) -> None:
    discord_server.fail_next(CALLBACK, status=status, answer_is_lost=True)
    result = await player.slash("profile", timeout_s=0)
    await result.message_until("level 1", WATCHED_S)


async def test_a_press_whose_acknowledgement_was_taken_unheard_is_told_beside_its_message(
    ada: Person, discord_server: LocalDiscord, engine: GatedEngine, redis: Redis
) -> None:
    policy = await ada.slash("start")
    before = deepcopy(policy.answer.raw)
    discord_server.fail_next(CALLBACK, answer_is_lost=True)
    pressed = await ada.click(policy, "Accept", timeout_s=0)
    told = await pressed.followup()
    assert "Nothing happened" in told.text
    assert told.ephemeral
    await until_nothing_is_deferred(redis)
    assert policy.answer.raw == before
    assert engine.commands(Start) == []
    assert "Your story begins" in (await ada.click(told, "Accept")).answer.text


async def test_a_deferral_that_never_arrived_leaves_discords_own_failure(
    player: Person, discord_server: LocalDiscord, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    discord_server.fail_next(CALLBACK, status=403)
    result = await player.slash("craft", amount=3)
    assert result.error == "The application did not respond"
    await until_nothing_is_deferred(redis)
    assert errors(caplog) == []


async def test_what_another_front_end_deferred_and_left_is_finished(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine, redis: Redis
) -> None:
    result = await craft_acknowledged_elsewhere(discord_server, player, DEFERRED)
    await result.message_until("Nothing happened", WATCHED_S)
    await until_nothing_is_deferred(redis)
    assert engine.commands(Craft) == []


async def test_what_another_front_end_answered_is_left_alone_and_its_key_too(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine, redis: Redis
) -> None:
    refusal = {"type": 4, "data": {"content": "That was a little fast."}}
    at_once = await craft_acknowledged_elsewhere(discord_server, player, refusal)
    later = await craft_acknowledged_elsewhere(discord_server, player, DEFERRED)
    await edit_elsewhere(discord_server, later, "Freshly crafted elsewhere")
    await until_nothing_is_deferred(redis)
    assert at_once.answer.text == "That was a little fast."
    assert later.answer.text == "Freshly crafted elsewhere"
    player_id = (await engine.player(player.id)).id
    assert type(await engine.ask(craft_of(at_once, player_id))).__name__ == "Crafted"


@pytest.mark.parametrize("edited", [True, False])
async def test_a_press_that_another_front_end_acknowledged_is_answered_only_if_that_one_did_not(
    ada: Person, discord_server: LocalDiscord, engine: GatedEngine, redis: Redis, edited: bool
) -> None:
    policy = await ada.slash("start")
    discord_server.fail_next(CALLBACK, delay_s=0.5)
    pressed = await ada.click(policy, "Accept", timeout_s=0)
    await until_deferring(discord_server)
    await acknowledge_elsewhere(discord_server, pressed, {"type": 6})
    if edited:
        await edit_elsewhere(discord_server, pressed, "Your story begins elsewhere")
    await until_nothing_is_deferred(redis)
    told = [followup.text for followup in pressed.followups]
    assert told == [] if edited else "Nothing happened" in told[0]
    assert engine.commands(Start) == []


async def test_two_front_ends_that_get_the_same_event_give_one_answer(
    start_bot: StartBot,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    redis: Redis,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    await start_bot()
    seen = len(player.messages())
    result = await player.slash("craft", amount=3)
    assert "Freshly crafted" in result.answer.text
    shown = deepcopy(result.answer.raw)
    await until_nothing_is_deferred(redis)
    assert result.answer.raw == shown
    assert len(engine.commands(Craft)) == 1
    assert len(player.messages()) == seen + 1
    assert errors(caplog) == []


async def test_an_interaction_repeated_while_its_outcome_is_unknown_still_gets_the_promised_truth(
    player: Person, bot: RunningBot, discord_server: LocalDiscord, engine: GatedEngine, redis: Redis
) -> None:
    engine.open_gate.clear()
    unknown = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    discord_server.redeliver(unknown.id)
    await engine.go_away()
    engine.open_gate.set()
    await unknown.message_until("cannot tell yet")
    discord_server.redeliver(unknown.id)
    await engine.come_back()
    await unknown.message_until("Nothing happened", WATCHED_S)
    await until_nothing_is_deferred(redis)
    assert len(engine.commands(Craft)) == 1
