"""A bot that dies in the middle: the next one finishes, buttons go on, nothing is lied about."""

import asyncio

import msgspec
import pytest

from faye.config import Config
from faye.messages.craft import Craft
from faye.messages.profile import GetProfile
from faye.messages.start import Start
from faye.messages.summon import Summon
from faye.playground import LocalDiscord, Person
from faye.utils.tasks import end_tasks
from tests.e2e.conftest import RunningBot, StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine


async def test_a_command_that_had_committed_is_shown_by_the_next_bot(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    engine.open_gate.clear()
    pending = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    await first.kill()
    engine.open_gate.set()
    await engine.ask(engine.commands(Craft)[0])
    assert pending.answer.thinking

    await start_bot()

    assert "Freshly crafted" in (await pending.finished()).answer.text
    assert (await engine.player(player.id)).fayrites == 3


async def test_a_command_that_never_arrived_ends_in_a_true_apology(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    engine.open_gate.clear()
    pending = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    await first.kill()
    engine.open_gate.set()

    await start_bot()

    assert "Nothing happened" in (await pending.finished()).answer.text
    late = await engine.ask(engine.commands(Craft)[0])
    assert type(late).__name__ == "Abandoned"
    assert (await engine.player(player.id)).fayrites == 0


async def test_a_question_is_asked_again_by_the_next_bot(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    engine.open_gate.clear()
    asked = len(engine.asked)
    pending = await player.slash("profile", timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, GetProfile) and len(engine.asked) > asked)
    await first.kill()
    engine.open_gate.set()
    await start_bot()
    assert "level 1" in (await pending.finished()).answer.text


async def test_a_running_bot_finishes_what_a_killed_one_left(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    engine.open_gate.clear()
    pending = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    await start_bot()
    await first.kill()
    engine.open_gate.set()
    assert "Nothing happened" in (await pending.finished()).answer.text


async def test_a_newcomer_who_was_told_that_nothing_happened_is_not_started_after_all(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await start_bot()
    ada = discord_server.person("Ada")
    policy = await ada.slash("start")
    reached, resumed, open_account = asyncio.Event(), asyncio.Event(), engine.open

    async def paused_once(discord_id: int) -> int:
        if not reached.is_set():
            reached.set()
            await resumed.wait()
        return await open_account(discord_id)

    monkeypatch.setattr(engine, "open", paused_once)
    pressed = await ada.click(policy, "Accept", timeout_s=0)
    await reached.wait()
    keeper = first.bot._finisher._keeper
    assert keeper is not None
    await end_tasks([keeper])  # paused for longer than its lease

    await start_bot()
    assert "Nothing happened" in (await pressed.followup()).text
    resumed.set()
    await first.close()

    assert len(engine.commands(Start)) == 1
    assert (await engine.effects()).total() == 0
    assert all("begins" not in message.text for message in ada.messages())


async def test_buttons_and_menus_work_after_a_restart(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player, other = discord_server.person("Mira"), discord_server.person("Bo")
    policy = await other.slash("start")
    await begin(player)
    await engine.give(player.id, "fayrites", 100)
    summoned = await player.slash("summon", banner="standard", amount=10)
    collection = await player.slash("esprit collection")
    history = await player.slash("history")
    await first.close()

    await start_bot()

    assert "Your story begins" in (await other.click(policy, "Accept")).answer.text
    assert "Pity" in (await player.click(summoned, "Summon again")).answer.text
    assert "of 21 Esprits ·" in (await player.click(collection.answer, "Next")).answer.text
    assert "by name" in (await player.choose(collection.answer, "Sort…", ["name"])).answer.text
    assert "Newest" in str((await player.click(history.answer, "Older")).answer.buttons)
    picked = collection.answer.selects[0]["options"][0]
    opened = await player.choose(collection.answer, "Look closer at…", [picked["value"]])
    assert opened.answer.ephemeral
    assert "Stats" in opened.answer.text


async def test_a_closing_bot_finishes_what_is_under_way_and_takes_nothing_new(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    running = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    engine.open_gate.clear()
    pending = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    closing = asyncio.create_task(running.close())
    refused = await player.slash("craft", amount=1)
    assert "restarting" in refused.answer.text
    engine.open_gate.set()
    await closing
    assert "Freshly crafted" in pending.answer.text
    assert len(engine.commands(Craft)) == 1


async def test_an_unknown_outcome_is_told_and_later_replaced_by_the_truth(
    player: Person, engine: GatedEngine
) -> None:
    engine.reply_is_lost = True
    result = await player.slash("craft", amount=3, timeout_s=0)
    # The outcome can be found at once here, so the first text may already be gone when we look.
    await result.message_until("Freshly crafted")
    assert (await engine.player(player.id)).fayrites == 3


async def test_while_the_database_is_away_nobody_is_lied_to(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.open_gate.clear()
    unknown = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    await engine.go_away()
    engine.open_gate.set()
    await unknown.message_until("cannot tell yet")
    stranger = await discord_server.person("Bo").slash("start")
    assert "Nothing happened" in stranger.answer.text
    await engine.come_back()
    await unknown.message_until("Nothing happened", 10)
    assert (await engine.player(player.id)).fayrites == 0
    assert errors(caplog) == []


async def test_an_unknown_outcome_is_followed_up_by_the_next_bot_too(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    engine.open_gate.clear()
    unknown = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    await engine.go_away()
    engine.open_gate.set()
    await unknown.message_until("cannot tell yet")
    await first.kill()
    await engine.come_back()
    await start_bot()
    await unknown.message_until("Nothing happened", 10)


async def test_an_engine_that_breaks_is_asked_what_became_of_the_command(
    player: Person, engine: GatedEngine
) -> None:
    engine.breaks_with = RuntimeError("a bug")
    broken = await player.slash("craft", amount=3, timeout_s=0)
    await broken.message_until("Nothing happened", 10)
    engine.breaks_with = None
    assert (await engine.player(player.id)).fayrites == 0


async def test_a_late_or_second_acknowledgement_asks_nothing_of_the_engine(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord
) -> None:
    asked = len(engine.asked)
    discord_server.fail_next(r"POST .*/callback", delay_s=3.3)
    late = await player.slash("craft", amount=1)
    assert late.error == "The application did not respond"
    await player.slash("inventory")
    assert [type(request).__name__ for request in engine.asked[asked:]] == ["GetInventory"]


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_an_answer_that_discord_does_not_take_at_first_still_arrives(
    player: Person, engine: GatedEngine, discord_server: LocalDiscord, status: int
) -> None:
    discord_server.fail_next(r"PATCH .*/webhooks/.*@original", status=status, times=3)
    result = await player.slash("craft", amount=2, timeout_s=0)
    await result.message_until("Freshly crafted", 10)
    assert (await engine.effects()).total() == 2  # the start and the craft


async def test_a_bot_that_starts_again_does_not_sync_unchanged_commands(
    start_bot: StartBot, discord_server: LocalDiscord
) -> None:
    first = await start_bot()
    known = dict(first.bot.command_ids)
    await first.close()
    discord_server.fail_next(r"PUT .*/commands", status=500, times=5)
    second = await start_bot()
    assert second.bot.command_ids == known


async def test_changed_commands_are_synced(
    start_bot: StartBot, discord_server: LocalDiscord, config: Config
) -> None:
    await (await start_bot()).close()
    summon = msgspec.structs.replace(config.game.summon, counts=[1, 5])
    changed = msgspec.structs.replace(config, game=msgspec.structs.replace(config.game, summon=summon))
    await start_bot(changed)
    command = next(c for c in discord_server.world.commands.in_scope() if c["name"] == "summon")
    assert [choice["value"] for choice in command["options"][1]["choices"]] == [1, 5]


async def test_the_lock_of_a_killed_bot_is_let_go_with_its_summon(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first: RunningBot = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    await engine.give(player.id, "fayrites", 10)
    engine.open_gate.clear()
    pending = await player.slash("summon", banner="standard", timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Summon))
    await first.kill()
    engine.open_gate.set()
    await start_bot()
    await pending.finished()
    assert "Pity" in (await player.slash("summon", banner="standard")).answer.text
