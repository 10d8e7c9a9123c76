"""What travels through a front-end's pipes: JSON lines."""

from typing import Final

from msgspec import Struct

LINE_BYTES_MAX: Final = 1 << 20


class Asked(Struct):
    """A request to be asked; `number` ties the answer to it."""

    number: int
    request: bytes


class Answered(Struct, tag=True):
    """The reply to a request."""

    number: int
    reply: bytes


class Standing(Struct, tag=True):
    """What the front-end knows: the hosts' process ids, and whether it is the one that writes the log."""

    hosts: dict[str, int]
    writes_log: bool
