"""Commands with options, names and repetitions that no client of Discord's sends."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from faye.playground.interactions import AUTOCOMPLETE, COMMAND, State
from faye.playground.wire import Json
from tests.property.plugin import budget, tried
from tests.property.stage import Stage
from tests.property.strategies import any_text, integers

OPTIONS: dict[str, tuple[tuple[str, int], ...]] = {
    "start": (),
    "help": (),
    "profile": (("user", 6),),
    "inventory": (),
    "daily": (),
    "craft": (("amount", 4),),
    "odds": (),
    "summon": (("banner", 3), ("amount", 4)),
    "esprit collection": (("rarity", 3), ("element", 3), ("kind", 3), ("name", 3), ("only", 3), ("sort", 3)),
    "esprit details": (("esprit", 3),),
    "esprit upgrade": (("esprit", 3), ("levels", 3)),
    "esprit limitbreak": (("esprit", 3),),
    "esprit lock": (("esprit", 3),),
    "esprit unlock": (("esprit", 3),),
    "esprit team view": (),
    "esprit team set": (("slot", 3), ("esprit", 3)),
    "esprit team optimize": (),
    "esprit dissolve": (("esprit", 3), ("rarity", 3), ("level", 4), ("keep", 4)),
    "esprit compare": (("first", 3), ("second", 3)),
    "level": (),
    "energy": (),
    "explore": (),
    "trial": (),
    "history": (("asset", 3),),
    "leaderboard": (("by", 3),),
    "settings view": (),
    "settings delete": (),
    "admin inspect": (("user", 6), ("player", 3)),
    "admin give": (("user", 6), ("what", 3), ("amount", 4), ("reason", 3), ("level", 4)),
    "admin remove": (("user", 6), ("what", 3), ("reason", 3), ("amount", 4)),
    "admin set": (("user", 6), ("figure", 3), ("value", 4), ("reason", 3)),
    "admin reset": (("user", 6), ("what", 3), ("reason", 3)),
    "admin suspend": (("user", 6), ("hours", 4), ("reason", 3)),
    "admin lift": (("user", 6), ("reason", 3)),
    "admin refund": (("interaction", 3), ("reason", 3)),
    "admin lookup": (("interaction", 3),),
    "admin reload": (),
}
"""Every command with its options and their types."""

known_words = st.sampled_from(
    (
        "standard",
        "daily",
        "Common",
        "Inferno",
        "Mystic",
        "power",
        "faylen",
        "all",
        "leader",
        "support1",
        "max",
        "a",
    )
)
scalars = st.one_of(
    known_words,
    any_text,
    integers,
    integers.map(str),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
)


users = integers.map(lambda number: str(abs(number)))
values = {4: integers | scalars, 6: users}


@st.composite
def uses(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """A command with options, most of them its own; ids are numbers, or the library would not get that far."""
    path = draw(st.sampled_from(sorted(OPTIONS)))
    options = [
        {"name": name, "type": kind, "value": draw(values.get(kind, scalars))}
        for name, kind in OPTIONS[path]
        if draw(st.integers(0, 3))
    ]
    if draw(st.integers(0, 9)) == 0:
        options.append({"name": draw(any_text), "type": 3, "value": draw(scalars)})
    return path, options


def leaves(path: str, node: Json) -> Iterator[tuple[str, Json]]:
    """The commands that can be used, however deep they lie in groups."""
    parts = [option for option in node["options"] if option["type"] in (1, 2)]
    for part in parts:
        yield from leaves(f"{path} {part['name']}", part)
    if not parts:
        yield path, node


def test_every_command_is_tried_with_all_its_options(stage: Stage) -> None:
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for command in stage.world.commands.in_scope():
        for path, node in leaves(command["name"], command):
            found[path] = tuple((option["name"], option["type"]) for option in node["options"])
    assert {path: set(options) for path, options in found.items()} == {
        path: set(options) for path, options in OPTIONS.items()
    }


@budget(500, long=8_000)
@given(uses(), st.sampled_from(("Mira", "Nobody yet")))
@example(("esprit collection", [{"name": "name", "type": 3, "value": "a\ud800b"}]), "Mira")
@example(("esprit details", [{"name": "esprit", "type": 3, "value": str(2**63 - 1)}]), "Mira")
@example(("craft", [{"name": "amount", "type": 4, "value": 2**63}]), "Mira")
def test_whatever_is_typed_is_answered(
    runner: asyncio.Runner, stage: Stage, use: tuple[str, list[dict[str, Any]]], name: str
) -> None:
    tried("commands with any options")
    path, options = use
    data = stage.command(path, options)
    answered = runner.run(stage.deliver(COMMAND, name, data, command_name=path))
    stage.check(answered)
    assert answered.state is State.ANSWERED


@budget(200, long=4_000)
@given(any_text | integers)
def test_whatever_is_being_typed_is_met_with_suggestions_of_ones_own_or_none(
    runner: asyncio.Runner, stage: Stage, typed: Any
) -> None:
    tried("suggestions for any text")
    option = {"name": "esprit", "type": 3, "value": typed, "focused": True}
    data = stage.command("esprit details", [option])
    asked = runner.run(stage.deliver(AUTOCOMPLETE, "Mira", data, command_name="esprit details"))
    stage.check(asked)
    assert asked.state is State.CHOICES
    owned = {str(row[0]) for row in stage.room.store.esprits.values()}
    assert {choice["value"] for choice in asked.choices or []} <= owned


@budget(200, long=3_000)
@given(any_text, any_text, st.sampled_from(("start", "profile", "esprit collection", "summon")))
def test_whatever_somebody_is_called_mentions_nobody_and_breaks_nothing(
    runner: asyncio.Runner, stage: Stage, display_name: str, nick: str, path: str
) -> None:
    tried("names of people")
    options = [{"name": "banner", "type": 3, "value": "daily"}] if path == "summon" else []
    data = stage.command(path, options)
    user = stage.world.payloads.user(stage.world.admit("Mira")) | {"global_name": display_name}
    member = stage.world.payloads.member(stage.world.admit("Mira")) | {"user": user, "nick": nick or None}
    interaction = runner.run(stage.deliver_as(COMMAND, "Mira", data, member))
    stage.check(interaction)
    assert interaction.state is State.ANSWERED
    message = stage.world.store.get(interaction.original_id or "")
    assert message is not None
    assert message.body["mentions"] == []
    words = json.dumps([message.body["content"], *message.body["embeds"]], ensure_ascii=False)
    assert "@everyone" not in words
    assert "<@1>" not in words
    assert not set(words) & set("\u202e\u2066\u200d\ufeff")


@budget(100, long=1_500)
@given(st.sampled_from(("craft", "daily", "summon")), uses(), st.sampled_from(("Mira", "Bo")))
def test_an_interaction_that_comes_again_has_no_second_effect_whoever_and_whatever_it_then_names(
    runner: asyncio.Runner, stage: Stage, path: str, later: tuple[str, list[dict[str, Any]]], name: str
) -> None:
    tried("interactions that come again", 2)
    words = {"craft": [("amount", 4, 1)], "summon": [("banner", 3, "standard")]}.get(path, [])
    options = [{"name": name, "type": kind, "value": value} for name, kind, value in words]
    first = runner.run(stage.deliver(COMMAND, "Mira", stage.command(path, options), command_name=path))
    stage.check(first)
    before, shown = len(stage.room.store.ledger), stage.shown(first)
    member = stage.world.payloads.member(stage.world.admit(name))
    for data in (stage.command(path, options), stage.command(*later)):
        runner.run(stage.redeliver(first, data, member=member))
    stage.check(first)
    assert len(stage.room.store.ledger) == before
    assert stage.shown(first) == shown


def test_the_books_are_right_after_all_of_it(stage: Stage) -> None:
    stage.room.check_books()
