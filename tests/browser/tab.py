"""A player's browser tab, driven as a person would: by keyboard, pointer and what can be read."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    async_playwright,
    expect,
)

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT_MS = 8000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run Debian's browser without a window."""
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), headless=True)
        try:
            yield browser
        finally:
            await browser.close()


class Tab:
    """One open page; it remembers what went wrong in it and what it asked the network for."""

    def __init__(self, page: Page, page_url: str) -> None:
        self.page = page
        self.page_url = page_url
        self.troubles: list[str] = []
        self.foreign_requests: list[str] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("request", self._on_request)

    @classmethod
    async def open(cls, browser: Browser, page_url: str, *, width: int = 1280, **options: Any) -> "Tab":
        """Open the page in a context of its own; nobody has a name yet."""
        context = await browser.new_context(viewport={"width": width, "height": 800}, **options)
        tab = cls(await context.new_page(), page_url)
        await tab.page.goto(page_url)
        return tab

    async def enter(self, name: str) -> None:
        """Type a name at the gate and wait for the channel."""
        await self.page.get_by_label("What shall we call you?").fill(name)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#app")).to_be_visible()

    @property
    def box(self) -> Locator:
        """The message box."""
        return self.page.locator("#composer-text")

    @property
    def options(self) -> Locator:
        """What the list above the message box offers."""
        return self.page.locator(".popup [role=option]")

    @property
    def messages(self) -> Locator:
        """The messages, oldest first."""
        return self.page.locator("[data-message-id]")

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.messages.last

    async def command(self, path: str, **values: str) -> None:
        """Type a slash command, fill its options in, and send it."""
        await self.box.focus()
        await self.page.keyboard.type(f"/{path} ")
        await expect(self.page.locator(".command-chip")).to_have_text(f"/{path}")
        for name, value in values.items():
            field = self.page.locator(f'[data-option="{name}"]')
            if not await field.count():
                await self.page.locator(".command-more").focus()
                await self.options.filter(has_text=re.compile(f"^{name}")).first.click()
            await field.fill(value)
        await self.page.get_by_role("button", name="Send the command").click()

    async def says(self, text: str) -> None:
        """Wait until the newest message contains a text."""
        await expect(self.last).to_contain_text(text)

    def _on_console(self, message: ConsoleMessage) -> None:
        # A connection that breaks is reported by the browser itself; tests that break it expect it.
        if message.type in ("error", "warning") and "WebSocket connection" not in message.text:
            self.troubles.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.troubles.append(str(error))

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.page_url, "data:", "blob:")):
            self.foreign_requests.append(request.url)
