"""Encoding of messages: one msgpack form on the wire and in the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeVar, Union

import msgspec

from faye.messages.base import Command, DirectRequest, Query, Refusal, Reply, Undecided

# Importing a feature's module is what makes its messages decodable.
from faye.messages import (  # noqa: F401  # isort: skip
    compare, craft, daily, dissolve, esprit, explore, fight, history, level, limit_break, lock, profile, refusals,
    start, summon, team, transfer, trial, tutorial, upgrade,
    leaderboard, settings,
    admin,
)  # fmt: skip

T = TypeVar("T")

REPLY_SCHEMA: Final = 1
"""Version of the stored reply's encoding. Whoever raises it adds the way from the version before it."""

CONVERTERS: Final[dict[int, Callable[[bytes], bytes]]] = {}
"""Of each older schema, how a reply stored in it becomes one of the next."""


def _leaves(base: type[Any]) -> list[type[Any]]:
    """Every message class below `base` that is not itself only a base."""
    found: list[type[Any]] = []
    for child in base.__subclasses__():
        found.extend(_leaves(child))
        if child not in (Refusal, Undecided):
            found.append(child)
    return found


COMMANDS: Final[tuple[type[Command], ...]] = tuple(_leaves(Command))
QUERIES: Final[tuple[type[Query], ...]] = tuple(_leaves(Query))
DIRECT_REQUESTS: Final[tuple[type[DirectRequest], ...]] = tuple(_leaves(DirectRequest))
REPLIES: Final[tuple[type[Reply], ...]] = tuple(_leaves(Reply))

_DEFAULTS: Final = {
    command: tuple(field.default for field in msgspec.structs.fields(command)) for command in COMMANDS
}
"""Of each command the defaults of its fields, in order."""

_encoder = msgspec.msgpack.Encoder()
_request_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Union[COMMANDS + QUERIES])  # noqa: UP007
_any_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(
    Union[COMMANDS + QUERIES + DIRECT_REQUESTS]  # noqa: UP007
)
_reply_decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(Union[REPLIES])  # noqa: UP007


def encode(message: Command | Query | DirectRequest | Reply) -> bytes:
    """A message as bytes."""
    return _encoder.encode(message)


def read(decoder: msgspec.msgpack.Decoder[T], raw: bytes) -> T:
    """What `decoder` makes of `raw`; raises `msgspec.DecodeError` or `ValidationError`, whatever is wrong with it.

    The library itself lets errors of another family through where text is no UTF-8 or values are nested too deep.
    """
    try:
        return decoder.decode(raw)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error


def decode_request(raw: bytes) -> Command | Query:
    """The command or query in `raw`; raises `msgspec.DecodeError` or `ValidationError` if it is none."""
    request: Command | Query = read(_request_decoder, raw)
    return request


def decode_anything_asked(raw: bytes) -> Command | Query | DirectRequest:
    """The request of any kind in `raw`; raises `msgspec.DecodeError` or `ValidationError` if it is none.

    For front-ends alone: a host must not be brought what no grain can answer.
    """
    request: Command | Query | DirectRequest = read(_any_decoder, raw)
    return request


def decode_reply(raw: bytes) -> Reply:
    """The reply in `raw`; raises `msgspec.DecodeError` or `ValidationError` if it is none."""
    reply: Reply = read(_reply_decoder, raw)
    return reply


def current_form(schema: int, raw: bytes) -> bytes | None:
    """A reply stored in `schema` as this release encodes it; None if no way leads there, as from a newer release."""
    while schema != REPLY_SCHEMA:
        if (convert := CONVERTERS.get(schema)) is None:
            return None
        schema, raw = schema + 1, convert(raw)
    return raw


def digest(command: Command) -> int:
    """A signed 64-bit digest of player, command and arguments.

    Trailing arguments that have their default value are left out, so that a release which appends one still
    recognizes what an earlier release stored.
    """
    defaults = _DEFAULTS[type(command)]
    values = list(msgspec.structs.astuple(command))
    while values and values[-1] == defaults[len(values) - 1]:
        values.pop()
    raw = hashlib.blake2b(_encoder.encode([type(command).__name__, *values]), digest_size=8).digest()
    return int.from_bytes(raw, "big", signed=True)
