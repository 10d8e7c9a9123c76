"""Refusals to buttons: told once, where they belong, and the message that carries the button stays as it was."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy

import pytest
from redis.asyncio import Redis

from faye.messages.start import Start
from faye.playground import LocalDiscord, Person, Result
from tests.e2e.conftest import StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Where deferred interactions are kept."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def until_nothing_is_deferred(redis: Redis) -> None:
    """Wait until no front-end has anything left that it, or another one, would still answer."""
    async with asyncio.timeout(10):
        while await redis.keys("faye:{deferred}:of:*"):
            await asyncio.sleep(0.02)


async def two_policies(person: Person) -> Result:
    """Ask to start twice and accept once; returns the other policy, whose button can only be refused."""
    other = await person.slash("start")
    await begin(person)
    return other


async def test_a_refused_button_that_would_edit_its_message_is_told_privately_beside_it(
    ada: Person, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    policy = await two_policies(ada)
    before, seen = deepcopy(policy.answer.raw), len(ada.messages())

    pressed = await ada.click(policy, "Accept", timeout_s=0)

    told = await pressed.followup()
    assert "already begun" in told.text
    assert told.ephemeral
    await until_nothing_is_deferred(redis)
    assert policy.answer.raw == before
    assert len(pressed.followups) == 1
    assert len(ada.messages()) == seen + 1
    assert errors(caplog) == []


async def test_nobody_else_sees_what_is_told_beside_a_message(
    ada: Person, discord_server: LocalDiscord
) -> None:
    policy = await two_policies(ada)
    told = await (await ada.click(policy, "Accept", timeout_s=0)).followup()
    other = discord_server.person("Bo")
    assert other.sees(policy.answer.id)
    assert not other.sees(told.id)


@pytest.mark.parametrize(("had_committed", "text"), [(True, "already begun"), (False, "Nothing happened")])
async def test_a_refused_press_that_a_killed_bot_had_acknowledged_is_told_once_by_the_next(
    start_bot: StartBot,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    redis: Redis,
    caplog: pytest.LogCaptureFixture,
    had_committed: bool,
    text: str,
) -> None:
    first = await start_bot()
    ada = discord_server.person("Ada")
    policy = await two_policies(ada)
    before, seen = deepcopy(policy.answer.raw), len(ada.messages())
    engine.open_gate.clear()
    pressed = await ada.click(policy, "Accept", timeout_s=0)
    await engine.until_asked(
        lambda request: isinstance(request, Start) and request.idempotency_key == int(policy.id)
    )
    await first.kill()
    engine.open_gate.set()
    if had_committed:
        await engine.ask(engine.commands(Start)[-1])
    assert pressed.followups == []

    await start_bot()

    told = await pressed.followup()
    assert text in told.text
    assert told.ephemeral
    await until_nothing_is_deferred(redis)
    assert policy.answer.raw == before
    assert len(pressed.followups) == 1
    assert len(ada.messages()) == seen + 1
    assert len(await engine.esprits(ada.id)) == 1
    assert errors(caplog) == []


async def test_a_press_whose_outcome_is_unknown_is_told_beside_its_message_and_then_the_truth(
    ada: Person, engine: GatedEngine, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    policy = await ada.slash("start")
    before = deepcopy(policy.answer.raw)
    engine.reply_is_lost = True
    pressed = await ada.click(policy, "Accept", timeout_s=0)
    told = await pressed.followup()
    assert "cannot tell yet" in told.text
    assert told.ephemeral
    await policy.message_until("Your story begins")
    await until_nothing_is_deferred(redis)
    assert policy.answer.raw["id"] == before["id"]
    assert len(pressed.followups) == 1
    assert errors(caplog) == []


async def test_a_page_that_cannot_be_looked_up_leaves_the_one_that_is_shown(
    player: Person, engine: GatedEngine, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await engine.give(player.id, "fayrites", 10)
    await player.slash("summon", banner="standard", amount=10)
    shown = await player.slash("history")
    before = deepcopy(shown.answer.raw)
    await engine.go_away()

    turned = await player.click(shown, "Older", timeout_s=0)

    told = await turned.followup()
    await engine.come_back()
    assert "cannot look that up right now" in told.text
    assert told.ephemeral
    await until_nothing_is_deferred(redis)
    assert shown.answer.raw == before
    assert len(turned.followups) == 1
    assert errors(caplog) == []


async def test_summon_again_without_ethryl_answers_once_and_leaves_the_summon_that_is_shown(
    player: Person, engine: GatedEngine, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    shown = await player.slash("summon", banner="premium")
    shown = await player.click(shown, "Summon again")
    assert "Pity" in shown.answer.text
    before, seen = deepcopy(shown.answer.raw), len(player.messages())

    refused = await player.click(shown, "Summon again", deliver_twice=True)

    assert "**1** short" in refused.answer.text
    await until_nothing_is_deferred(redis)
    assert shown.answer.raw == before
    assert refused.followups == []
    assert len(player.messages()) == seen + 1
    assert (await engine.player(player.id)).ethryl == 0
    assert errors(caplog) == []
