"""The playground looks and behaves like Discord to a person in a browser."""

from playwright.async_api import Browser, expect

from faye.playground import LocalDiscord
from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab


async def test_a_new_player_chooses_a_name_and_is_told_how_to_begin(open_tab: OpenTab) -> None:
    tab = await open_tab()
    await tab.page.get_by_role("button", name="Enter").click()
    await expect(tab.page.get_by_role("alert")).to_have_text("A name needs at least one visible character.")
    await tab.enter("Anna")
    await expect(tab.page.locator("#welcome")).to_contain_text("Faye is a game of spirits")
    await expect(tab.page.locator("#account")).to_contain_text("Anna")
    await expect(tab.box).to_be_focused()
    await tab.page.reload()
    await expect(tab.page.locator("#account")).to_contain_text("Anna")


async def test_a_name_in_the_address_needs_no_question(browser: Browser, server: LocalDiscord) -> None:
    tab = await Tab.open(browser, server.page_url + "?name=Ben")
    await expect(tab.page.locator("#account")).to_contain_text("Ben")


async def test_the_palette_lists_filters_and_describes_commands(anna: Tab) -> None:
    await anna.page.keyboard.type("/")
    await expect(anna.options.filter(has_text="/ping")).to_contain_text("Answers at once")
    await anna.page.keyboard.type("fruit")
    await expect(anna.options).to_have_count(2)
    await anna.page.keyboard.press("ArrowDown")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".command-chip")).to_have_text("/fruit eat")
    await anna.page.keyboard.press("Escape")
    await anna.page.keyboard.press("Escape")
    await expect(anna.box).to_be_focused()


async def test_a_command_is_answered_under_the_name_of_who_used_it(anna: Tab) -> None:
    await anna.command("ping")
    await anna.says("pong")
    await expect(anna.last.locator(".context")).to_contain_text("Anna used /ping")
    await expect(anna.page.locator(".local")).to_have_count(0)


async def test_options_show_types_and_choices_and_refuse_nonsense(anna: Tab) -> None:
    await anna.page.keyboard.type("/echo ")
    await expect(anna.page.locator(".popup-heading")).to_contain_text("What to repeat")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".composer-error")).to_have_text("text: this option is required.")
    await anna.page.keyboard.type("hello")
    await anna.page.locator(".command-more").click()
    await anna.options.filter(has_text="times").click()
    await anna.page.keyboard.type("many")
    await anna.page.keyboard.press("Enter")
    await expect(anna.page.locator(".composer-error")).to_have_text("times: enter a whole number.")
    await anna.page.locator('[data-option="times"]').fill("3")
    await anna.page.keyboard.press("Enter")
    await anna.says("hello hello hello")


async def test_choices_are_picked_from_the_list(anna: Tab) -> None:
    await anna.page.keyboard.type("/fruit basket fill ")
    await expect(anna.options).to_have_text(["Small", "Large"])
    await anna.page.keyboard.type("la")
    await expect(anna.options).to_have_text(["Large"])
    await anna.page.keyboard.press("Enter")
    await anna.page.keyboard.press("Enter")
    await anna.says("filled a large one")


async def test_autocomplete_asks_the_bot_while_one_types(anna: Tab) -> None:
    await anna.page.keyboard.type("/fruit eat ap")
    await expect(anna.options).to_have_text(["Apple", "Apricot"])
    await anna.page.keyboard.press("ArrowDown")
    await anna.page.keyboard.press("Enter")
    await anna.page.keyboard.press("Enter")
    await anna.says("ate apricot")


async def test_users_channels_and_roles_are_picked_by_name(anna: Tab, open_tab: OpenTab) -> None:
    await open_tab("Ben")
    await anna.command("point", who="Ben", where="#tavern", role="Keeper")
    await anna.says("Ben tavern Keeper")


async def test_an_embed_with_a_picture_that_enlarges(anna: Tab) -> None:
    await anna.command("picture")
    embed = anna.page.locator(".embed")
    await expect(embed).to_contain_text("A picture")
    await expect(embed.locator("strong")).to_have_text("by code")
    picture = embed.locator("img")
    await expect(picture).to_have_js_property("naturalWidth", 64)
    await picture.click()
    await expect(anna.page.get_by_role("dialog")).to_be_visible()
    await anna.page.keyboard.press("Escape")
    await expect(anna.page.get_by_role("dialog")).to_have_count(0)


async def test_buttons_and_selects_change_their_message(anna: Tab) -> None:
    await anna.command("doors")
    await anna.last.get_by_role("button", name="Open").click()
    await anna.says("opened by Anna")
    await expect(anna.last.locator(".edited")).to_be_visible()
    await expect(anna.last.get_by_role("button", name="Closed")).to_be_disabled()
    await anna.last.get_by_role("combobox", name="Pick colours").click()
    await anna.last.get_by_role("option", name="Red").click()
    await anna.last.get_by_role("option", name="Blue").click()
    await anna.box.click()
    await anna.says("picked red, blue")


async def test_a_modal_is_checked_and_submitted(anna: Tab) -> None:
    await anna.command("ask")
    modal = anna.page.get_by_role("dialog", name="A question")
    await modal.get_by_role("button", name="Submit").click()
    await expect(modal).to_contain_text("this is required")
    await modal.get_by_label("Your answer").fill("forty-two")
    await modal.get_by_role("combobox").click()
    await modal.get_by_role("option", name="Red").click()
    await modal.get_by_role("button", name="Submit").click()
    await expect(modal).to_have_count(0)
    await anna.says("heard forty-two, Red")


