"""Each person's Discord has a language: the bot hears of it, and its commands may speak several."""

from pathlib import Path
from typing import Any

import pytest

from faye.playground import LocalDiscord
from tests.e2e.local_discord.connecting import call
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot


async def test_an_interaction_carries_the_language_of_its_person(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna, bo = server.person("Anna"), server.person("Bo", locale="de")
    assert (await anna.slash("language")).answer.content == "en-US on a server in en-US"
    assert (await bo.slash("language")).answer.content == "de on a server in en-US"
    anna.locale = "fr"
    assert server.person("Anna").locale == "fr"
    assert (await anna.slash("language")).answer.content == "fr on a server in en-US"
    assert (await bo.slash("language")).answer.content == "de on a server in en-US"


async def test_a_language_that_discord_does_not_have_is_refused(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    with pytest.raises(ValueError, match="klingon"):
        anna.locale = "klingon"
    assert anna.locale == "en-US"


async def test_a_language_outlives_a_restart(tmp_path: Path) -> None:
    for locale in ("en-GB", "de"):
        server = LocalDiscord(tmp_path)
        await server.start()
        server.person("Anna").locale = locale
        await server.stop()
    assert LocalDiscord(tmp_path).person("Anna").locale == "de"


def choices(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the choices of `/fruit basket fill`."""
    fruit = next(command for command in commands if command["name"] == "fruit")
    basket = next(option for option in fruit["options"] if option["name"] == "basket")
    listed: list[dict[str, Any]] = basket["options"][0]["options"][0]["choices"]
    return listed


@pytest.mark.parametrize("asked", ["true", "1"])
async def test_the_texts_for_other_languages_are_listed_when_asked_for(
    server: LocalDiscord, bot: ThrowawayBot, asked: str
) -> None:
    path = f"/applications/{bot.application_id}/commands"
    status, commands = await call(server, "GET", path, params={"with_localizations": asked})
    assert status == 200
    ping = next(command for command in commands if command["name"] == "ping")
    assert not ping["name_localizations"]
    assert ping["description_localizations"] == {"de": "Antwortet sofort"}
    assert choices(commands)[0] == {
        "name": "Small",
        "value": "small",
        "name_localizations": {"de": "Klein"},
    }


@pytest.mark.parametrize("params", [{}, {"with_localizations": "false"}])
async def test_they_are_not_listed_otherwise(
    server: LocalDiscord, bot: ThrowawayBot, params: dict[str, str]
) -> None:
    _, commands = await call(server, "GET", f"/applications/{bot.application_id}/commands", params=params)
    assert "_localizations" not in str(commands)
    assert choices(commands)[0] == {"name": "Small", "value": "small"}


async def test_what_was_written_comes_back_with_the_texts_for_other_languages(server: LocalDiscord) -> None:
    path = f"/applications/{server.world.identity.application_id}/commands"
    spoken = {"name": "a", "description": "d", "description_localizations": {"de": "auf Deutsch"}}
    status, made = await call(server, "POST", path, json=spoken)
    assert (status, made["description_localizations"]) == (201, {"de": "auf Deutsch"})
    _, one = await call(server, "GET", f"{path}/{made['id']}")
    assert one == made
    named = {"name_localizations": {"de": "ä"}}
    _, changed = await call(server, "PATCH", f"{path}/{made['id']}", json=named)
    assert changed["name_localizations"] == {"de": "ä"}
    assert changed["description_localizations"] == {"de": "auf Deutsch"}
    _, replaced = await call(server, "PUT", path, json=[spoken])
    assert replaced[0]["description_localizations"] == {"de": "auf Deutsch"}
    assert replaced[0]["name_localizations"] is None
    status, refused = await call(server, "PUT", path, json=[spoken | {"name_localizations": {"xx": "a"}}])
    assert (status, refused["code"]) == (400, 50035)
