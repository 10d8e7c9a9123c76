"""What travels between a router and a host."""

from __future__ import annotations

from enum import IntEnum

import msgspec
from msgspec import Raw, Struct

from actors.meters import Meters
from faye.messages.codec import read

NO_REQUEST = Raw(msgspec.msgpack.encode(None))
"""The request of an envelope that only says which version a grain must have caught up with."""


class Envelope(Struct, frozen=True, array_like=True):
    """One request on its way; sent again, its envelope differs in `resent` and `insist` alone."""

    player_id: int
    token: int
    """The idempotency key of a command; for a query, a number below 0 of the router's own."""
    deadline_ms: int
    """Unix time after which nobody waits for the reply: the host drops what it has not begun."""
    seen_version: int
    """The highest version of the player that the sender has seen: a grain behind it reloads."""
    resent: bool
    insist: bool
    """Whether the host must serve it although it believes that another holds the shard: that one is dead."""
    request: Raw


class Status(IntEnum):
    """What a host says of one envelope."""

    REPLIED = 0
    PENDING = 1
    """Still queued or waiting for its commit: ask again, the answer will be kept."""
    MOVED = 2
    """The shard belongs to another host now."""
    DROPPED = 3
    """The deadline passed before this host knew an outcome; whether there is one, the key tells."""


class Answer(Struct, frozen=True, array_like=True):
    """What became of one envelope; `reply` is an encoded `Reply`, and empty unless the status is REPLIED."""

    status: Status
    reply: bytes = b""
    holder: str = ""
    """For MOVED: the host that holds the shard."""


class Pong(Struct, frozen=True, array_like=True):
    """A host's sign of life: which host, which incarnation of it, and what it has done."""

    host: str
    incarnation: str
    pid: int = 0
    meters: Meters | None = None


_encoder = msgspec.msgpack.Encoder()
_envelopes = msgspec.msgpack.Decoder(list[Envelope])
_answers = msgspec.msgpack.Decoder(list[Answer])
_pong = msgspec.msgpack.Decoder(Pong)


def encode_envelopes(batch: list[Envelope]) -> bytes:
    """A batch of envelopes as bytes."""
    return _encoder.encode(batch)


def decode_envelopes(raw: bytes) -> list[Envelope]:
    """The envelopes in `raw`; raises `msgspec.DecodeError` if it holds none."""
    return read(_envelopes, raw)


def encode_answers(batch: list[Answer]) -> bytes:
    """A batch of answers as bytes."""
    return _encoder.encode(batch)


def decode_answers(raw: bytes) -> list[Answer]:
    """The answers in `raw`; raises `msgspec.DecodeError` if it holds none."""
    return read(_answers, raw)


def decode_pong(raw: bytes) -> Pong:
    """The sign of life in `raw`; raises `msgspec.DecodeError` if it is none."""
    return read(_pong, raw)
