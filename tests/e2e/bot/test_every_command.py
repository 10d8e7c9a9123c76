"""Every command and every component there is, met with what people and broken clients do to them."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from faye.config import Config
from faye.messages import Command
from faye.playground import LocalDiscord, Person, Result
from faye.playground.wire import Json
from tests.e2e.bot.raw_command import send_raw
from tests.e2e.conftest import StartBot, begin, errors
from tests.e2e.gated_engine import GatedEngine

STRING, INTEGER, BOOLEAN, USER, NUMBER = 3, 4, 5, 6, 10
HOSTILE: dict[int, list[Any]] = {
    INTEGER: [0, -1, 1.0, 10.0, 1.5, 10**9 + 1, 10**30, -(10**30), "many", "", "1", True, None, [], {}],
    STRING: [
        "", " ", "x" * 6_000, "🔥" * 3_000, "\u202e\u2066\u200f", "\u200b", "**x** [a](https://e.example)",
        "@everyone <@1> <#1>", "'; DROP TABLE players; --", "\x00", "0", "-1", str(2**63), "٣",
        0, -1, 1.5, True, None, [], {},
    ],
    USER: ["1", str(10**30)],
}  # fmt: skip
MYSELF = "myself"
VALID: dict[str, dict[str, Any]] = {
    "craft": {"amount": 1},
    "summon": {"banner": "standard"},
    "esprit details": {"esprit": "Nobody"},
    "esprit upgrade": {"esprit": "Nobody"},
    "esprit limitbreak": {"esprit": "Nobody"},
    "esprit lock": {"esprit": "Nobody"},
    "esprit unlock": {"esprit": "Nobody"},
    "esprit team set": {"slot": "leader"},
    "esprit dissolve": {"rarity": "Deity"},
    "esprit compare": {"first": "Nobody", "second": "Nobody"},
    "admin inspect": {"user": MYSELF},
    "admin give": {"user": MYSELF, "what": "faylen", "amount": 1, "reason": "x"},
    "admin remove": {"user": MYSELF, "what": "faylen", "reason": "x"},
    "admin set": {"user": MYSELF, "figure": "energy", "value": 5, "reason": "x"},
    "admin reset": {"user": MYSELF, "what": "everything", "reason": "x"},
    "admin suspend": {"user": MYSELF, "hours": 1, "reason": "x"},
    "admin lift": {"user": MYSELF, "reason": "x"},
    "admin refund": {"interaction": "1", "reason": "x"},
    "admin lookup": {"interaction": "1"},
}
"""What a command needs beside the option under test."""

UNDERSTANDABLE_CHARS_MAX = 700
NAMES = [
    "@everyone **bold** ||x||",
    "[x](https://e.example)",
    "discord.gg/free https://e.ex",
    "\u202eabc\u2066\u200b שלום",
    "🔥🦊👩‍👩‍👧",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334a",
    "_" * 32,
    "`</start:1>` <@1> <t:1:R>",
]


@pytest.fixture
def generous(config: Config) -> Config:
    """The shipped configuration without a limit that these tests could reach."""
    limit = next(iter(config.limits.classes.values()))
    classes = dict.fromkeys(config.limits.classes, replace(limit, requests=100_000))
    return replace(config, limits=replace(config.limits, classes=classes))


@pytest.fixture
async def mira(start_bot: StartBot, generous: Config, discord_server: LocalDiscord) -> Person:
    """Somebody who has begun, and may be fast."""
    await start_bot(generous)
    person = discord_server.person("Mira")
    await begin(person)
    return person


def commands_of(server: LocalDiscord) -> Iterator[tuple[str, list[Json]]]:
    """Every command's path and options, as Discord knows them."""
    for command in server.world.commands.in_scope():
        yield from leaves(command["name"], command)


def leaves(path: str, node: Json) -> Iterator[tuple[str, list[Json]]]:
    """The commands in a node, however deep they lie in groups."""
    options = node.get("options") or []
    parts = [option for option in options if option["type"] in (1, 2)]
    if not parts:
        yield path, options
    for part in parts:
        yield from leaves(f"{path} {part['name']}", part)


