"""Values that Discord's own client would never send: a clear answer, nothing asked, no error logged."""

from typing import Any

import pytest

from faye.config import Config
from faye.playground import LocalDiscord, Person
from tests.e2e.bot.raw_command import send_raw
from tests.e2e.conftest import errors
from tests.e2e.gated_engine import GatedEngine

STRING, INTEGER, USER = 3, 4, 6

RTL = "\u202e\u2066olleh\u200f"
BAD_VALUES: list[tuple[str, str, int, Any, str]] = [
    ("craft", "amount", INTEGER, 0, "must be between"),
    ("craft", "amount", INTEGER, -5, "must be between"),
    ("craft", "amount", INTEGER, 10**30, "must be between"),
    ("craft", "amount", INTEGER, "many", "must be between"),
    ("craft", "amount", INTEGER, 1.5, "must be between"),
    ("craft", "amount", INTEGER, True, "must be between"),
    ("summon", "banner", STRING, "golden", "no such banner"),
    ("summon", "banner", STRING, "x" * 6_000, "no such banner"),
    ("history", "asset", STRING, RTL, "no history of that"),
    ("leaderboard", "by", STRING, "wealth", "no such board"),
    ("leaderboard", "by", STRING, 7, "no such board"),
    ("esprit collection", "rarity", STRING, "**Best**", "don't know that filter"),
    ("esprit collection", "only", STRING, "stolen", "don't know that filter"),
    ("esprit collection", "sort", STRING, 7, "don't know that filter"),
    ("esprit collection", "name", STRING, "🔥" * 3_000, "between 1 and 24"),
    ("esprit collection", "name", STRING, "\u200f\u202e", "between 1 and 24"),
    ("esprit details", "esprit", STRING, "a" * 6_000, "between 1 and 40"),
    ("esprit details", "esprit", STRING, "\u202e", "between 1 and 40"),
]


@pytest.mark.parametrize(("path", "option", "kind", "value", "answer"), BAD_VALUES)
async def test_a_value_that_cannot_be_gets_a_clear_answer_and_reaches_no_engine(
    player: Person,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    caplog: pytest.LogCaptureFixture,
    path: str,
    option: str,
    kind: int,
    value: Any,
    answer: str,
) -> None:
    asked = len(engine.asked)
    result = await send_raw(discord_server, player, path, [{"name": option, "type": kind, "value": value}])
    assert answer in result.answer.text
    assert result.answer.ephemeral
    assert len(result.answer.text) < 400
    assert len(engine.asked) == asked
    assert errors(caplog) == []


@pytest.mark.parametrize(
    "text", ["Nobody", "**x**", "@everyone", "<@1>", "🔥", "99999999999999999999", "0", "-1", "٣"]
)
async def test_an_esprit_that_nobody_has_gets_a_clear_answer(player: Person, text: str) -> None:
    shown = (await player.slash("esprit details", esprit=text)).answer
    assert "None of your Esprits is called" in shown.text
    assert "@everyone" not in shown.text
    assert "<@1>" not in shown.text.replace("\\<@1>", "")


@pytest.mark.parametrize("user_id", ["1", "99999999999999999999999"])
async def test_a_user_whom_discord_does_not_tell_of_gets_a_clear_answer(
    player: Person,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    caplog: pytest.LogCaptureFixture,
    user_id: str,
) -> None:
    asked = len(engine.asked)
    option = {"name": "user", "type": USER, "value": user_id}
    result = await send_raw(discord_server, player, "profile", [option])
    assert "cannot find that user" in result.answer.text
    assert result.answer.ephemeral
    assert len(engine.asked) == asked
    assert errors(caplog) == []


async def test_bots_have_no_profile_and_faye_says_so_of_herself(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    asked = len(engine.asked)
    own_id = discord_server.world.identity.application_id
    told = (await player.slash("profile", user=own_id)).answer
    assert "I tell the story" in told.text
    assert told.ephemeral
    bot = {"id": "17", "username": "radio*", "discriminator": "0", "avatar": None, "bot": True}
    option = {"name": "user", "type": USER, "value": "17"}
    other = await send_raw(discord_server, player, "profile", [option], {"users": {"17": bot}})
    assert r"radio\* is a bot" in other.answer.text
    assert other.answer.ephemeral
    assert len(engine.asked) == asked


async def test_an_esprit_of_somebody_else_is_unknown(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    other = discord_server.person("Bo")
    await other.click(await other.slash("start"), "Accept")
    theirs = (await engine.esprits(other.id))[0].id
    shown = await player.slash("esprit details", esprit=str(theirs))
    assert "You have no such Esprit" in shown.answer.text


async def test_a_command_that_the_bot_does_not_know_asks_to_reload(
    player: Person, discord_server: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    result = await send_raw(discord_server, player, "esprit sell", [])
    assert "has changed" in result.answer.text
    missing = await send_raw(discord_server, player, "craft", [])
    assert "has changed" in missing.answer.text
    assert errors(caplog) == []


async def test_suggestions_are_the_players_own_and_empty_for_strangers(
    player: Person, discord_server: LocalDiscord, engine: GatedEngine, config: Config
) -> None:
    starter = (await engine.esprits(player.id))[0]
    name = config.game.roster[starter.species].name
    suggested = await player.autocomplete("esprit details", "esprit", esprit=name[:3].upper())
    assert [choice["value"] for choice in suggested] == [str(starter.id)]
    assert await player.autocomplete("esprit details", "esprit", esprit="~" * 5_000) == []
    assert await discord_server.person("Bo").autocomplete("esprit details", "esprit", esprit="") == []


async def test_a_picture_that_cannot_be_drawn_leaves_the_text(
    player: Person, engine: GatedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> bytes:
        raise RuntimeError("no ink")

    monkeypatch.setattr("faye.utils.image_generator.CardStudio.card", fails)
    await engine.give(player.id, "fayrites", 1)
    shown = (await player.slash("summon", banner="standard")).answer
    assert "Pity" in shown.text
    assert shown.attachments == []
    assert "image" not in shown.embeds[0]


@pytest.mark.parametrize(("command", "says"), [("profile", "Team power"), ("esprit team view", "Together")])
async def test_a_team_whose_banner_cannot_be_drawn_is_told_in_words(
    player: Person, monkeypatch: pytest.MonkeyPatch, command: str, says: str
) -> None:
    shown = (await player.slash(command)).answer
    assert [file["filename"] for file in shown.attachments] == ["team.webp"]
    assert (shown.attachments[0]["width"], shown.attachments[0]["height"]) == (800, 320)

    async def fails(*_: object) -> bytes:
        raise RuntimeError("no ink")

    monkeypatch.setattr("faye.utils.image_generator.CardStudio.banner", fails)
    plain = (await player.slash(command)).answer
    assert says in plain.text
    assert plain.attachments == []
