from typing import Any

import pytest

from faye.playground.check_components import find, walk
from faye.playground.check_message import COMPONENTS_V2, check_message
from faye.playground.errors import ApiError


def message(**fields: Any) -> dict[str, Any]:
    return {"content": "", "embeds": [], "components": [], "attachments": [], "flags": 0, **fields}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "b", **fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "press", "custom_id": custom_id, **fields}


def select(*values: str, **fields: Any) -> dict[str, Any]:
    options = [{"label": value or "x", "value": value} for value in values]
    return {"type": 3, "custom_id": "s", "options": options, **fields}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def refusal(**fields: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        check_message(message(**fields))
    return caught.value


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "x" * 2000},
        {"embeds": [{"title": "t" * 256, "description": "d" * 4096}]},
        {"embeds": [{"fields": [{"name": "n" * 256, "value": "v" * 1024}] * 4}]},
        {"components": [row(*(button(f"b{n}") for n in range(5)))]},
        {"components": [row(select(*map(str, range(25)), max_values=25, min_values=0))]},
        {"components": [row({"type": 2, "style": 5, "label": "go", "url": "https://example.org"})]},
        {"attachments": [{"id": "1"}]},
        {"embeds": [{"title": "t", "timestamp": "2026-11-23T09:42:00.123000+00:00"}]},
        {
            "components": [
                row(button(emoji={"name": "🏳️‍🌈"}), button("c", label="", emoji={"id": "1", "name": "x"}))
            ]
        },
        {"flags": COMPONENTS_V2, "components": [text("t" * 4000)]},
        {
            "flags": COMPONENTS_V2,
            "components": [{"type": 17, "components": [text(str(n)) for n in range(39)]}],
        },
        {
            "flags": COMPONENTS_V2,
            "components": [{"type": 9, "components": [text("a")], "accessory": button()}, {"type": 14}],
        },
    ],
)
def test_what_fits_is_accepted(fields: dict[str, Any]) -> None:
    check_message(message(**fields))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"content": "x" * 2001}, "BASE_TYPE_MAX_LENGTH"),
        ({"content": 5}, "STRING_TYPE_CONVERT"),
        ({"embeds": [{"description": "d" * 4096}, {"description": "d" * 1905}]}, "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"color": 0x1000000}]}, "NUMBER_TYPE_MAX"),
        ({"embeds": [{"color": -1}]}, "NUMBER_TYPE_MIN"),
        ({"embeds": [{"color": 1}]}, "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"title": "t", "timestamp": "tomorrow"}]}, "DATE_TIME_TYPE_PARSE"),
        (
            {"embeds": [{"title": "t", "footer": {"text": "f", "icon_url": "file:///x"}}]},
            "URL_TYPE_INVALID_SCHEME",
        ),
        ({"embeds": [{"title": "t"}] * 11}, "BASE_TYPE_MAX_LENGTH"),
        ({"components": [row(button(emoji={"name": "▲"}))]}, "COMPONENT_INVALID_EMOJI"),
        ({"components": [row(select("a", placeholder="p" * 151))]}, "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"image": {"url": "javascript:x"}}]}, "URL_TYPE_INVALID_SCHEME"),
        ({"components": [row(*(button(f"b{n}") for n in range(6)))]}, "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(button()), row(button())]}, "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"components": [row(button(label=""))]}, "BUTTON_COMPONENT_INVALID_LABEL"),
        ({"components": [row(button(style=9))]}, "BASE_TYPE_CHOICES"),
        ({"components": [row(button(), select("a"))]}, "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ({"components": [row(select())]}, "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(select("a", "a"))]}, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
        ({"components": [row(select("a", "b", min_values=2))]}, "BASE_TYPE_MAX"),
        ({"components": [row(button(str(n))) for n in range(6)]}, "BASE_TYPE_MAX_LENGTH"),
        (
            {"flags": COMPONENTS_V2, "components": [text("a")], "embeds": [{"title": "t"}]},
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            {
                "flags": COMPONENTS_V2,
                "components": [{"type": 17, "components": [text(str(n)) for n in range(40)]}],
            },
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
        ),
        (
            {
                "flags": COMPONENTS_V2,
                "components": [{"type": 12, "items": [{"media": {"url": "attachment://not-there.png"}}]}],
            },
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
    ],
)
def test_what_breaks_a_rule_is_named(fields: dict[str, Any], code: str) -> None:
    error = refusal(**fields)
    assert (error.status, error.code) == (400, 50035)
    assert code in str(error.errors)


def test_nothing_at_all_is_an_empty_message() -> None:
    assert refusal(content=" \n").code == 50006


def test_a_tree_is_walked_parents_first_and_searched_by_custom_id() -> None:
    tree = [{"type": 17, "components": [{"type": 9, "components": [text("a")], "accessory": button("deep")}]}]
    assert [component["type"] for component in walk(tree)] == [17, 9, 10, 2]
    assert find(tree, "deep") == button("deep")
    assert find(tree, "other") is None
