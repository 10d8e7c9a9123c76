from typing import Any

import pytest

from faye.playground.check_commands import check_commands
from faye.playground.check_modal import check_choices, check_modal
from faye.playground.errors import ApiError


def command(**fields: Any) -> dict[str, Any]:
    return {"name": "ok", "description": "fine", **fields}


def option(name: str = "o", **fields: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "fine", **fields}


def german(**texts: str) -> dict[str, Any]:
    return {f"{key}_localizations": {"de": text} for key, text in texts.items()}


def choices(count: int) -> list[dict[str, Any]]:
    return [{"name": str(n), "value": str(n)} for n in range(count)]


@pytest.mark.parametrize(
    "good",
    [
        command(),
        command(name="größe-2_é"),
        command(options=[option(str(n)) for n in range(25)]),
        command(options=[option("a", required=True), option("b", choices=choices(25))]),
        command(options=[{"type": 2, "name": "g", "description": "d", "options": [option(type=1)]}]),
        {"type": 2, "name": "Look At"},
        {"type": 2, "name": "Look At", **german(name="Schau hin")},
        command(name_localizations=None, description_localizations={}),
        command(**german(name="größe", description="d" * 100), options=[option(**german(name="n"))]),
        command(options=[option(choices=[{"name": "n", "value": "v", **german(name="Ganz Groß")}])]),
        command(
            options=[option(min_length=0, max_length=6000), option("n", type=4, min_value=-5, max_value=5)]
        ),
        command(
            options=[option(type=10, choices=[{"name": "half", "value": 0.5}, {"name": "one", "value": 1}])]
        ),
    ],
)
def test_a_sound_definition_is_accepted(good: dict[str, Any]) -> None:
    check_commands([good])


@pytest.mark.parametrize(
    "bad",
    [
        command(name="Big"),
        command(name=""),
        command(name="x" * 33),
        command(name="a.b"),
        command(description="d" * 101),
        command(name_localizations=["de"]),
        command(name_localizations={"xx": "ok"}),
        command(name_localizations={"de": None}),
        command(description_localizations={"DE": "fine"}),
        command(**german(name="Groß")),
        command(**german(name="a b")),
        command(**german(description="")),
        command(**german(description="d" * 101)),
        command(options=[option(**german(name="x" * 33))]),
        command(options=[option(type=1, **german(description="d" * 101))]),
        command(options=[option(choices=[{"name": "n", "value": "v", **german(name="n" * 101)}])]),
        {"type": 2, "name": "Look At", **german(name="n" * 33)},
        command(options=[option(str(n)) for n in range(26)]),
        command(options=[option("same"), option("same")]),
        command(options=[option("a"), option("b", required=True)]),
        command(options=[option(choices=choices(26))]),
        command(options=[option(choices=choices(1), autocomplete=True)]),
        command(options=[option(type=6, autocomplete=True)]),
        command(options=[option(type=1), option("b")]),
        command(options=[{"type": 2, "name": "g", "description": "d", "options": [option(type=2)]}]),
        command(options=[option(type=99)]),
        command(options=[option(min_length=6001)]),
        command(options=[option(max_length=0)]),
        command(options=[option(min_length=3, max_length=2)]),
        command(options=[option(min_value=1)]),
        command(options=[option(type=4, min_value=2, max_value=1)]),
        command(options=[option(type=4, choices=[{"name": "one", "value": "1"}])]),
        command(options=[option(choices=[{"name": "one", "value": 1}])]),
        command(
            options=[
                option(f"o{n}", choices=[{"name": f"{m}" * 50, "value": f"{m}" * 50} for m in "abcde"])
                for n in range(20)
            ]
        ),
    ],
)
def test_a_broken_definition_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as caught:
        check_commands([bad])
    assert caught.value.code == 50035


def test_a_failing_localization_is_named_by_its_place() -> None:
    with pytest.raises(ApiError) as caught:
        check_commands([command(name_localizations={"de": "Groß", "xx": "ok"})])
    place = caught.value.body["errors"]["0"]["name_localizations"]
    assert [error["code"] for error in place["de"]["_errors"]] == ["APPLICATION_COMMAND_INVALID_NAME"]
    assert [error["code"] for error in place["_errors"]] == ["BASE_TYPE_CHOICES"]


def test_of_a_text_in_several_languages_the_longest_counts_towards_the_size_of_a_command() -> None:
    long = [{"name": "n" * 100, "value": "v" * 100}] * 2
    options = [option(f"{n:02}", description="d" * 98, choices=long if n < 14 else []) for n in range(23)]
    full = command(description="d" * 98, options=options)
    check_commands([full | {"description_localizations": {"de": "d" * 98, "fr": "d"}}])
    for longer in (german(description="d" * 99), german(name="x" * 3)):
        with pytest.raises(ApiError) as caught:
            check_commands([full | longer])
        assert "APPLICATION_COMMAND_TOO_LARGE" in str(caught.value.body)


def test_two_commands_of_one_name_are_refused_and_so_is_the_hundred_and_first() -> None:
    with pytest.raises(ApiError):
        check_commands([command(), command()])
    check_commands([command(name=f"c{n}") for n in range(100)])
    with pytest.raises(ApiError) as caught:
        check_commands([command(name=f"c{n}") for n in range(101)])
    assert caught.value.code == 30032


def test_suggestions_are_at_most_twenty_five_short_ones() -> None:
    check_choices({"choices": choices(25)})
    for wrong in (
        choices(26),
        [{"name": "", "value": "x"}],
        [{"name": "x", "value": "y" * 101}],
        [{"name": "x"}],
    ):
        with pytest.raises(ApiError):
            check_choices({"choices": wrong})


def test_a_modal_has_one_to_five_labelled_inputs() -> None:
    field = {"type": 4, "custom_id": "a", "label": "Answer", "style": 1}
    modal = {"title": "T", "custom_id": "m", "components": [{"type": 1, "components": [field]}]}
    check_modal(modal)
    labelled = [{"type": 18, "label": "L", "component": field | {"custom_id": n}} for n in "abcde"]
    check_modal(modal | {"components": labelled})
    for wrong in (
        {"title": "t" * 46},
        {"custom_id": ""},
        {"components": []},
        {"components": [*labelled, modal["components"][0]]},
        {"components": modal["components"] * 2},
        {"components": [{"type": 1, "components": [field | {"min_length": 5, "max_length": 4}]}]},
        {"components": [{"type": 1, "components": [field | {"value": "v" * 4001}]}]},
        {"components": [{"type": 1, "components": [field | {"label": "l" * 46}]}]},
        {"components": [{"type": 1, "components": [field | {"style": 3}]}]},
        {"components": [{"type": 1, "components": [{"type": 2, "custom_id": "a"}]}]},
    ):
        with pytest.raises(ApiError):
            check_modal(modal | wrong)