def valid(path: str, person: Person) -> dict[str, Any]:
    """What this person needs to give; the first one there is an operator."""
    return {name: person.id if value == MYSELF else value for name, value in VALID.get(path, {}).items()}


def is_for_operators(path: str) -> bool:
    """Whether a command is about other players, for those who run the bot."""
    return path.startswith("admin ")


def given(path: str, options: list[Json]) -> list[Json]:
    """What is valid in a command, as a client sends it."""
    kinds = {option["name"]: option["type"] for option in options}
    values = {name: "1" if value == MYSELF else value for name, value in VALID.get(path, {}).items()}
    return [{"name": n, "type": kinds[n], "value": v} for n, v in values.items()]


async def state_of(engine: GatedEngine, person: Person) -> tuple[Any, ...]:
    """All that a command could have changed."""
    return (await engine.player(person.id)).model_dump(), len(await engine.ledger(person.id))


async def test_no_option_of_any_command_can_be_given_what_breaks_it(
    mira: Person, discord_server: LocalDiscord, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    before, tried = await state_of(engine, mira), 0
    for path, options in commands_of(discord_server):
        for option in options:
            for value in HOSTILE[option["type"]]:
                bad = {"name": option["name"], "type": option["type"], "value": value}
                others = [each for each in given(path, options) if each["name"] != option["name"]]
                result = await send_raw(discord_server, mira, path, [*others, bad])
                text = result.answer.text
                where = (path, option["name"], str(value)[:20], text)
                assert text, where
                assert "broke on my side" not in text, where
                assert len(text) < UNDERSTANDABLE_CHARS_MAX or "Mira's Esprits" in text, where
                tried += 1
    assert tried > 100
    assert await state_of(engine, mira) == before
    assert errors(caplog) == []


async def test_no_suggestion_can_be_asked_for_with_what_breaks_it(
    mira: Person, caplog: pytest.LogCaptureFixture
) -> None:
    for typed in HOSTILE[STRING]:
        if isinstance(typed, str):
            assert len(await mira.autocomplete("esprit details", "esprit", esprit=typed)) <= 25
    assert errors(caplog) == []


async def test_every_command_delivered_twice_answers_once_and_acts_once(
    mira: Person, discord_server: LocalDiscord, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    for path, _ in commands_of(discord_server):
        seen = len(mira.messages())
        result = await mira.slash(path, deliver_twice=True, **valid(path, mira))
        assert result.answer.text, path
        discord_server.redeliver(result.id)
        assert "Your inventory" in (await mira.slash("inventory")).answer.text
        assert len(mira.messages()) == seen + 2, path
    assert set((await engine.effects()).values()) == {1}
    assert errors(caplog) == []


async def test_every_command_before_the_start_tells_how_to_begin_and_makes_no_account(
    start_bot: StartBot,
    generous: Config,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await start_bot(generous)
    ada = discord_server.person("Ada")
    for path, _ in commands_of(discord_server):
        if is_for_operators(path):
            continue
        text = (await ada.slash(path, **valid(path, ada))).answer.text
        assert any(hint in text for hint in ("</start:", "/start", "Accept")), (path, text)
    assert await engine.find(int(ada.id)) is None
    assert [asked for asked in engine.asked if isinstance(asked, Command)] == []
    assert errors(caplog) == []


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_whatever_somebody_is_called_every_answer_is_shown_plainly(
    start_bot: StartBot,
    generous: Config,
    discord_server: LocalDiscord,
    engine: GatedEngine,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    await start_bot(generous)
    person = discord_server.person(name)
    await begin(person)
    await engine.give(person.id, "fayrites", 10)
    texts = []
    for path, options in commands_of(discord_server):
        chosen = {"banner": "standard", "amount": 10} if path == "summon" else valid(path, person)
        texts.append((await person.slash(path, **chosen)).answer.text)
        if any(option["type"] == USER for option in options) and not is_for_operators(path):
            texts.append((await discord_server.person("Bo").slash(path, user=person.id)).answer.text)
    for text in texts:
        for raw in (
            "@everyone",
            "https://",
            "discord.gg",
            "**bold**",
            "<@1>",
            "<t:1:R>",
            "\u202e",
            "\u200b ",
        ):
            assert raw not in text
    assert errors(caplog) == []


async def one_of_each_component(player: Person, engine: GatedEngine, server: LocalDiscord) -> list[Result]:
    """Messages that carry every kind of component there is, all of them the player's."""
    newcomer = server.person("Ada")
    await engine.give(player.id, "fayrites", 100)
    summoned = await player.slash("summon", banner="standard", amount=10)
    history = await player.slash("history")
    for currency in ("virelite", "remna"):
        await engine.give(player.id, currency, 100_000)
    starter = next(str(esprit.id) for esprit in await engine.esprits(player.id) if esprit.bound)
    await player.slash("esprit upgrade", esprit=starter, levels="max")
    return [
        await newcomer.slash("start"),
        summoned,
        await player.slash("esprit collection"),
        await player.click(await player.slash("esprit collection"), "Next"),
        await player.slash("esprit details", esprit="a"),
        await player.slash("esprit limitbreak", esprit=starter),
        await player.slash("esprit dissolve", rarity="Deity", keep=0),
        history,
        await player.click(await player.slash("history"), "Older"),
        await player.slash("leaderboard"),
        await player.slash("settings view"),
        await player.slash("settings delete"),
    ]


def components_of(message: Result) -> Iterator[tuple[str, list[str]]]:
    """The ids of a message's components, each with what can be chosen in it."""
    for row in message.answer.raw["components"]:
        for component in row["components"]:
            yield component["custom_id"], [option["value"] for option in component.get("options", [])][:1]


async def use(person: Person, message: Result, custom_id: str, values: list[str], **how: Any) -> Result:
    if values:
        return await person.choose(message.answer, custom_id, values, **how)
    return await person.click(message.answer, custom_id, **how)


async def test_components_of_others_are_refused_privately_and_ask_nothing(
    mira: Person, discord_server: LocalDiscord, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    messages = await one_of_each_component(mira, engine, discord_server)
    stranger = discord_server.person("Bo")
    asked, kinds, unseen = len(engine.asked), set(), set()
    for message in messages:
        before = message.answer.text
        for custom_id, values in components_of(message):
            kinds.add(custom_id.partition(":")[0])
            if not stranger.sees(message.answer.id):
                unseen.add(custom_id.partition(":")[0])
                continue
            pressed = await use(stranger, message, custom_id, values)
            assert "belongs to somebody else" in pressed.answer.text, custom_id
            assert pressed.ephemeral
        assert message.answer.text == before
    assert kinds == {"start", "again", "turn", "sort", "pick", "history", "break", "dissolve",
                     "private", "language", "remind", "leave", "erase", "boards"}  # fmt: skip
    assert unseen == {"history", "dissolve", "private", "language", "remind", "leave", "erase", "boards"}, (
        "all that a stranger can see was pressed"
    )
    assert len(engine.asked) == asked
    assert errors(caplog) == []


async def test_every_component_pressed_twice_at_once_acts_once(
    mira: Person, discord_server: LocalDiscord, engine: GatedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    messages = await one_of_each_component(mira, engine, discord_server)
    erasing = messages.pop()  # which test_settings.py presses: what follows needs the account
    assert "Delete your account?" in erasing.answer.text
    for message in messages:
        person = discord_server.person("Ada" if "Welcome" in message.answer.text else "Mira")
        for index in range(len(list(components_of(message)))):
            shown = list(components_of(message))
            if index == len(shown):
                break  # The message was replaced by one with fewer of them.
            custom_id, values = shown[index]
            presses = [use(person, message, custom_id, values, deliver_twice=True) for _ in range(2)]
            for result in await asyncio.gather(*presses):
                assert result.answer.text, custom_id
                assert result.error is None, custom_id
    assert set((await engine.effects()).values()) == {1}
    assert (await engine.player(mira.id)).fayrites == 100 - 20
    assert len(await engine.esprits(discord_server.person("Ada").id)) == 1
    assert errors(caplog) == []
