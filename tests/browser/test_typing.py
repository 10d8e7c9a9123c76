"""The message box and its list: for fast hands, for the keyboard alone, for ears."""

from playwright.async_api import Locator, expect

from faye.playground import LocalDiscord
from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab

EXPANDED, ACTIVE = "aria-expanded", "aria-activedescendant"


async def marked(tab: Tab, field: Locator) -> str:
    """Return the text of the option that a screen reader hears as the current one."""
    option_id = await field.get_attribute(ACTIVE)
    assert option_id
    option = tab.page.locator(f"#{option_id}")
    await expect(option).to_have_attribute("aria-selected", "true")
    return await option.inner_text()


async def test_the_message_box_tells_whether_its_list_is_open_and_what_is_marked(anna: Tab) -> None:
    box = anna.box
    await expect(box).to_have_role("combobox")
    await expect(box).to_have_attribute("aria-haspopup", "listbox")
    await expect(box).to_have_attribute(EXPANDED, "false")
    await anna.page.keyboard.type("/")
    await expect(box).to_have_attribute(EXPANDED, "true")
    first = await marked(anna, box)
    await anna.page.keyboard.press("ArrowDown")
    assert await marked(anna, box) != first
    await anna.page.keyboard.press("Escape")
    await expect(box).to_have_attribute(EXPANDED, "false")
    assert await box.get_attribute(ACTIVE) is None
    await anna.page.keyboard.type("nonsense")
    await expect(box).to_have_attribute(EXPANDED, "false")
    await expect(anna.page.get_by_role("status").filter(has_text="No such command")).to_have_count(1)


async def test_only_the_field_in_use_claims_the_open_list(anna: Tab) -> None:
    await anna.page.keyboard.type("/fruit basket fill ")
    field = anna.page.locator('[data-option="size"]')
    await expect(field).to_have_attribute(EXPANDED, "true")
    assert await marked(anna, field) == "Small"
    await anna.page.keyboard.press("Shift+Tab")
    chip = anna.page.locator(".command-chip")
    await expect(chip).to_be_focused()
    await expect(field).to_have_attribute(EXPANDED, "false")
    assert await field.get_attribute(ACTIVE) is None
    assert await chip.get_attribute(EXPANDED) is None
    await anna.page.keyboard.press("Escape")
    await expect(anna.box).to_be_focused()
    await expect(anna.box).to_have_attribute(EXPANDED, "false")


async def test_enter_takes_the_marked_choice_of_an_optional_option_too(anna: Tab) -> None:
    await anna.page.keyboard.type("/echo hi")
    await anna.page.locator(".command-more").focus()
    await anna.options.filter(has_text="loud").click()
    await expect(anna.options).to_have_text(["True", "False"])
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator('[data-option="loud"]')).to_have_value("True")
    await anna.page.keyboard.press("Enter")
    await anna.says("HI")


async def test_a_list_without_what_was_typed_says_so(anna: Tab) -> None:
    await anna.page.keyboard.type("/fruit basket fill huge")
    await expect(anna.page.locator(".popup-heading")).to_contain_text("Nothing matches")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".composer-error")).to_have_text("size: choose one from the list.")


async def test_a_command_pasted_whole_fills_its_options(anna: Tab) -> None:
    await anna.box.fill("/echo text: good morning times: 2")
    await expect(anna.page.locator('[data-option="text"]')).to_have_value("good morning")
    await expect(anna.page.locator('[data-option="times"]')).to_have_value("2")
    await anna.page.keyboard.press("Enter")
    await anna.says("good morning good morning")


async def test_a_choice_pasted_by_its_name_is_picked_at_once(anna: Tab) -> None:
    await anna.box.fill("/fruit basket fill size:large")
    await anna.page.keyboard.press("Enter")
    await anna.says("filled a large one")


async def test_a_command_pasted_with_its_value_fills_the_first_option(anna: Tab) -> None:
    await anna.box.fill("/fruit eat banana")
    await expect(anna.page.locator(".command-chip")).to_have_text("/fruit eat")
    await expect(anna.page.locator('[data-option="name"]')).to_have_value("banana")


