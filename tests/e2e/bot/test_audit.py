"""After a session with everything that goes wrong in one, the books still add up."""

from pathlib import Path

from faye.config import Config
from faye.database.audit import audit
from faye.messages.craft import Craft
from faye.playground import LocalDiscord, Person
from faye.utils.log_files import LogFiles
from tests.e2e.conftest import StartBot, begin
from tests.e2e.gated_engine import GatedEngine


async def play(person: Person) -> None:
    """Use every command that changes something, some delivered twice, some refused."""
    await person.slash("daily", deliver_twice=True)
    await person.slash("daily")
    await person.slash("craft", amount=5, deliver_twice=True)
    await person.slash("craft", amount=500)
    await person.slash("summon", banner="daily")
    shown = await person.slash("summon", banner="premium", deliver_twice=True)
    while any(
        button.get("label") == "Summon again" for button in shown.answer.buttons
    ):  # as long as it can be paid
        shown = await person.click(shown, "Summon again", deliver_twice=True)
    await person.slash("summon", banner="standard", amount=10)
    await person.slash("esprit team optimize", deliver_twice=True)
    best, *_, least = await person.autocomplete("esprit lock", "esprit", esprit="")
    await person.slash("esprit upgrade", esprit=best["value"], levels="max", deliver_twice=True)
    await person.slash("esprit lock", esprit=least["value"])
    await person.slash("esprit team set", slot="support2")
    spare = await person.slash("esprit dissolve", rarity="Deity", keep=0)
    for button in spare.answer.buttons:
        await person.click(spare, button["label"], deliver_twice=True)


async def test_a_session_of_commands_passes_the_audit(
    start_bot: StartBot, discord_server: LocalDiscord, engine: GatedEngine, config: Config, tmp_path: Path
) -> None:
    first = await start_bot()
    players = [discord_server.person("Mira"), discord_server.person("Bo")]
    for person in players:
        await begin(person)
        await play(person)

    engine.open_gate.clear()
    left = [await person.slash("craft", amount=1, timeout_s=0) for person in players]
    await engine.until_asked(lambda _: len(engine.commands(Craft)) == 6)
    await first.kill()
    engine.open_gate.set()
    await engine.ask(engine.commands(Craft)[-1])
    await start_bot()
    for each in left:
        await each.finished()
    await engine.go_away()
    cut_off = await players[0].slash("craft", amount=1, timeout_s=0)
    await cut_off.message_until("cannot tell yet")
    await engine.come_back()
    await cut_off.message_until("Nothing happened")

    report = await audit(engine.database, LogFiles(tmp_path), config.engine)

    assert report.clean, report.violations
    assert report.players == len(players)
    assert report.ledger_entries == report.logged_entries > 30
    assert set((await engine.effects()).values()) == {1}
