"""The text of a configuration file: what JSON leaves open is refused, and every refusal names a place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Final

_SHOWN_CHARACTERS_MAX: Final = 80
_INTEGER_MAX: Final = 1 << 63


class Unreadable(Exception):
    """The text is no JSON that can be meant; the message says where and by which rule."""


def parse(raw: bytes) -> Any:
    """The document in `raw`, as plain lists, dicts and values; raises `Unreadable`."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"line {line}: value {raw[error.start : error.end]!r}; rule: must be UTF-8"
        ) from None
    try:
        document = json.loads(text, object_pairs_hook=_unique)
        numbers = list(_numbers(document, ""))
    except json.JSONDecodeError as error:
        raise Unreadable(f"is no valid JSON ({error})") from None
    except ValueError as error:  # Python's own bound on the digits of an integer
        raise Unreadable(f"holds a number that is too long ({error})") from None
    except RecursionError:
        raise Unreadable("is nested too deeply; rule: as deep as the shipped file") from None
    for key, value in numbers:
        if not math.isfinite(value) or abs(value) >= _INTEGER_MAX:
            raise Unreadable(f"key {key}: value {shown(value)}; rule: must be a finite number below 2^63")
    return document


def shown(value: object) -> str:
    """`value` for a message, cut short where it is long."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return "too long to be shown"
    return text if len(text) <= _SHOWN_CHARACTERS_MAX else f"{text[:_SHOWN_CHARACTERS_MAX]}…"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once each: of two, the reader of the file and the parser may see different ones."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable(
                f"key {key}: value {shown(value)}; rule: a key stands once, this is its second time"
            )
        found[key] = value
    return found


def _numbers(value: Any, key: str) -> Iterator[tuple[str, float]]:
    """Every number in a document, with the key it stands under."""
    if isinstance(value, int | float):
        yield key or "(the whole file)", value
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _numbers(entry, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _numbers(entry, f"{key}[{index}]")
