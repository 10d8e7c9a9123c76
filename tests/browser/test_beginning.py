"""Whoever comes into a channel that others have filled is told how to begin, until they have."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from faye.playground import LocalDiscord, Opening
from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab
from tests.e2e.local_discord.connecting import point_discord_py_at, running_bot
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot


@pytest_asyncio.fixture(loop_scope="session")
async def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[LocalDiscord]:
    server = LocalDiscord(tmp_path, opening=Opening("ping", brings="an answer at once"))
    await server.start()
    point_discord_py_at(server, monkeypatch)
    async with running_bot(server, ThrowawayBot()):
        ben = server.person("Ben")
        for number in range(60):
            ben.say(f"line {number}")
        yield server
    await server.stop()


def hint(tab: Tab) -> Locator:
    return tab.page.get_by_role("note", name="How to begin")


async def test_a_newcomer_on_a_telephone_sees_how_to_begin_until_that_was_answered(open_tab: OpenTab) -> None:
    tab = await open_tab("Anna", width=390)
    await tab.says("line 59")
    await expect(tab.page.locator("#welcome")).not_to_be_in_viewport()
    await expect(hint(tab)).to_be_in_viewport()
    await expect(hint(tab)).to_contain_text("New here? /ping brings you an answer at once.")
    await expect(tab.box).to_have_attribute("placeholder", "Type /ping to begin")
    await tab.page.keyboard.type("/")
    await expect(tab.options.first).to_contain_text("/ping")
    await tab.box.fill("")
    await tab.command("secret")
    await tab.says("between us")
    await hint(tab).get_by_role("button", name="/ping").click()
    await expect(tab.page.locator(".command-chip")).to_have_text("/ping")
    await tab.page.keyboard.press("Enter")
    await tab.says("pong")
    await expect(hint(tab)).to_be_hidden()
    await expect(tab.box).to_have_attribute("placeholder", "Message, or / for commands")
    await tab.page.reload()
    await tab.says("pong")
    await expect(hint(tab)).to_be_hidden()


async def test_a_hint_that_one_player_dismissed_is_gone_in_all_their_tabs_and_stands_for_others(
    open_tab: OpenTab,
) -> None:
    anna, elsewhere, cleo = await open_tab("Anna"), await open_tab("Anna"), await open_tab("Cleo")
    await hint(anna).get_by_role("button", name="Dismiss the hint").click()
    await expect(hint(anna)).to_be_hidden()
    await expect(hint(elsewhere)).to_be_hidden()
    await expect(hint(cleo)).to_be_visible()


async def test_the_list_begins_with_what_a_player_uses_most(open_tab: OpenTab) -> None:
    tab = await open_tab("Anna")
    await tab.command("ping")
    await tab.says("pong")
    for _ in range(2):
        await tab.command("secret")
        await tab.says("between us")
        await expect(tab.page.locator(".sending")).to_have_count(0)  # the first answer says the same
    await tab.page.reload()
    await expect(tab.box).to_be_focused()
    await tab.page.keyboard.type("/")
    await expect(tab.options.nth(0)).to_contain_text("/secret")
    await expect(tab.options.nth(1)).to_contain_text("/ping")
