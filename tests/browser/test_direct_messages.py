"""What the bot wrote to one player alone stands beside the channels, and nobody else sees it."""

from playwright.async_api import Locator, expect

from faye.playground import LocalDiscord
from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab
from tests.e2e.local_discord.connecting import call

BUTTON = {"type": 1, "components": [{"type": 2, "style": 3, "label": "Open", "custom_id": "doors:open"}]}


async def send(server: LocalDiscord, name: str, **body: object) -> None:
    """Let the bot write to somebody."""
    to = {"recipient_id": server.person(name).id}
    _, channel = await call(server, "POST", "/users/@me/channels", json=to)
    status, answer = await call(server, "POST", f"/channels/{channel['id']}/messages", json=body)
    assert status == 200, answer


def section(tab: Tab) -> Locator:
    return tab.page.get_by_role("region", name="Direct messages")


def entry(tab: Tab) -> Locator:
    return section(tab).get_by_role("button")


async def test_a_direct_message_is_announced_counted_and_read(
    anna: Tab, open_tab: OpenTab, server: LocalDiscord
) -> None:
    ben = await open_tab("Ben")
    await expect(section(anna)).to_be_hidden()
    await send(
        server, "Anna", embeds=[{"title": "Your Esprit is back", "description": "It found 40 Faylen."}]
    )
    await send(server, "Anna", content="psst")
    await expect(entry(anna)).to_have_accessible_name("Faye 2 unread")
    await expect(anna.page.locator("#announcer")).to_have_text("Faye sent you a direct message")
    await expect(anna.messages).to_have_count(0)
    await entry(anna).click()
    await anna.says("psst")
    await expect(anna.messages).to_have_count(2)
    await expect(anna.page.get_by_role("heading", level=1)).to_have_text("Faye")
    await expect(entry(anna)).to_have_accessible_name("Faye")
    await expect(entry(anna)).to_have_attribute("aria-current", "page")
    await send(server, "Anna", content="and more")
    await anna.says("and more")
    await expect(entry(anna)).to_have_accessible_name("Faye")
    # Ben's page has heard of what came later, and of nothing else.
    server.person("Anna").say("hello")
    await ben.says("hello")
    await expect(section(ben)).to_be_hidden()
    await expect(ben.messages).to_have_count(1)


async def test_what_came_while_no_tab_was_open_is_unread_and_what_was_read_stays_read(
    anna: Tab, server: LocalDiscord
) -> None:
    await anna.page.goto("about:blank")
    await send(server, "Anna", content="you were away")
    await anna.page.goto(server.page_url)
    await expect(entry(anna)).to_have_accessible_name("Faye 1 unread")
    await entry(anna).click()
    await anna.says("you were away")
    await anna.page.reload()
    await expect(entry(anna)).to_have_accessible_name("Faye")


async def test_direct_messages_are_for_reading_and_what_is_typed_elsewhere_waits(
    anna: Tab, server: LocalDiscord
) -> None:
    await send(server, "Anna", content="try </ping:1>")
    await anna.box.fill("half a thought")
    await entry(anna).click()
    await expect(anna.page.locator("#composer")).to_have_text(
        "You can only read here. Commands go into the channels."
    )
    await expect(anna.page.get_by_role("combobox", name="Message")).to_have_count(0)
    await anna.page.get_by_role("button", name="summoning-hall").click()
    await expect(anna.box).to_have_value("half a thought")
    await expect(anna.box).to_be_focused()
    # A command that is named there leads to where it can be typed.
    await anna.box.fill("")
    await entry(anna).click()
    await anna.last.get_by_role("button", name="/ping").click()
    await expect(anna.page.locator(".command-chip")).to_have_text("/ping")
    await expect(anna.page.locator("#channel-name")).to_have_text("summoning-hall")


async def test_a_button_in_direct_messages_can_be_pressed(anna: Tab, server: LocalDiscord) -> None:
    await send(server, "Anna", content="a door", components=[BUTTON])
    await entry(anna).click()
    await anna.last.get_by_role("button", name="Open").click()
    await anna.says("opened by Anna")


async def test_direct_messages_are_reached_by_keyboard(anna: Tab, server: LocalDiscord) -> None:
    await send(server, "Anna", content="psst")
    await anna.page.get_by_role("button", name="tavern").focus()
    await anna.page.keyboard.press("Tab")
    await expect(entry(anna)).to_be_focused()
    # News that come meanwhile do not take the focus away.
    await send(server, "Anna", content="hey")
    await expect(entry(anna)).to_have_accessible_name("Faye 2 unread")
    await expect(entry(anna)).to_be_focused()
    await anna.page.keyboard.press("Enter")
    await anna.says("hey")
    await expect(anna.page.locator("#scroller")).to_be_focused()


async def test_on_a_telephone_the_way_to_the_channels_tells_of_direct_messages(
    open_tab: OpenTab, server: LocalDiscord
) -> None:
    phone = await open_tab("Anna", width=390)
    await send(server, "Anna", content="psst " * 60)
    drawer = phone.page.locator("#open-channels")
    await expect(drawer).to_have_accessible_name("Channels, 1 unread direct message")
    await drawer.click()
    await expect(entry(phone)).to_be_in_viewport()
    await entry(phone).click()
    await phone.says("psst")
    await expect(drawer).to_have_accessible_name("Channels")
    await expect(phone.page.locator("#sidebar")).not_to_be_in_viewport()
    assert await phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await phone.page.evaluate("document.querySelector('#scroller').scrollWidth") <= 390
