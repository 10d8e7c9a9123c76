"""Double clicks, repeated deliveries, and other people's, stale or forged components."""

import re
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from faye.messages.base import snowflake_at, snowflake_time_ms
from faye.messages.craft import Craft
from faye.messages.summon import Summon
from faye.playground import LocalDiscord, Person
from tests.e2e.bot.forged import press_forged
from tests.e2e.conftest import RunningBot, StartBot, begin
from tests.e2e.gated_engine import GatedEngine


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Where the bots' presses, limits and locks are kept."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def rich(player: Person, engine: GatedEngine) -> None:
    await engine.give(player.id, "fayrites", 1_000)


async def test_the_same_interaction_twice_gets_one_answer_and_one_effect(
    player: Person, engine: GatedEngine
) -> None:
    before = len(player.messages())
    await player.slash("craft", amount=2, deliver_twice=True)
    assert len(engine.commands(Craft)) == 1
    assert (await engine.player(player.id)).fayrites == 2
    assert len(player.messages()) == before + 1


async def test_an_interaction_delivered_again_after_its_answer_changes_nothing(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    crafted = await player.slash("craft", amount=1)
    asked = len(engine.asked)
    discord_server.redeliver(crafted.id)
    later = await player.slash("inventory")
    assert "Your inventory" in later.answer.text
    assert len(engine.asked) == asked + 1
    assert "Freshly crafted" in crafted.answer.text


async def test_summon_again_acts_once_however_often_it_is_pressed(
    player: Person, engine: GatedEngine
) -> None:
    await rich(player, engine)
    shown = (await player.slash("summon", banner="standard", amount=10)).answer
    first = await player.click(shown, "Summon again")
    second = await player.click(shown, "Summon again")
    assert (await engine.player(player.id)).fayrites == 1_000 - 20
    assert first.answer.embeds[0]["description"] == second.answer.embeds[0]["description"]
    assert first.answer.custom_id("Summon again") == second.answer.custom_id("Summon again")


@pytest.mark.parametrize("valkey_loses_everything", [False, True])
async def test_only_the_first_of_many_presses_is_answered_before_all(
    player: Person,
    engine: GatedEngine,
    discord_server: LocalDiscord,
    redis: Redis,
    valkey_loses_everything: bool,
) -> None:
    await rich(player, engine)
    shown = await player.slash("summon", banner="standard")
    other, seen = discord_server.person("Bo"), len(player.messages())
    before = len(other.messages())
    presses = []
    for _ in range(6):
        presses.append(await player.click(shown, "Summon again", timeout_s=0))
        if valkey_loses_everything:
            await redis.flushall()
    for pressed in presses:
        await pressed.finished()
    assert len(other.messages()) == before + 1
    assert len(player.messages()) == seen + 6
    public = [pressed for pressed in presses if not pressed.ephemeral]
    assert "already used" not in public[0].answer.text
    assert all("already used" in pressed.answer.text for pressed in presses if pressed.ephemeral)
    assert all("Pity" in pressed.answer.text for pressed in presses)
    assert (await engine.player(player.id)).fayrites == 1_000 - 2


async def test_the_next_bot_knows_that_a_button_was_used(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    await rich(player, engine)
    shown = await player.slash("summon", banner="standard")
    assert not (await player.click(shown, "Summon again")).ephemeral
    await first.close()
    await start_bot()
    again = await player.click(shown, "Summon again")
    assert again.ephemeral
    assert "already used" in again.answer.text
    assert (await engine.player(player.id)).fayrites == 1_000 - 2


async def test_a_press_for_which_nothing_was_decided_does_not_count(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    await rich(player, engine)
    shown = await player.slash("summon", banner="standard")
    engine.open_gate.clear()
    running = await player.slash("summon", banner="standard", timeout_s=0)
    await engine.until_asked(lambda request: len(engine.commands(Summon)) == 2)
    assert "still running" in (await player.click(shown, "Summon again")).answer.text
    engine.open_gate.set()
    await running.finished()
    discord_server.fail_next(r"POST .*/callback", status=403)
    assert (await player.click(shown, "Summon again")).error is not None
    pressed = await player.click(shown, "Summon again")
    assert not pressed.ephemeral
    assert "already used" not in pressed.answer.text
    assert "Pity" in pressed.answer.text


async def test_accepting_many_times_changes_the_one_message(ada: Person, engine: GatedEngine) -> None:
    policy = await ada.slash("start")
    seen = len(ada.messages())
    presses = [await ada.click(policy, "Accept", timeout_s=0) for _ in range(5)]
    for pressed in presses:
        await pressed.finished()
    assert "Your story begins" in policy.answer.text
    assert len(ada.messages()) == seen
    assert len(await engine.esprits(ada.id)) == 1


async def test_summoning_from_button_to_button_are_new_operations(
    player: Person, engine: GatedEngine
) -> None:
    await rich(player, engine)
    shown = await player.slash("summon", banner="standard")
    for _ in range(3):
        shown = await player.click(shown, "Summon again")
    keys = {command.idempotency_key for command in engine.commands(Summon)}
    assert len(keys) == 4
    assert (await engine.player(player.id)).fayrites == 1_000 - 4


async def test_a_refused_summon_offers_no_button_and_goes_through_once_it_can_be_paid(
    player: Person, engine: GatedEngine
) -> None:
    refused = await player.slash("summon", banner="standard")
    assert "short" in refused.answer.text
    assert "</craft:" in refused.answer.text
    await rich(player, engine)
    assert refused.answer.buttons == []
    assert "Pity" in (await player.slash("summon", banner="standard")).answer.text


async def test_somebody_elses_summon_button_changes_nothing(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    await rich(player, engine)
    shown = await player.slash("summon", banner="standard")
    asked = len(engine.asked)
    pressed = await discord_server.person("Bo").click(shown.answer, "Summon again")
    assert pressed.answer.ephemeral
    assert "belongs to somebody else" in pressed.answer.text
    assert len(engine.asked) == asked


async def test_a_button_older_than_its_validity_is_stale_and_says_so(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    await rich(player, engine)
    shown = (await player.slash("summon", banner="standard")).answer
    fresh = shown.custom_id("Summon again")
    operation_id = int(fresh.rsplit(":", 1)[1])
    minutes = 24 * 60 + 1
    old = snowflake_at(snowflake_time_ms(operation_id) - minutes * 60_000)
    asked = len(engine.asked)
    for stale in (old, 5 * operation_id):
        pressed = await press_forged(discord_server, player, shown, re.sub(r"\d+$", str(stale), fresh))
        assert "too old" in pressed.answer.text
        assert pressed.answer.ephemeral
    assert len(engine.asked) == asked


async def test_a_component_of_another_age_gets_a_clear_answer(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    await rich(player, engine)
    shown = (await player.slash("summon", banner="standard")).answer
    asked = len(engine.asked)
    owner = player.id
    for forged in (
        "trade:accept:17",
        f"again:golden:1:{owner}:{shown.id}",
        f"turn:{owner}:0:zz::::",
        f"turn:{owner}:0:po:Xx:::",
        f"history:{owner}:souls:1.0",
        f"history:{owner}:all:9999999999999999999.1",
    ):
        pressed = await press_forged(discord_server, player, shown, forged)
        assert "too old to be used" in pressed.answer.text, forged
    assert len(engine.asked) == asked


async def test_one_summon_of_a_player_runs_at_a_time(player: Person, engine: GatedEngine) -> None:
    await rich(player, engine)
    engine.open_gate.clear()
    first = await player.slash("summon", banner="standard", timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Summon))
    second = await player.slash("summon", banner="standard")
    assert "other summon is still running" in second.answer.text
    assert len(engine.commands(Summon)) == 1
    engine.open_gate.set()
    await first.finished()
    assert "Pity" in (await player.slash("summon", banner="standard")).answer.text


async def test_a_user_over_the_limit_is_told_when_to_go_on(
    player: Person, engine: GatedEngine, bot: RunningBot
) -> None:
    limit = bot.bot.config.limits.classes["read"].requests
    results = [await player.slash("profile", timeout_s=0) for _ in range(limit + 1)]
    for result in results:
        await result.finished()
    denied = [result for result in results if "a little fast" in result.answer.text]
    assert denied
    assert all(result.ephemeral and re.search(r"<t:\d+:R>", result.answer.text) for result in denied)
