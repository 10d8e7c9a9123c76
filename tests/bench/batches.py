"""How long a batch is, without reading it."""

from __future__ import annotations


def length_of(batch: bytes) -> int:
    """The number of elements of a msgpack array, by its head."""
    match batch[0]:
        case 0xDC:
            return int.from_bytes(batch[1:3], "big")
        case 0xDD:
            return int.from_bytes(batch[1:5], "big")
        case head:
            assert head & 0xF0 == 0x90, "a batch is an array"
            return head & 0x0F