async def test_one_goes_on_typing_after_a_modal_is_closed(anna: Tab) -> None:
    for _ in range(3):
        await anna.command("ask")
        dialog = anna.page.get_by_role("dialog")
        await expect(dialog.get_by_label("Your answer")).to_be_focused()
        await anna.page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await anna.page.keyboard.type("words")
        await expect(anna.box).to_have_value("words")
        await anna.box.fill("")


async def test_who_only_listens_hears_new_messages_and_not_the_old_ones(anna: Tab, open_tab: OpenTab) -> None:
    log = anna.page.get_by_role("log", name="Messages")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log).to_have_attribute("aria-busy", "false")
    ben = await open_tab("Ben")
    for words in ("one", "two"):
        await ben.box.fill(words)
        await ben.page.keyboard.press("Enter")
    await anna.says("two")
    # A message below another of the same author shows no name; it is told all the same.
    await expect(anna.last).to_contain_text("Ben")


async def test_who_dismisses_a_message_by_keyboard_goes_on_at_the_message_box(anna: Tab) -> None:
    await anna.command("secret")
    await anna.says("between us")
    await anna.last.get_by_role("button", name="Dismiss message").press("Enter")
    await expect(anna.page.get_by_text("between us")).to_have_count(0)
    await expect(anna.box).to_be_focused()


async def test_a_number_out_of_bounds_stays_in_its_marked_field(anna: Tab) -> None:
    for typed, words in (
        ("9", "times: must be at most 5."),
        ("0", "times: must be at least 1."),
        ("-5", "times: must be at least 1."),
        ("1.5", "times: enter a whole number."),
        ("999999999999999999999", "times: this number is too large."),
    ):
        await anna.box.fill(f"/echo text:hi times:{typed}")
        await anna.page.keyboard.press("Enter")
        await expect(anna.page.locator(".composer-error")).to_have_text(words)
        field = anna.page.locator('[data-option="times"]')
        await expect(field).to_have_value(typed)
        await expect(field).to_be_focused()
        await expect(field).to_have_attribute("aria-invalid", "true")
        await anna.page.keyboard.press("Escape")
    await expect(anna.page.locator(".failed")).to_have_count(0)


async def test_options_typed_by_name_fill_their_fields_as_pasted_ones_do(anna: Tab) -> None:
    await anna.page.keyboard.type("/echo text:good morning times:2 loud:true")
    for name, value in (("text", "good morning"), ("times", "2"), ("loud", "true")):
        await expect(anna.page.locator(f'[data-option="{name}"]')).to_have_value(value)
    await anna.page.keyboard.press("Enter")
    await anna.says("GOOD MORNING GOOD MORNING")


async def test_typing_on_behind_a_command_without_required_options_fills_those_that_are_named(
    anna: Tab,
) -> None:
    await anna.page.keyboard.type("/point where:tavern role:x")
    await expect(anna.page.locator('[data-option="where"]')).to_have_value("tavern")
    await expect(anna.page.locator('[data-option="role"]')).to_have_value("x")
    await expect(anna.page.locator("[data-option]")).to_have_count(2)


async def test_typing_on_without_a_name_fills_the_first_of_the_optional_options(anna: Tab) -> None:
    await anna.page.keyboard.type("/point ann")
    await expect(anna.page.locator("[data-option]")).to_have_count(1)
    await expect(anna.page.locator('[data-option="who"]')).to_have_value("ann")


async def test_a_name_that_is_typed_again_is_only_text(anna: Tab) -> None:
    await anna.page.keyboard.type("/echo text:a times:2")
    await anna.page.locator('[data-option="text"]').fill("a times:3")
    await expect(anna.page.locator('[data-option="text"]')).to_have_value("a times:3")
    await expect(anna.page.locator('[data-option="times"]')).to_have_value("2")


async def test_a_command_that_the_server_refuses_comes_back_as_it_was_typed(
    anna: Tab, server: LocalDiscord
) -> None:
    await anna.page.keyboard.type("/echo text:hello")
    # The tab is not told, as when two things happen at once.
    commands = server.world.identity.commands
    kept = {**commands}
    commands.clear()
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".composer-error")).to_have_text("/echo is not a command here")
    await expect(anna.page.locator('[data-option="text"]')).to_have_value("hello")
    await expect(anna.page.locator(".local")).to_have_count(0)
    commands.update(kept)
    await anna.page.keyboard.press("Enter")
    await anna.says("hello")
