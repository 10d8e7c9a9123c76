"""Operators' commands through the real bot: what they do, what is refused, what is done twice, and who may."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from actors.in_force import InForce
from cluster.in_force import ConfigDirectory
from faye.config import Config, load_config
from faye.operators import OPERATORS_KEY, Owners
from faye.playground import LocalDiscord, Person, Result
from tests.e2e.bot.raw_command import send_raw
from tests.e2e.conftest import ROOT, RunningBot, StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine

ADMINISTRATOR = 0x8
WHY = "a good reason"


@pytest.fixture(scope="session")
def config(config: Config) -> Config:
    """The shipped game for people who click as fast as they like."""
    patient = {name: replace(limit, requests=1000) for name, limit in config.limits.classes.items()}
    return replace(config, limits=replace(config.limits, classes=patient))


@pytest.fixture
async def owner(discord_server: LocalDiscord, bot: RunningBot) -> Person:
    """The first person there, to whom the application belongs."""
    person = discord_server.person("Olga")
    assert person.id == discord_server.owner_id
    return person


@pytest.fixture
async def mira(discord_server: LocalDiscord, owner: Person) -> Person:
    """Somebody who has begun, after the owner was there."""
    person = discord_server.person("Mira")
    await begin(person)
    return person


async def admin(owner: Person, command: str, **options: Any) -> Result:
    return await owner.slash(f"admin {command}", **options)


async def events(engine: GatedEngine, person: Person) -> list[tuple[str, str, int, str | None]]:
    """The operators' lines of a player, newest first."""
    rows = await engine.ledger(person.id)
    return [(row.event, row.asset, row.delta, row.subject) for row in rows if row.event.startswith("admin.")]


