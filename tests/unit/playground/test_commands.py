from typing import Any

import pytest

from faye.playground.commands import (
    ClientRefusal,
    CommandBook,
    check_value,
    localized,
    without_localizations,
)
from faye.playground.errors import ApiError
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


def test_a_sync_without_a_change_keeps_versions_and_a_change_makes_a_new_one(book: CommandBook) -> None:
    both = [{"name": "a", "description": "d"}, {"name": "b", "description": "d"}]
    first = [dict(command) for command in book.replace(both)]
    assert book.replace(both) == first
    both[1] = both[1] | {"description": "changed"}
    again = book.replace(both)
    assert again[0] == first[0]
    assert (again[1]["id"], again[1]["description"]) == (first[1]["id"], "changed")
    assert again[1]["version"] != first[1]["version"]


def test_two_hundred_commands_may_be_made_a_day_and_changes_do_not_count(book: CommandBook) -> None:
    for number in range(2):
        book.replace([{"name": f"c{number}-{n}", "description": "d"} for n in range(100)])
    book.replace([{"name": f"c1-{n}", "description": "changed"} for n in range(100)])
    with pytest.raises(ApiError) as caught:
        book.replace([{"name": "one-more", "description": "d"}])
    assert (caught.value.status, caught.value.code) == (429, 30034)
    assert caught.value.body["retry_after"] > 0
    assert len(book.in_scope()) == 100


def test_one_command_is_made_changed_and_removed_by_itself(book: CommandBook) -> None:
    made, new = book.upsert({"name": "a", "description": "d"})
    assert new
    changed, new = book.upsert({"name": "a", "description": "other"})
    assert (new, changed["id"], changed["description"]) == (False, made["id"], "other")
    renamed = book.change(made["id"], {"name": "b"})
    assert (renamed["id"], renamed["name"], renamed["description"]) == (made["id"], "b", "other")
    book.upsert({"name": "c", "description": "d"})
    with pytest.raises(ApiError) as caught:
        book.change(made["id"], {"name": "c"})
    assert caught.value.code == 50035
    book.remove(made["id"])
    assert [command["name"] for command in book.in_scope()] == ["c"]
    with pytest.raises(ApiError) as caught:
        book.one(made["id"])
    assert caught.value.code == 10063


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


SPOKEN: dict[str, Any] = {
    "name": "paint",
    "description": "Paints",
    "name_localizations": {"de": "malen"},
    "description_localizations": {"de": "Malt", "en-GB": "Colours", "es-ES": "Pinta"},
    "options": [
        {
            "type": TEXT,
            "name": "size",
            "description": "How large",
            "name_localizations": {"de": "größe"},
            "description_localizations": {"de": "Wie groß"},
            "choices": [
                {"name": "Small", "value": "s", "name_localizations": {"de": "Klein"}},
                {"name": "Large", "value": "l"},
            ],
        }
    ],
}


def test_descriptions_and_choices_are_shown_in_a_language_and_what_is_sent_stays() -> None:
    (shown,) = localized([SPOKEN], "de")
    size = {"type": TEXT, "name": "size", "description": "Wie groß"}
    choices = [{"name": "Klein", "value": "s"}, {"name": "Large", "value": "l"}]
    assert shown == {"name": "paint", "description": "Malt", "options": [size | {"choices": choices}]}


@pytest.mark.parametrize(
    ("locale", "description"),
    [("de", "Malt"), ("en-GB", "Colours"), ("en-US", "Colours"), ("es-419", "Pinta"), ("fr", "Paints")],
)
def test_a_language_without_a_text_falls_back_as_on_discord(locale: str, description: str) -> None:
    assert localized([SPOKEN], locale)[0]["description"] == description


def test_texts_of_other_languages_are_kept_and_can_be_left_out(book: CommandBook) -> None:
    (stored,) = book.replace([SPOKEN])
    assert stored["options"] == SPOKEN["options"]
    assert stored["description_localizations"] == SPOKEN["description_localizations"]
    assert "_localizations" not in str(without_localizations([stored]))
    assert "_localizations" in str(book.in_scope()), "what is shown is a copy"
