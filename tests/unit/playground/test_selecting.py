"""What a client makes of a choice from a menu."""

from typing import Any, cast

import pytest

from faye.playground.acting import Resolved, _selected
from faye.playground.commands import ClientRefusal

NO_OBJECTS = cast(Resolved, None)
"""A menu of strings refers to nobody and nothing."""


def menu(*options: tuple[str, str]) -> dict[str, Any]:
    return {"type": 3, "options": [{"label": label, "value": value} for label, value in options]}


def test_each_of_two_options_with_one_label_can_be_chosen_by_its_value() -> None:
    twins = menu(("Emberwick", "17"), ("Emberwick", "18"))
    assert _selected(twins, ["17"], NO_OBJECTS) == ["17"]
    assert _selected(twins, ["18"], NO_OBJECTS) == ["18"]


def test_an_option_can_be_chosen_by_its_label_and_nothing_else_can() -> None:
    assert _selected(menu(("Emberwick", "17")), ["Emberwick"], NO_OBJECTS) == ["17"]
    with pytest.raises(ClientRefusal):
        _selected(menu(("Emberwick", "17")), ["19"], NO_OBJECTS)
