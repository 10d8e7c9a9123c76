"""What hostile users, broken clients and strangers send."""

import random
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from faye.messages.codec import COMMANDS, QUERIES

INT64_MAX: Final = 2**63 - 1
EDGES: Final = (0, 1, -1, 2**31, 2**53, 10**15, 10**18, INT64_MAX, -INT64_MAX - 1, 2**64 - 1, 10**30)

TRICKS: Final = (
    "",
    " ",
    "\x00",
    "\ud800",
    "x\udfffy",
    "\u202e\u2066olleh\u2069",
    "\u200b\u200d\ufeff",
    "a" + "\u0301" * 200,
    "👩‍👩‍👧‍👦🏳️‍🌈" * 20,
    "@everyone @here <@1> <@&2> <#3> </craft:4>",
    "**x** ||y|| `z` [a](https://example.org)",
    "'; DROP TABLE players; --",
    "%s %d {0} {self.__class__} $(id) ${HOME}",
    "../../etc/passwd",
    "٣٤",
    "𝟙𝟚",
    "\u1160\u3164\u2800",
    "ﷺ" * 50,
    "x" * 6_000,
    "🔥" * 6_000,
    "NULL",
    "null",
    "true",
    "-1",
    str(2**63),
)

integers: Final = st.sampled_from(EDGES) | st.integers(-12, 12) | st.integers(-(2**63), 2**64 - 1)
"""Every whole number that a message can carry, its edges above all."""

any_text: Final = st.sampled_from(TRICKS) | st.text(st.characters(exclude_categories=()), max_size=40)
"""Any text, halves of surrogate pairs included."""


def requests(players: st.SearchStrategy[int], keys: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    """Any command or query with any arguments."""
    given = {"player_id": players, "idempotency_key": keys, "to_player_id": players | integers}
    return st.one_of(*(_messages(kind, given) for kind in (*COMMANDS, *QUERIES)))


def _messages(kind: type, given: dict[str, st.SearchStrategy[int]]) -> st.SearchStrategy[Any]:
    values = {field.name: _values(field.type) for field in msgspec.structs.fields(kind)}
    return st.builds(kind, **(values | {name: given[name] for name in values.keys() & given.keys()}))


def _values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field: those of its type, and words that a closed type does not have."""
    if kind is int:
        return integers
    if kind is str:
        return any_text
    if kind is type(None):
        return st.none()
    if kind is bool:
        return st.booleans()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **{field.name: _values(field.type) for field in msgspec.structs.fields(kind)})
    if get_origin(kind) is tuple and get_args(kind)[-1] is ...:
        return st.lists(_values(get_args(kind)[0]), max_size=6).map(tuple)
    if get_origin(kind) is list:
        return st.lists(_values(*get_args(kind)), max_size=3)
    if get_origin(kind) is tuple:
        return st.tuples(*map(_values, get_args(kind)))
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind)) | any_text
    return st.one_of(*map(_values, get_args(kind)))


def spoilt(sound: bytes, chance: random.Random) -> bytes:
    """`sound` as a bad line or a bad mind would send it: bits turned, cut, grown, doubled, or nothing of it."""
    raw = bytearray(sound)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(7):
            case 0 if raw:
                raw[at % len(raw)] ^= 1 << chance.randrange(8)
            case 1:
                del raw[at:]
            case 2:
                raw[at:at] = chance.randbytes(chance.randint(1, 9))
            case 3:
                raw[at:at] = raw[at : at + chance.randint(1, 40)]
            case 4 if raw:
                raw[at % len(raw)] = chance.choice((0, 0x7F, 0x80, 0xC1, 0xD9, 0xDD, 0xDF, 0xFF))
            case 5:
                raw[at : at + 4] = chance.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4)))
            case _:
                del raw[at : at + chance.randint(1, 5)]
    return bytes(raw)
