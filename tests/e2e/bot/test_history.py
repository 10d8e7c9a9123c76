"""/history against the ledger: every entry once, in order, page by page, whatever is written meanwhile."""

from faye.cogs.shared.texts import NO_BREAK_SPACE, number, signed
from faye.config import Config
from faye.playground import LocalDiscord, Person, Result
from tests.e2e.conftest import StartBot, begin
from tests.e2e.gated_engine import GatedEngine


async def summon_much(person: Person, engine: GatedEngine) -> None:
    """Make a ledger of more than two pages."""
    await engine.give(person.id, "fayrites", 100)
    for _ in range(3):
        await person.slash("summon", banner="standard", amount=10)


def lines(page: Result) -> list[str]:
    """The entries that a page shows."""
    return page.answer.embeds[0]["description"].replace(NO_BREAK_SPACE, " ").splitlines()


def labels(page: Result) -> list[str]:
    """The buttons of a page."""
    return [button["label"] for button in page.answer.buttons]


async def read_on(person: Person, page: Result) -> list[str]:
    """The entries of this page and all older ones."""
    read = lines(page)
    while "Older" in labels(page):
        page = await person.click(page, "Older")
        read += lines(page)
    return read


async def ledger_lines(engine: GatedEngine, person: Person) -> list[str]:
    """How each entry's line must end, newest first, as the ledger has it."""
    return [f"**{signed(entry.delta)}**|{number(entry.balance)}" for entry in await engine.ledger(person.id)]


def figures(read: list[str]) -> list[str]:
    """The figures of lines that were read, as `ledger_lines` gives them."""
    return [f"**{line.split('**')[1]}**|{line.rsplit('→ ', 1)[1]}" for line in read]


async def test_the_pages_show_every_ledger_entry_once_newest_first(
    player: Person, engine: GatedEngine, config: Config
) -> None:
    await summon_much(player, engine)
    first = await player.slash("history")
    assert labels(first) == ["Older"]
    assert first.ephemeral

    read = await read_on(player, first)

    assert len(read) > 3 * config.bot.history_page_size
    assert figures(read) == await ledger_lines(engine, player)
    for line, entry in zip(read, await engine.ledger(player.id), strict=True):
        assert entry.asset != "esprit" or config.game.roster[entry.subject].name in line


async def test_an_entry_written_between_two_pages_shifts_none_of_them(
    player: Person, engine: GatedEngine
) -> None:
    await summon_much(player, engine)
    known = await ledger_lines(engine, player)
    first = await player.slash("history")
    shown = lines(first)

    await player.slash("craft", amount=2)
    second = await player.click(first, "Older")

    assert labels(second) == ["Newest", "Newer", "Older"]
    assert figures(shown + await read_on(player, second)) == known
    newest = await player.click(second, "Newest")
    assert "Crafting" in lines(newest)[0]
    assert figures(await read_on(player, newest)) == await ledger_lines(engine, player)


async def test_newer_leads_back_page_by_page_and_reaches_what_was_written_meanwhile(
    player: Person, engine: GatedEngine
) -> None:
    await summon_much(player, engine)
    page = await player.slash("history")
    down = [lines(page)]
    while "Older" in labels(page):
        page = await player.click(page, "Older")
        down.append(lines(page))
    assert labels(page) == ["Newest", "Newer"]

    for expected in reversed(down[1:-1]):
        page = await player.click(page, "Newer")
        assert figures(lines(page)) == figures(expected)
        assert labels(page) == ["Newest", "Newer", "Older"]
    await player.slash("craft", amount=1)
    page = await player.click(page, "Newer")
    assert figures(lines(page)) == figures(down[0])
    page = await player.click(page, "Newer")
    assert "Crafting" in lines(page)[0]
    assert labels(page) == ["Newest", "Older"]


async def test_a_filtered_history_pages_within_its_filter(
    player: Person, engine: GatedEngine, config: Config
) -> None:
    await summon_much(player, engine)
    read = await read_on(player, await player.slash("history", asset="esprit"))
    assert len(read) == 31 > 2 * config.bot.history_page_size
    assert [int(line.rsplit("→ ", 1)[1]) for line in read] == list(range(31, 0, -1))


async def test_pages_go_on_where_they_were_after_a_restart(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    first = await start_bot()
    player = discord_server.person("Mira")
    await begin(player)
    await summon_much(player, engine)
    page = await player.slash("history")
    shown = lines(page)
    await first.kill()
    await start_bot()
    older = await player.click(page, "Older")
    assert figures(shown + await read_on(player, older)) == await ledger_lines(engine, player)
