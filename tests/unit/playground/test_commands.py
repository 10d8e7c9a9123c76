from typing import Any

import pytest

from faye.playground.commands import ClientRefusal, CommandBook, check_value
from faye.playground.identity import PERMISSIONS_ALL, PERMISSIONS_EVERYONE, new_identity
from faye.playground.snowflake import SnowflakeMaker

TEXT, INTEGER, BOOLEAN, NUMBER = 3, 4, 5, 10


def option(kind: int, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "name": "o", **fields}


@pytest.fixture
def book() -> CommandBook:
    make = SnowflakeMaker()
    return CommandBook(new_identity(make, ("hall",)), make)


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        (option(TEXT), "x" * 6000),
        (option(TEXT, min_length=2, max_length=3), "xy"),
        (option(INTEGER, min_value=1, max_value=5), 5),
        (option(INTEGER), -(2**53)),
        (option(NUMBER), 1.5),
        (option(NUMBER), 2),
        (option(BOOLEAN), False),
    ],
)
def test_a_fitting_value_goes_through(definition: dict[str, Any], value: Any) -> None:
    assert check_value(definition, value) == value


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        (option(TEXT), "x" * 6001),
        (option(TEXT), ""),
        (option(TEXT), 5),
        (option(TEXT, min_length=2), "x"),
        (option(INTEGER), "5"),
        (option(INTEGER), 1.5),
        (option(INTEGER), True),
        (option(INTEGER), 2**53 + 1),
        (option(INTEGER, min_value=1), 0),
        (option(INTEGER, max_value=5), 6),
        (option(NUMBER), "1"),
        (option(NUMBER), float("nan")),
        (option(BOOLEAN), "true"),
    ],
)
def test_an_unfitting_value_is_refused_in_words(definition: dict[str, Any], value: Any) -> None:
    with pytest.raises(ClientRefusal, match=r"^o: "):
        check_value(definition, value)


def test_a_choice_is_taken_by_name_or_value_and_sent_as_value() -> None:
    definition = option(TEXT, choices=[{"name": "Small", "value": "s"}])
    assert check_value(definition, "Small") == check_value(definition, "s") == "s"
    with pytest.raises(ClientRefusal):
        check_value(definition, "l")


def test_a_command_keeps_its_id_while_its_name_stays(book: CommandBook) -> None:
    first = book.replace([{"name": "a", "description": "d"}, {"name": "b", "description": "d"}])
    second = book.replace([{"name": "b", "description": "changed"}])
    assert second[0]["id"] == first[1]["id"]
    assert [command["name"] for command in book.in_scope()] == ["b"]


def test_a_command_needs_the_permissions_it_names(book: CommandBook) -> None:
    nobody = {"name": "a", "description": "d", "default_member_permissions": "0"}
    managers = {"name": "b", "description": "d", "default_member_permissions": str(1 << 5)}
    book.replace([nobody, managers, {"name": "c", "description": "d"}])
    seen = [c["name"] for c in book.visible(PERMISSIONS_EVERYONE)]
    assert seen == ["c"]
    assert [c["name"] for c in book.visible(PERMISSIONS_EVERYONE | 1 << 5)] == ["b", "c"]
    assert len(book.visible(PERMISSIONS_ALL)) == 3


def test_a_path_is_followed_to_its_last_subcommand(book: CommandBook) -> None:
    view = {"type": 1, "name": "view", "description": "d", "options": []}
    team = {"type": 2, "name": "team", "description": "d", "options": [view]}
    book.replace([{"name": "esprit", "description": "d", "options": [team]}])
    found = book.find("esprit team view", PERMISSIONS_ALL)
    assert found.nest([]) == [
        {"name": "team", "type": 2, "options": [{"name": "view", "type": 1, "options": []}]}
    ]
    for wrong in ("esprit", "esprit team", "esprit team sell", "other"):
        with pytest.raises(ClientRefusal):
            book.find(wrong, PERMISSIONS_ALL)