async def test_a_layout_of_components_is_drawn_and_replaced(anna: Tab) -> None:
    await anna.command("panel")
    panel = anna.page.locator(".container")
    await expect(panel.locator(".md-h2")).to_have_text("A panel")
    await expect(panel.locator("img")).to_have_count(2)
    await panel.get_by_role("button", name="Press").click()
    await anna.says("pressed")
    await expect(anna.page.locator(".container")).to_have_count(0)


async def test_an_ephemeral_answer_is_private_and_can_be_dismissed(anna: Tab, open_tab: OpenTab) -> None:
    ben = await open_tab("Ben")
    await anna.command("secret")
    await anna.says("between us")
    await expect(anna.last).to_contain_text("Only you can see this")
    await anna.command("ping")
    await ben.says("pong")
    await expect(ben.page.get_by_text("between us")).to_have_count(0)
    await anna.page.get_by_role("button", name="Dismiss message").click()
    await expect(anna.page.get_by_text("between us")).to_have_count(0)


async def test_thinking_is_shown_until_the_answer_comes(anna: Tab) -> None:
    await anna.command("ponder", seconds="0.4")
    await anna.says("Faye is thinking…")
    await anna.says("done pondering")
    await expect(anna.page.locator(".thinking")).to_have_count(0)


async def test_a_late_bot_did_not_respond(anna: Tab) -> None:
    await anna.command("sleepy", seconds="1.4")
    failed = anna.page.locator(".local.ephemeral")
    await expect(failed).to_contain_text("The application did not respond")
    await failed.get_by_role("button", name="Dismiss message").click()
    await expect(anna.page.locator(".local")).to_have_count(0)


async def test_two_tabs_are_two_players(anna: Tab, open_tab: OpenTab) -> None:
    ben = await open_tab("Ben")
    await expect(anna.page.locator("#people")).to_contain_text("Ben")
    await ben.box.fill("hello Anna")
    await ben.page.keyboard.press("Enter")
    await anna.says("hello Anna")
    await anna.command("doors")
    await ben.last.get_by_role("button", name="Open").click()
    await anna.says("opened by Ben")


async def test_hostile_names_and_words_are_only_text(open_tab: OpenTab) -> None:
    name = "<b>\u202eeve</b> 🐉"
    eve = await open_tab(name)
    words = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) **bold** `code`"
    await eve.box.fill(words)
    await eve.page.keyboard.press("Enter")
    await expect(eve.last.locator(".author")).to_have_text(name)
    await eve.says("<script>alert(1)</script> <img src=x onerror=alert(1)>")
    await expect(eve.last.locator("strong")).to_have_text("bold")
    await expect(eve.last.locator("script, img, a")).to_have_count(0)


async def test_markdown_and_ticking_times_are_rendered(anna: Tab, server: LocalDiscord) -> None:
    words = "# Title\n> quote\n- one\n- two\n||hidden|| <t:1:R> https://example.org/a_b_c ~~old~~ __under__"
    server.person("Ben").say(words)
    await expect(anna.last.locator(".md-h1")).to_have_text("Title")
    await expect(anna.last.locator("li")).to_have_text(["one", "two"])
    await expect(anna.last.locator("time.timestamp")).to_contain_text("years ago")
    link = anna.last.get_by_role("link")
    await expect(link).to_have_attribute("href", "https://example.org/a_b_c")
    spoiler = anna.last.get_by_role("button", name="Spoiler, press to reveal")
    await spoiler.press("Enter")
    await expect(anna.last.locator(".md-spoiler.revealed")).to_have_text("hidden")


async def test_the_page_comes_back_when_the_server_does(anna: Tab, server: LocalDiscord) -> None:
    await anna.command("ping")
    await anna.says("pong")
    async with anna.page.expect_websocket():
        await server._page.close()
    await expect(anna.page.locator("#banner")).to_be_hidden()
    await anna.command("echo", text="again")
    await anna.says("again")


async def test_the_page_tells_when_the_bot_is_away(anna: Tab, server: LocalDiscord) -> None:
    await expect(anna.page.locator("#banner")).to_be_hidden()
    server.world.gateway.on_presence(False)
    await expect(anna.page.locator("#banner")).to_contain_text("Faye is starting or away")


async def test_the_end_stays_in_sight_while_answers_grow(anna: Tab) -> None:
    for number in range(1, 5):
        await anna.command("picture")
        await expect(anna.page.get_by_text("a second message")).to_have_count(number)
    bottom = "node => node.scrollHeight - node.scrollTop - node.clientHeight"
    await expect(anna.page.locator(".embed-image img").last).to_be_in_viewport()
    assert await anna.page.locator("#scroller").evaluate(bottom) < 2


async def test_new_messages_do_not_tear_away_one_who_reads_back(anna: Tab, server: LocalDiscord) -> None:
    ben = server.person("Ben")
    for number in range(60):
        ben.say(f"line {number}")
    await anna.says("line 59")
    scroller = anna.page.locator("#scroller")
    await expect(anna.last).to_be_in_viewport()
    await scroller.evaluate("node => node.scrollTo(0, 0)")
    await expect(anna.last).not_to_be_in_viewport()
    ben.say("news")
    await anna.page.get_by_role("button", name="New messages").click()
    await expect(anna.last).to_contain_text("news")
    await expect(anna.last).to_be_in_viewport()
