from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from faye.playground import LocalDiscord
from tests.browser.tab import Tab, chromium
from tests.e2e.local_discord.connecting import point_discord_py_at, running_bot
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot

FOLDER = Path(__file__).parent
OpenTab = Callable[..., Awaitable[Tab]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder on one event loop, so that they can share one browser."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalDiscord]:
    server = LocalDiscord(response_deadline_s=1.0)
    await server.start()
    point_discord_py_at(server, monkeypatch)
    async with running_bot(server, ThrowawayBot()):
        yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def open_tab(browser: Browser, server: LocalDiscord) -> AsyncIterator[OpenTab]:
    """Open tabs; at the end none of them may have met an error or asked another machine for anything."""
    tabs: list[Tab] = []

    async def open_tab(name: str = "", **options: Any) -> Tab:
        tab = await Tab.open(browser, server.page_url, **options)
        tabs.append(tab)
        if name:
            await tab.enter(name)
        return tab

    yield open_tab
    for tab in tabs:
        await tab.page.context.close()
    for tab in tabs:
        assert tab.troubles == []
        assert tab.foreign_requests == []


@pytest_asyncio.fixture(loop_scope="session")
async def anna(open_tab: OpenTab) -> Tab:
    return await open_tab("Anna")
