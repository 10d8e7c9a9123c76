"""In which language the real bot answers: Discord's, the one that was settled, and the same after all goes wrong."""

import asyncio

import pytest
from discord.http import Route

from faye.messages.craft import Craft
from faye.playground import LocalDiscord, Person
from tests.e2e.conftest import RunningBot, StartBot, errors
from tests.e2e.gated_engine import GatedEngine


@pytest.fixture
async def lena(discord_server: LocalDiscord, bot: RunningBot) -> Person:
    """Somebody whose Discord is German, who has begun."""
    person = discord_server.person("Lena", locale="de")
    shown = await person.slash("start")
    assert "Willkommen" in shown.answer.text
    await person.click(shown, "Annehmen")
    return person


async def test_everybody_is_answered_in_the_language_of_their_discord(
    lena: Person, player: Person, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    german, english = await asyncio.gather(lena.slash("profile"), player.slash("profile"))
    assert "Stufe 1" in german.answer.text
    assert "level 1" in english.answer.text
    await engine.give(lena.id, "fayrite_shards", 50_000)
    crafted = await lena.slash("craft", amount=1000)
    assert "1.000" in crafted.answer.text
    assert "Fayrite" in crafted.answer.text
    player.locale = "fr"
    assert "level 1" in (await player.slash("profile")).answer.text, "nobody speaks French yet"
    assert errors(caplog) == []


async def test_a_refusal_at_the_door_and_one_by_the_engine_are_in_that_language_too(
    lena: Person, discord_server: LocalDiscord
) -> None:
    short = await lena.slash("craft", amount=1_000_000)
    assert "Das kostet 🔷 **10.000.000** Fayritsplitter, und du hast 90" in short.answer.text
    policy = await discord_server.person("Bo").slash("start")
    foreign = await lena.click(policy, "Accept")
    assert "Das gehört jemand anderem" in foreign.answer.text
    asked = await asyncio.gather(*(lena.slash("craft", amount=1) for _ in range(25)))
    assert any("etwas schnell" in each.answer.text for each in asked if each.message)


async def test_a_settled_language_goes_before_discords_and_outlives_the_bot(
    player: Person, bot: RunningBot, start_bot: StartBot, caplog: pytest.LogCaptureFixture
) -> None:
    settings = await player.slash("settings view")
    await player.choose(settings, "Language", ["Deutsch"])
    assert "Deine Einstellungen" in settings.answer.text
    assert "Stufe 1" in (await player.slash("profile")).answer.text
    await bot.close()
    await start_bot()
    assert "Stufe 1" in (await player.slash("profile")).answer.text
    settings = await player.slash("settings view")
    await player.choose(settings, "Sprache", ["Wie in Discord eingestellt"])
    assert "Your settings" in settings.answer.text
    assert "level 1" in (await player.slash("profile")).answer.text
    assert errors(caplog) == []


async def test_whatever_is_said_is_said_in_the_settled_language(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    policy = await discord_server.person("Bo").slash("start")
    await player.choose(await player.slash("settings view"), "Language", ["Deutsch"])
    assert "Was du tun kannst" in (await player.slash("help")).answer.text
    assert "Das gehört jemand anderem" in (await player.click(policy, "Accept")).answer.text
    engine.open_gate.clear()
    unknown = await player.slash("craft", amount=3, timeout_s=0)
    await engine.until_asked(lambda request: isinstance(request, Craft))
    await engine.go_away()
    engine.open_gate.set()
    await unknown.message_until("**kann noch nicht sagen**")
    await engine.come_back()
    await unknown.message_until("nichts passiert", 10)
    asked = await asyncio.gather(*(player.slash("craft", amount=1) for _ in range(25)))
    assert any("etwas schnell" in each.answer.text for each in asked if each.message)
    erasing = await player.slash("settings delete")
    await player.click(erasing, "Endgültig löschen")
    assert "Danke, dass du gespielt hast" in erasing.answer.text


async def test_what_comes_later_comes_in_the_language_in_which_it_was_asked(
    lena: Person, bot: RunningBot, engine: GatedEngine
) -> None:
    engine.reply_is_lost = True
    asked = await lena.slash("craft", amount=1, timeout_s=0)
    await asked.message_until("Frisch hergestellt")


async def test_commands_are_described_in_german_and_synced_only_when_they_change(
    discord_server: LocalDiscord, bot: RunningBot, start_bot: StartBot
) -> None:
    http = bot.bot.http
    application = bot.bot.application_id
    path = f"/applications/{application}/commands"
    found = await http.request(Route("GET", path), params={"with_localizations": "true"})
    craft = next(command for command in found if command["name"] == "craft")
    assert "Fayrit" in craft["description_localizations"]["de"]
    assert craft["options"][0]["description_localizations"]["de"]
    assert not craft["name_localizations"], "what is typed is the same for all"
    versions = {command["name"]: command["version"] for command in found}
    await bot.close()
    again = await start_bot()
    found = await again.bot.http.request(Route("GET", path), params={"with_localizations": "true"})
    assert {command["name"]: command["version"] for command in found} == versions