async def test_what_is_given_arrives_with_a_line_that_says_who_and_why(
    owner: Person, mira: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    given = await admin(owner, "give", user=mira.id, what="faylen", amount=250, reason=WHY)
    assert given.ephemeral
    assert "500 → **750**" in given.answer.text
    assert await events(engine, mira) == [
        ("admin.give", "faylen", 250, None),
        ("admin.give", "admin", 0, f"{owner.id} {WHY}"),
    ]
    choices = await owner.autocomplete("admin give", "what", user=mira.id, what="ember")
    assert "emberwick" in [choice["value"] for choice in choices]
    await admin(owner, "give", user=mira.id, what="emberwick", amount=2, reason=WHY, level=5)
    assert [one.level for one in await engine.esprits(mira.id) if one.species == "emberwick"][-2:] == [5, 5]
    history = (await mira.slash("history")).answer.text
    assert "By an operator" in history
    assert WHY in history
    assert owner.id not in history
    assert errors(caplog) == []


async def test_an_esprit_of_the_player_is_suggested_shown_and_taken_once(
    owner: Person, mira: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await admin(owner, "give", user=mira.id, what="emberwick", amount=1, reason=WHY)
    starter = next(one for one in await engine.esprits(mira.id) if one.bound)
    suggested = await owner.autocomplete("admin remove", "what", user=mira.id, what="")
    assert str(starter.id) in [choice["value"] for choice in suggested]
    shown = await admin(owner, "remove", user=mira.id, what=str(starter.id), reason=WHY)
    assert len(await engine.esprits(mira.id)) == 2
    presses = await asyncio.gather(*(owner.click(shown, "Do it", deliver_twice=True) for _ in range(3)))
    assert all(press.answer.text for press in presses)
    left = await engine.esprits(mira.id)
    assert [one.species for one in left] == ["emberwick"]
    assert (await engine.player(mira.id)).leader_id == left[0].id
    refused = await admin(owner, "remove", user=mira.id, what=str(left[0].id), reason=WHY)
    assert "only Esprit" in refused.answer.text
    assert set((await engine.effects()).values()) == {1}
    assert errors(caplog) == []


async def test_a_suspended_player_is_told_why_and_until_when_and_may_look(
    owner: Person, mira: Person, engine: GatedEngine
) -> None:
    shown = await admin(owner, "suspend", user=mira.id, hours=2, reason="Too many accounts")
    assert "daily" in str((await mira.slash("daily")).answer.embeds).lower()
    done = await owner.click(shown, "Do it")
    assert "Suspended" in str(done.answer.embeds[0]["title"])
    for command in ("daily", "explore"):
        text = (await mira.slash(command)).answer.text
        assert "suspended" in text
        assert "Too many accounts" in text
        assert ":R>" in text
    assert "Your inventory" in (await mira.slash("inventory")).answer.text
    assert "Too many accounts" in (await admin(owner, "inspect", user=mira.id)).answer.text
    await admin(owner, "lift", user=mira.id, reason=WHY)
    assert "suspended" not in (await mira.slash("explore")).answer.text
    assert "like that already" in (await admin(owner, "lift", user=mira.id, reason=WHY)).answer.text


async def test_figures_are_set_within_their_bounds(owner: Person, mira: Person, engine: GatedEngine) -> None:
    await admin(owner, "set", user=mira.id, figure="level_cap", value=30, reason=WHY)
    await admin(owner, "set", user=mira.id, figure="level", value=25, reason=WHY)
    row = await engine.player(mira.id)
    assert (row.level, row.level_cap) == (25, 30)
    for figure, value in (("level", 31), ("level_cap", 15), ("energy", 101), ("pity_standard", 301)):
        refused = await admin(owner, "set", user=mira.id, figure=figure, value=value, reason=WHY)
        assert "Nothing was" in refused.answer.text, figure
    assert (await engine.player(mira.id)).version == row.version


async def test_whoever_was_reset_begins_again(owner: Person, mira: Person, engine: GatedEngine) -> None:
    await mira.slash("daily")
    shown = await admin(owner, "reset", user=mira.id, what="cooldowns", reason=WHY)
    await owner.click(shown, "Do it")
    assert (await engine.player(mira.id)).daily_claimed_at is None
    shown = await admin(owner, "reset", user=mira.id, what="everything", reason=WHY)
    assert "faylen" in shown.answer.text
    await owner.click(shown, "Do it")
    assert "has not begun" in (await mira.slash("daily")).answer.text
    await begin(mira)
    assert (await engine.player(mira.id)).faylen == 500


async def test_what_an_interaction_did_is_found_and_refunded_once(
    owner: Person, mira: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    crafted = await mira.slash("craft", amount=3)
    seen = (await admin(owner, "inspect", user=mira.id)).answer.text
    assert f"`{crafted.id}`" in seen, "what a player did lately is seen with the ids to look it up by"
    found = (await admin(owner, "lookup", interaction=crafted.id)).answer.text
    assert str(await engine.find(int(mira.id))) in found
    assert "crafted 3" in found
    assert "fayrites" in found
    shown = [await admin(owner, "refund", interaction=crafted.id, reason=WHY) for _ in range(2)]
    assert "3 → **0**" in shown[0].answer.text
    await asyncio.gather(*(owner.click(each, "Do it") for each in shown))
    row = await engine.player(mira.id)
    assert (row.fayrites, row.fayrite_shards) == (0, 90)
    again = await admin(owner, "refund", interaction=crafted.id, reason=WHY)
    assert "refunded already" in again.answer.text
    assert "Refunded" in (await admin(owner, "lookup", interaction=crafted.id)).answer.text
    nothing = await admin(owner, "lookup", interaction=shown[0].id)
    assert "Nothing stands under that id" in nothing.answer.text
    assert errors(caplog) == []


async def test_a_look_at_a_player_stands_in_the_players_ledger(
    owner: Person, mira: Person, engine: GatedEngine
) -> None:
    key = await engine.find(int(mira.id))
    seen = await admin(owner, "inspect", user=mira.id)
    assert seen.ephemeral
    assert str(key) in seen.answer.text
    by_key = await admin(owner, "inspect", player=str(key))
    assert str(key) in by_key.answer.text
    assert [event for event, *_ in await events(engine, mira)] == ["admin.inspect"] * 2
    stranger = await admin(owner, "inspect", user=owner.id)
    assert "has not begun" in stranger.answer.text or "not begun" in stranger.answer.text
    assert "or give a player key" in (await admin(owner, "inspect")).answer.text


async def test_nobody_else_sees_uses_or_presses_anything_of_it(
    discord_server: LocalDiscord, owner: Person, mira: Person, engine: GatedEngine
) -> None:
    shown = await admin(owner, "reset", user=mira.id, what="everything", reason=WHY)
    eve = discord_server.person("Eve")
    await begin(eve)
    before = len(engine.asked)
    options = [{"name": "interaction", "type": 3, "value": "1"}]
    raw = await send_raw(discord_server, eve, "admin lookup", options)
    assert "for those who run this bot" in raw.answer.text
    assert raw.ephemeral
    record = discord_server.world.people.by_id(eve.id)
    assert record is not None
    record.permissions |= ADMINISTRATOR  # she may see it then, and still not use it
    for path, given in (("reload", {}), ("inspect", {"user": mira.id}), ("lookup", {"interaction": "1"})):
        refused = await admin(eve, path, **given)
        assert "for those who run this bot" in refused.answer.text
    assert await eve.autocomplete("admin remove", "what", user=mira.id, what="") == []
    assert len(engine.asked) == before
    assert shown.ephemeral, "its button is seen by nobody else"


async def test_who_is_an_operator_no_longer_presses_in_vain(
    owner: Person, mira: Person, bot: RunningBot, engine: GatedEngine
) -> None:
    shown = await admin(owner, "suspend", user=mira.id, hours=2, reason=WHY)
    bot.bot.owners = Owners(frozenset({1}))
    pressed = await owner.click(shown, "Do it")
    assert any(
        "for those who run this bot" in str(each.text) for each in (pressed.answer, *pressed.followups)
    )
    assert (await engine.player(mira.id)).suspended_until is None


async def test_the_button_acts_after_a_restart_of_the_bot(
    owner: Person, mira: Person, bot: RunningBot, start_bot: StartBot, engine: GatedEngine
) -> None:
    shown = await admin(owner, "remove", user=mira.id, what="faylen", amount=100, reason=WHY)
    await bot.close()
    await start_bot()
    await owner.click(shown, "Do it")
    assert (await engine.player(mira.id)).faylen == 400
    assert (await events(engine, mira))[0] == ("admin.remove", "faylen", -100, None)


async def test_new_figures_are_checked_first_and_then_in_force_everywhere(
    discord_server: LocalDiscord,
    start_bot: StartBot,
    engine: GatedEngine,
    config: Config,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    directory = tmp_path / "config"
    shutil.copytree(ROOT / "config", directory)
    written = load_config(directory)
    await engine.configurations.put_in_force(written.game)
    running = replace(config, game=written.game)
    in_force = InForce(written.game, engine.configurations.newest)
    figures = ConfigDirectory(directory, running, in_force, engine.configurations)
    bot = (await start_bot(running, figures=figures)).bot
    owner = discord_server.person("Olga")
    await begin(owner)

    def write(**changes: Any) -> None:
        craft = json.loads((directory / "craft.json").read_text()) | changes
        (directory / "craft.json").write_text(json.dumps(craft))

    assert "in force already" in (await admin(owner, "reload")).answer.text
    write(shards_per_fayrite=0)
    refused = (await admin(owner, "reload")).answer.text
    assert "shards" in refused
    assert "Nothing was done" in refused
    assert "10" in (await owner.slash("craft", amount=1)).answer.text
    write(shards_per_fayrite=7, amount_max=2)
    swapped = await admin(owner, "reload")
    assert "in force" in swapped.answer.text
    assert "craft" in swapped.answer.text
    assert "**7**" in (await owner.slash("craft", amount=1)).answer.text
    rows = await engine.ledger(owner.id)
    assert rows[0].config_id == load_config(directory).game.id
    assert await in_force.follow()
    await bot.show(in_force.game)
    assert "between 1 and 2" in (await owner.slash("craft", amount=3)).answer.text
    lines = await engine.lines_of(OPERATORS_KEY)
    assert [(line.event, line.subject.split()[0]) for line in lines] == [("admin.reload", owner.id)]
    assert errors(caplog) == []


async def test_in_a_guild_of_their_own_the_commands_are_registered_there_alone(
    discord_server: LocalDiscord, start_bot: StartBot
) -> None:
    guild_id = discord_server.world.identity.guild_id
    await start_bot(owners=Owners(guild_id=int(guild_id)))
    book = discord_server.world.commands
    assert "admin" not in {command["name"] for command in book.in_scope()}
    assert [command["name"] for command in book.in_scope(guild_id)] == ["admin"]
    assert (
        "not begun"
        in (await admin(discord_server.person("Olga"), "inspect", user=discord_server.owner_id)).answer.text
    )
