"""The leaderboard through the real bot: pages, boards, one's own place, and who is not named."""

import asyncio

import pytest

from faye.config import Config
from faye.database.leaderboard_upkeep import draw_up
from faye.playground import LocalDiscord, Person
from tests.e2e.conftest import RunningBot, begin, errors
from tests.e2e.gated_engine import GatedEngine


@pytest.fixture
async def people(discord_server: LocalDiscord, bot: RunningBot, engine: GatedEngine) -> list[Person]:
    """Twelve who have begun; the first of them has summoned."""
    people = [discord_server.person(f"Player {number}") for number in range(12)]
    await asyncio.gather(*map(begin, people))
    await engine.give(people[0].id, "fayrites", 10)
    await people[0].slash("summon", banner="standard", amount=10)
    return people


async def test_boards_are_turned_and_changed_and_tell_ones_own_place(
    people: list[Person], engine: GatedEngine, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    first, other = people[0], people[1]
    empty = await first.slash("leaderboard")
    assert "Nobody stands here yet" in empty.answer.text
    assert "never yet" in empty.answer.text
    assert await draw_up(engine.database, config.game, config.leaderboard)
    shown = await first.slash("leaderboard", by="collection", deliver_twice=True)
    assert shown.ephemeral
    assert f"🥇 <@{first.id}>" in shown.answer.text
    assert "**#1** of 12" in shown.answer.text
    assert shown.answer.raw["mentions"] == []
    await first.click(shown, "Next", deliver_twice=True)
    assert shown.answer.text.count("<@") == 2
    await first.click(shown, "Back")
    assert shown.answer.text.count("<@") == 10
    await first.choose(shown, "Rank by…", ["power"])
    assert "Strongest team" in shown.answer.text
    theirs = (await other.slash("leaderboard", by="collection")).answer.text
    assert "**#2** of 12" in theirs
    assert errors(caplog) == []


async def test_nobody_who_hid_or_left_is_named(
    people: list[Person], engine: GatedEngine, config: Config
) -> None:
    hidden, gone, other = people[0], people[1], people[2]
    await draw_up(engine.database, config.game, config.leaderboard)
    await hidden.click(await hidden.slash("settings view"), "Hide me from others")
    await gone.click(await gone.slash("settings delete"), "Erase it for good")
    pages = await other.slash("leaderboard", by="collection")
    text = pages.answer.text
    await other.click(pages, "Next")
    text += pages.answer.text
    assert hidden.id not in text
    assert gone.id not in text
    assert "somebody who plays unseen" in text
    assert "somebody who left" in text
    assert f"<@{hidden.id}>" in (await hidden.slash("leaderboard", by="collection")).answer.text


async def test_guests_may_look_and_learn_how_to_be_on_it(
    people: list[Person], discord_server: LocalDiscord, engine: GatedEngine, config: Config
) -> None:
    await draw_up(engine.database, config.game, config.leaderboard)
    guest = discord_server.person("Ada")
    text = (await guest.slash("leaderboard")).answer.text
    assert "🥇" in text
    assert "</start:" in text
    assert await engine.find(int(guest.id)) is None
