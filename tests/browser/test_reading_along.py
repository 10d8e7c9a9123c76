"""Whoever reads along sees what is new: the end stays in sight, or a pill says that there is more below."""

from playwright.async_api import Locator, expect

from faye.playground import LocalDiscord
from tests.browser.conftest import OpenTab
from tests.browser.tab import Tab
from tests.e2e.local_discord.connecting import call

FROM_THE_END = "node => node.scrollHeight - node.scrollTop - node.clientHeight"

# The list loses a row, which cuts the scroll position back, and gains a longer one before the page hears of it.
SHRINK_AND_GROW = """async (list) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const row = (height) => Object.assign(document.createElement("li"), { style: `height: ${height}px` });
  for (let round = 0; round < 5; round++) {
    const short = row(300);
    list.append(short);
    await frame();
    await frame();
    short.remove();
    await frame();
    list.append(row(900));
    await frame();
    await frame();
  }
}"""


def pill(tab: Tab) -> Locator:
    return tab.page.get_by_role("button", name="New messages")


async def full_channel(tab: Tab, server: LocalDiscord) -> Locator:
    """Fill the channel far beyond one screen; return what scrolls."""
    ben = server.person("Ben")
    for number in range(60):
        ben.say(f"line {number}")
    await tab.says("line 59")
    await expect(tab.last).to_be_in_viewport()
    return tab.page.locator("#scroller")


async def test_a_list_that_shrinks_and_grows_at_once_keeps_its_end_in_sight(
    anna: Tab, server: LocalDiscord
) -> None:
    scroller = await full_channel(anna, server)
    await anna.page.locator("#messages").evaluate(SHRINK_AND_GROW)
    assert await scroller.evaluate(FROM_THE_END) < 2
    server.person("Ben").say("news")
    await expect(anna.last).to_be_in_viewport()


async def test_an_answer_that_was_thought_over_is_announced_to_one_who_reads_back(
    anna: Tab, server: LocalDiscord
) -> None:
    scroller = await full_channel(anna, server)
    await anna.command("ponder", seconds="0.6")
    await anna.says("Faye is thinking…")
    await scroller.evaluate("node => node.scrollTo(0, 0)")
    await expect(anna.last).not_to_be_in_viewport()
    await anna.says("done pondering")
    await pill(anna).click()
    await expect(anna.last).to_be_in_viewport()
    await expect(pill(anna)).to_be_hidden()


async def test_a_long_answer_to_oneself_is_read_from_its_beginning(anna: Tab, server: LocalDiscord) -> None:
    await full_channel(anna, server)
    await anna.page.set_viewport_size({"width": 390, "height": 400})
    await anna.command("echo", text="many words " * 35, times="5")
    await expect(anna.last.locator(".context")).to_be_in_viewport()
    await expect(anna.last.locator(".context")).to_contain_text("Anna used /echo")
    # Others talk meanwhile: the reader is told, and stays.
    server.person("Ben").say("what a long text")
    await expect(pill(anna)).to_be_visible()
    await expect(anna.messages.nth(-2).locator(".context")).to_be_in_viewport()
    await pill(anna).click()
    await expect(anna.last).to_be_in_viewport()


async def test_what_a_press_made_of_the_last_message_is_read_from_its_beginning(
    anna: Tab, server: LocalDiscord
) -> None:
    await full_channel(anna, server)
    await anna.command("doors")
    await anna.says("three doors")
    await anna.page.set_viewport_size({"width": 1280, "height": 240})
    await anna.last.get_by_role("button", name="Open").click()
    await anna.says("opened by Anna")
    await expect(anna.last.locator(".context")).to_be_in_viewport()


async def test_escape_goes_back_to_the_newest_message(anna: Tab, server: LocalDiscord) -> None:
    scroller = await full_channel(anna, server)
    await scroller.focus()
    await anna.page.keyboard.press("Home")
    await expect(scroller).to_have_js_property("scrollTop", 0)
    await anna.page.keyboard.press("Escape")
    await expect(anna.last).to_be_in_viewport()
    await expect(anna.box).to_be_focused()


async def test_a_reply_shows_the_words_of_its_original_as_they_are_read(
    anna: Tab, server: LocalDiscord
) -> None:
    ben = server.person("Ben")
    original = ben.say(f"## **Hi** <@{ben.id}>, ||hush|| `code` <t:86400:D> snake_case\nsecond line")
    await anna.says("second line")
    await reply_to(server, original.id)
    excerpt = anna.last.locator(".context-excerpt")
    await expect(excerpt).to_have_text("Hi @Ben, ▒▒▒▒ code January 2, 1970 snake_case")
    await excerpt.click()
    await expect(anna.page.locator(f'[data-message-id="{original.id}"]')).to_have_class(
        "message headed sought"
    )


