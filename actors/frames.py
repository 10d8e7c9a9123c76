"""Frames of the direct stream between a router and a host: a length, a call's number, a kind, and bytes."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

_HEADER: Final = Struct("!IIB")

BODY_MAX_BYTES: Final = 16 * 1024 * 1024
"""The longest body of an authenticated peer; a full batch of commands or answers is far below it."""

READ_BUFFER_BYTES: Final = 1024 * 1024
"""What a reader takes in before its peer has to wait; most batches fit whole."""


class StreamBroken(Exception):
    """The peer is gone, or speaks something else than this protocol."""


class Kind(IntEnum):
    """What a frame is. Numbers are never reused."""

    HELLO = 1
    CHALLENGE = 2
    PROOF = 3
    WELCOME = 4
    BATCH = 5
    PING = 6
    ANSWERS = 7
    PONG = 8
    REFUSED = 9
    """The host lives and cannot handle the call; the body says why."""


class Frame(NamedTuple):
    """One message; `call` ties an answer to its question and is 0 during the handshake."""

    kind: Kind
    body: bytes = b""
    call: int = 0

    def encoded(self) -> bytes:
        """The frame as it travels."""
        return _HEADER.pack(len(self.body), self.call, self.kind) + self.body


async def read_frame(reader: asyncio.StreamReader, body_max: int = BODY_MAX_BYTES) -> Frame:
    """The next frame; raises `StreamBroken` at the end, at an unknown kind and at a body above `body_max`."""
    try:
        size, call, kind = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        if size > body_max:
            raise StreamBroken(f"a frame of {size} bytes")
        return Frame(Kind(kind), await reader.readexactly(size), call)
    except (OSError, asyncio.IncompleteReadError, ValueError) as error:
        raise StreamBroken(type(error).__name__) from error
