"""A player sets their Discord to a language: commands are described in it, and the bot hears of it."""

from playwright.async_api import Locator, expect

from faye.playground import LocalDiscord
from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab

ENGLISH, GERMAN = "Answers at once", "Antwortet sofort"


def language(tab: Tab) -> Locator:
    return tab.page.get_by_label("Discord's language", exact=True)


async def sees_ping_described(tab: Tab, description: str) -> None:
    """Type the beginning of a command and read what the palette says of it."""
    await tab.box.fill("/pin")
    await expect(tab.options.first).to_contain_text(description)
    await tab.box.fill("")


async def test_choosing_a_language_changes_what_commands_say_and_what_the_bot_hears(anna: Tab) -> None:
    await expect(language(anna)).to_have_value("en-US")
    await expect(language(anna).locator("option")).to_have_text(["English", "Deutsch"])
    await sees_ping_described(anna, ENGLISH)
    await language(anna).select_option(label="Deutsch")
    await sees_ping_described(anna, GERMAN)
    await anna.command("language")
    await anna.says("de on a server in en-US")
    await expect(anna.page.locator("html")).to_have_attribute("lang", "en")


async def test_choices_are_shown_in_ones_language_and_sent_as_what_they_stand_for(open_tab: OpenTab) -> None:
    tab = await open_tab("Anna", locale="de-AT")
    await expect(language(tab)).to_have_value("de")
    await tab.box.focus()
    await tab.page.keyboard.type("/fruit basket fill ")
    await expect(tab.options).to_have_text(["Klein", "Groß"])
    await tab.options.last.click()
    await tab.page.keyboard.press("Enter")
    await tab.says("filled a large one")


async def test_a_browser_in_a_third_language_begins_in_english(open_tab: OpenTab) -> None:
    tab = await open_tab("Anna", locale="fr-FR")
    await expect(language(tab)).to_have_value("en-US")


async def test_a_name_keeps_its_language_and_others_have_their_own(anna: Tab, server: LocalDiscord) -> None:
    await language(anna).select_option("de")
    await sees_ping_described(anna, GERMAN)
    await anna.page.reload()
    await expect(language(anna)).to_have_value("de")
    async with anna.page.expect_websocket():
        await server._page.close()
    await expect(anna.page.locator("#banner")).to_be_hidden()
    await sees_ping_described(anna, GERMAN)
    await anna.page.get_by_role("button", name="Play as somebody else").click()
    await anna.enter("Ben")
    await expect(language(anna)).to_have_value("en-US")
    await sees_ping_described(anna, ENGLISH)


async def test_all_tabs_of_a_player_follow(anna: Tab, open_tab: OpenTab) -> None:
    elsewhere, ben = await open_tab("anna"), await open_tab("Ben")
    await language(anna).select_option("de")
    await expect(language(elsewhere)).to_have_value("de")
    await sees_ping_described(elsewhere, GERMAN)
    await expect(language(ben)).to_have_value("en-US")


async def test_a_language_is_chosen_by_keyboard(anna: Tab) -> None:
    await anna.page.get_by_role("button", name="Play as somebody else").focus()
    await anna.page.keyboard.press("Tab")
    await expect(language(anna)).to_be_focused()
    await anna.page.keyboard.press("ArrowDown")
    await expect(language(anna)).to_have_value("de")
    await sees_ping_described(anna, GERMAN)


async def test_a_language_is_chosen_on_a_telephone(open_tab: OpenTab) -> None:
    phone = await open_tab("Anna", width=390)
    await expect(language(phone)).not_to_be_in_viewport()
    await phone.page.get_by_role("button", name="Channels").click()
    await expect(language(phone)).to_be_in_viewport(ratio=1)
    await language(phone).select_option("de")
    await phone.page.keyboard.press("Escape")
    await expect(language(phone)).not_to_be_in_viewport()
    await sees_ping_described(phone, GERMAN)
