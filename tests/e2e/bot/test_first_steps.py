"""A newcomer's first minutes, through the real bot and the local Discord."""

from typing import Any

from faye.playground import LocalDiscord, Person
from tests.e2e.conftest import RunningBot, begin
from tests.e2e.gated_engine import GatedEngine


async def test_accepting_the_policy_opens_the_player_and_shows_purse_and_starter(
    ada: Person, engine: GatedEngine
) -> None:
    shown = await ada.slash("start")
    assert "Welcome to Faye" in shown.answer.text
    assert await engine.find(int(ada.id)) is None

    accepted = await ada.click(shown, "Accept")

    assert "Your story begins" in accepted.answer.text
    assert (await engine.player(ada.id)).has_started
    assert accepted.answer.buttons == []
    assert accepted.answer.attachments[0]["filename"] == "starter.png"


async def test_every_first_command_answers_a_player(player: Person, engine: GatedEngine) -> None:
    expected = {
        "profile": "level 1",
        "inventory": "Your inventory",
        "daily": "Daily reward",
        "craft": "Freshly crafted",
        "summon": "Pity",
        "odds": "Your pity",
        "esprit collection": "Esprits",
        "esprit upgrade": "Trained",
        "esprit limitbreak": "its limit can be broken",
        "esprit unlock": "has no lock",
        "esprit lock": "Locked",
        "esprit team view": "'s team",
        "esprit team set": "That is how your team is already",
        "esprit dissolve": "stays with you for ever",
        "esprit compare": "Both are the same",
        "level": "level 1",
        "energy": "Your energy",
        "history": "Locked",
        "help": "What you can do",
        "start": "Your first steps",
    }
    starter = (await engine.esprits(player.id))[0]
    named = {"esprit": str(starter.id)}
    options: dict[str, dict[str, Any]] = {
        "craft": {"amount": 9},
        "summon": {"banner": "standard", "amount": 1},
        **{f"esprit {name}": named for name in ("upgrade", "limitbreak", "lock", "unlock", "dissolve")},
        "esprit team set": {"slot": "leader", **named},
        "esprit compare": {"first": str(starter.id), "second": str(starter.id)},
    }
    for path, text in expected.items():
        result = await player.slash(path, **options.get(path, {}))
        assert text in result.answer.text, (path, result.answer.text)


async def test_before_start_each_command_says_kindly_how_to_begin(ada: Person) -> None:
    options: dict[str, dict[str, Any]] = {
        "craft": {"amount": 1},
        "summon": {"banner": "daily"},
        "esprit details": {"esprit": "Emberwick"},
    }
    for path in (
        "profile",
        "inventory",
        "daily",
        "craft",
        "summon",
        "esprit collection",
        "esprit details",
        "history",
    ):
        result = await ada.slash(path, **options.get(path, {}))
        assert "has not begun yet" in result.answer.text, path
        assert "</start:" in result.answer.text


async def test_odds_answer_somebody_who_has_not_begun_but_without_pity(ada: Person) -> None:
    result = await ada.slash("odds")
    assert "39.95 %" in result.answer.text
    assert "Your pity" not in result.answer.text


async def test_pressing_accept_twice_gives_the_first_reply(ada: Person, engine: GatedEngine) -> None:
    shown = await ada.slash("start")
    policy = shown.answer
    first = await ada.click(shown, "Accept", deliver_twice=True)
    before = first.answer.text
    assert [esprit.level for esprit in await engine.esprits(ada.id)] == [1]
    again = await ada.slash("start")
    assert "Your first steps" in again.answer.text
    assert policy.buttons
    assert before == first.answer.text


async def test_somebody_elses_accept_button_changes_nothing(
    ada: Person, discord_server: LocalDiscord, engine: GatedEngine
) -> None:
    shown = await ada.slash("start")
    other = discord_server.person("Bo")
    pressed = await other.click(shown.answer, "Accept")
    assert "belongs to somebody else" in pressed.answer.text
    assert pressed.answer.ephemeral
    assert await engine.find(int(other.id)) is None
    assert await engine.find(int(ada.id)) is None


async def test_a_profile_of_another_player_is_theirs(
    player: Person, discord_server: LocalDiscord, bot: RunningBot
) -> None:
    other = discord_server.person("*Bo* <@1>")
    assert "has not begun yet" in (await player.slash("profile", user=other.id)).answer.text
    await begin(other)
    shown = await player.slash("profile", user=other.id)
    assert "\\*Bo\\*" in shown.answer.text
