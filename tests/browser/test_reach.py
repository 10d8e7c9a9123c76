"""The playground can be used on a phone, with the keyboard alone, and without motion."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab


async def test_nothing_is_wider_than_a_phone(open_tab: OpenTab) -> None:
    phone = await open_tab("Anna", width=390)
    for command in ("picture", "panel", "doors"):
        await phone.command(command)
    await expect(phone.page.locator(".select-button").last).to_be_visible()
    width = await phone.page.evaluate("document.documentElement.scrollWidth")
    inner = await phone.page.evaluate("document.querySelector('#scroller').scrollWidth")
    assert width <= 390
    assert inner <= 390
    await phone.page.get_by_role("button", name="Channels").click()
    await phone.page.get_by_role("button", name="tavern").click()
    await expect(phone.page.locator("#channel-name")).to_have_text("tavern")
    await expect(phone.page.locator("#sidebar")).not_to_be_in_viewport()


async def test_the_keyboard_alone_is_enough(open_tab: OpenTab) -> None:
    tab = await open_tab()
    keys = tab.page.keyboard
    await keys.type("Anna")
    await keys.press("Enter")
    await expect(tab.box).to_be_focused()
    await keys.type("/doo")
    await keys.press("Enter")
    await keys.press("Enter")
    await tab.says("three doors")
    # From the message box back into the messages: the last stop is the select, before it the buttons.
    await keys.press("Shift+Tab")
    await expect(tab.last.get_by_role("combobox")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await keys.press("Tab")
    await tab.says("picked green")
    await tab.last.get_by_role("button", name="Ask").focus()
    await keys.press("Shift+Tab")
    await keys.press("Enter")
    await tab.says("knocked")
    await expect(tab.last.get_by_role("button", name="Knock")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    modal = tab.page.get_by_role("dialog", name="A question")
    await expect(modal.get_by_label("Your answer")).to_be_focused()
    await keys.press("Escape")
    await expect(modal).to_have_count(0)


async def test_focus_is_visible_and_every_control_has_a_name(anna: Tab) -> None:
    await anna.command("doors")
    await anna.says("three doors")
    await anna.page.keyboard.press("Shift+Tab")
    outline = await anna.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    nameless = await anna.page.evaluate(
        """() => [...document.querySelectorAll('button, input, textarea, select, [role=button], [role=combobox]')]
            .filter((node) => node.offsetParent !== null)
            .filter((node) => !(node.textContent.trim() || node.getAttribute('aria-label')
                || node.getAttribute('aria-labelledby') || node.labels?.length))
            .map((node) => node.outerHTML)"""
    )
    assert nameless == []


async def test_motion_stops_for_those_who_ask(open_tab: OpenTab) -> None:
    calm = await open_tab("Anna", reduced_motion="reduce")
    await calm.command("ponder", seconds="0.6")
    dot = calm.page.locator(".dots i").first
    await expect(dot).to_be_visible()
    assert await dot.evaluate("node => getComputedStyle(node).animationIterationCount") == "1"
