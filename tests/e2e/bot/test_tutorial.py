"""The first steps through the real bot: taken by playing, shown by /start, rewarded once."""

import pytest

from faye.messages.tutorial import CollectTutorial
from faye.playground import Person
from tests.e2e.conftest import errors
from tests.e2e.gated_engine import GatedEngine


async def test_steps_are_taken_by_playing_and_rewarded_once(
    player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    early = (await player.slash("start")).answer
    assert "Your first steps" in early.text
    assert early.buttons == []
    await player.slash("summon", banner="daily")
    await player.slash("daily")
    before = await engine.player(player.id)
    steps = (await player.slash("start")).answer
    assert steps.text.count("🎁") == 2
    collected = await player.click(steps, "Collect")
    assert "You receive" in collected.answer.text
    after = await engine.player(player.id)
    assert (after.fayrite_shards - before.fayrite_shards, after.virelite - before.virelite) == (10, 40)
    again = (await player.slash("start")).answer
    assert again.text.count("✅") == 2
    assert again.buttons == []
    assert "First steps" in (await player.slash("history")).answer.text
    assert errors(caplog) == []


async def test_rewards_are_collected_once_however_often_the_button_is_pressed(
    player: Person, engine: GatedEngine
) -> None:
    await player.slash("summon", banner="daily")
    before = await engine.player(player.id)
    one, other = [(await player.slash("start")).answer for _ in range(2)]
    await player.click(one, "Collect", deliver_twice=True)
    await player.click(other, "Collect")
    assert (await engine.player(player.id)).fayrite_shards == before.fayrite_shards + 10
    assert len(engine.commands(CollectTutorial)) >= 2
