"""Whatever a bot posts, the answer is Discord's: success or an error with a code, never a crash."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from faye.playground.check_commands import check_commands
from faye.playground.check_modal import check_choices, check_modal
from faye.playground.errors import ApiError
from faye.playground.messages import MessageStore
from tests.unit.playground.test_messages import Room, file

BUTTON = {"type": 2, "style": 1, "label": "b", "custom_id": "b", "emoji": {"name": "✨"}}
OPTION = {"label": "l", "value": "v", "description": "d", "default": True}
MESSAGE: dict[str, Any] = {
    "content": "hello <@1>",
    "flags": 0,
    "embeds": [
        {
            "title": "t",
            "url": "https://example.org",
            "color": 5,
            "author": {"name": "a", "icon_url": "attachment://a.txt"},
            "footer": {"text": "f"},
            "image": {"url": "attachment://a.txt"},
            "fields": [{"name": "n", "value": "v", "inline": True}],
        }
    ],
    "components": [
        {
            "type": 1,
            "components": [BUTTON, {"type": 2, "style": 5, "label": "l", "url": "https://example.org"}],
        },
        {"type": 1, "components": [{"type": 3, "custom_id": "s", "options": [OPTION], "max_values": 1}]},
    ],
    "attachments": [{"id": "0", "filename": "a.txt", "description": "d"}],
    "allowed_mentions": {"parse": ["users"], "users": []},
}
LAYOUT: dict[str, Any] = {
    "flags": 1 << 15,
    "components": [
        {
            "type": 17,
            "accent_color": 5,
            "components": [
                {"type": 10, "content": "text"},
                {"type": 9, "components": [{"type": 10, "content": "t"}], "accessory": BUTTON},
                {"type": 12, "items": [{"media": {"url": "attachment://a.txt"}, "description": "d"}]},
                {"type": 13, "file": {"url": "attachment://a.txt"}},
                {"type": 14, "spacing": 2},
            ],
        }
    ],
}
COMMAND: dict[str, Any] = {
    "name": "c",
    "description": "d",
    "name_localizations": {"de": "c"},
    "description_localizations": {"de": "d"},
    "options": [
        {
            "type": 3,
            "name": "o",
            "description": "d",
            "choices": [{"name": "n", "value": "v", "name_localizations": {"de": "n"}}],
        },
        {"type": 6, "name": "p", "description": "d"},
    ],
}
GROUP: dict[str, Any] = {
    "name": "g",
    "description": "d",
    "options": [{"type": 1, "name": "s", "description": "d", "options": []}],
}
MODAL: dict[str, Any] = {
    "title": "t",
    "custom_id": "m",
    "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "a", "label": "l", "style": 1}]},
        {"type": 18, "label": "l", "component": {"type": 3, "custom_id": "s", "options": [OPTION]}},
    ],
}
CHOICES: dict[str, Any] = {"choices": [{"name": "n", "value": "v"}]}
NONSENSE: list[Any] = [None, True, -1, 10**30, 1.0, 1.5, "", "x" * 999, [], {}, [None], [[]], [{}], {"a": {}}]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (container, key) of a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield value, key
        yield from places(child)


def post(body: dict[str, Any]) -> None:
    room = Room()
    room.store = MessageStore()
    message = room.post(body, file())
    room.composer.edit(message, copy.deepcopy(body), {})


@pytest.mark.parametrize(
    ("take", "sound"),
    [
        (post, MESSAGE),
        (post, LAYOUT),
        (lambda body: check_commands([body]), COMMAND),
        (lambda body: check_commands([body]), GROUP),
        (check_modal, MODAL),
        (check_choices, CHOICES),
    ],
)
def test_no_malformed_body_crashes_the_server(
    take: Callable[[dict[str, Any]], None], sound: dict[str, Any]
) -> None:
    take(copy.deepcopy(sound))
    dice = random.Random(20260823)
    spots = len(list(places(sound)))
    for spot in range(spots):
        for nonsense in NONSENSE:
            body = copy.deepcopy(sound)
            container, key = list(places(body))[spot]
            container[key] = copy.deepcopy(nonsense)
            attempt(take, body)
    for _ in range(300):
        body = copy.deepcopy(sound)
        for _ in range(dice.randint(2, 4)):
            container, key = dice.choice(list(places(body)))
            container[key] = copy.deepcopy(dice.choice(NONSENSE))
        attempt(take, body)


def attempt(take: Callable[[dict[str, Any]], None], body: dict[str, Any]) -> None:
    try:
        take(body)
    except ApiError:
        return
    except Exception as error:
        raise AssertionError(f"crashed on {body!r}") from error