async def test_another_channel_tells_of_what_was_not_read_there(anna: Tab, server: LocalDiscord) -> None:
    tavern = anna.page.locator(".channel").filter(has_text="tavern")
    server.person("Ben", channel="tavern").say("psst")
    await expect(tavern).to_have_accessible_name("tavern (unread)")
    await tavern.click()
    await anna.says("psst")
    await expect(tavern).to_have_accessible_name("tavern")


async def test_a_failed_press_is_told_under_its_message_until_the_next_one(
    anna: Tab, server: LocalDiscord
) -> None:
    await anna.command("doors")
    await anna.says("three doors")
    server.fail_next(r"POST .*/callback", status=403)
    await anna.last.get_by_role("button", name="Open").click()
    await expect(anna.last.locator(".message-error")).to_have_text("This interaction failed")
    await expect(anna.last.get_by_role("button", name="Open")).to_have_attribute("aria-busy", "false")
    await anna.last.get_by_role("button", name="Open").click()
    await anna.says("opened by Anna")
    await expect(anna.last.locator(".message-error")).to_be_empty()


async def test_a_select_near_the_end_opens_to_where_all_of_it_is_seen(
    anna: Tab, server: LocalDiscord
) -> None:
    await full_channel(anna, server)
    options = [{"label": label, "value": label} for label in ("Up", "Down")]
    rows = [{"type": 1, "components": [{"type": 3, "custom_id": name, "options": options}]} for name in "ab"]
    await say(server, content="where to?", components=rows)
    await anna.says("where to?")
    await anna.last.get_by_role("combobox").first.press("ArrowDown")
    covered = (
        "node => { const box = node.getBoundingClientRect();"
        " return !node.contains(document.elementFromPoint(box.x + 9, box.bottom - 4)) }"
    )
    for option in await anna.last.get_by_role("option").all():
        assert not await option.evaluate(covered)


async def test_inline_fields_stand_in_whole_words_on_a_telephone(
    open_tab: OpenTab, server: LocalDiscord
) -> None:
    tab = await open_tab("Anna", width=390)
    await say(server, embeds=[{"title": "Profile", "fields": FIELDS}])
    names = tab.last.locator(".embed-field-name")
    await expect(names).to_have_count(len(FIELDS))
    for name in await names.all():
        lines = await name.evaluate(
            "node => { const range = document.createRange(); range.selectNodeContents(node);"
            " return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size }"
        )
        assert lines == 1, await name.text_content()


async def test_nothing_is_cut_off_on_a_telephone(open_tab: OpenTab, server: LocalDiscord) -> None:
    tab = await open_tab("W" * 32, width=390)
    long = "a label that is long and goes on and on and on, further than any telephone is wide"
    menu = {"type": 3, "custom_id": "s", "placeholder": long, "options": [{"label": long, "value": "1"}]}
    buttons = [
        {"type": 2, "style": 2, "label": f"A longer label {n}", "custom_id": f"b{n}"} for n in range(5)
    ]
    elsewhere = {"url": "https://example.org/x.png"}
    await say(
        server,
        embeds=[{"title": long, "description": "x" * 300, "fields": FIELDS, "thumbnail": elsewhere}],
        components=[{"type": 1, "components": buttons}, {"type": 1, "components": [menu]}],
    )
    edge = await tab.last.evaluate("node => node.getBoundingClientRect().right")
    for part in await tab.last.locator(".embed, .embed-title, .button, .select, .embed-field").all():
        box = await part.bounding_box()
        assert box
        assert box["x"] + box["width"] <= edge
        assert box["width"] >= 60
    assert await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    scroller = tab.page.locator("#scroller")
    assert await scroller.evaluate("node => node.scrollWidth <= node.clientWidth")


FIELDS = [
    {"name": name, "value": "November 23, 2026 at 9:42 AM", "inline": True}
    for name in ("Collection", "Daily streak", "Playing since", "Headquarters")
]


async def say(server: LocalDiscord, **body: object) -> None:
    """Let the bot speak into the first channel."""
    path = f"/channels/{next(iter(server.world.identity.channels.values()))}/messages"
    status, answer = await call(server, "POST", path, json=body)
    assert status == 200, answer


async def reply_to(server: LocalDiscord, message_id: str) -> None:
    """Let the bot reply to a message."""
    await say(server, content="indeed", message_reference={"message_id": message_id})
