"""What tests of every tier make their data with."""

import itertools
import secrets
import time

from faye.messages.base import snowflake_at

_low_bits = itertools.count(secrets.randbits(20))


def new_key() -> int:
    """An idempotency key of now, unlike every other of this process."""
    return snowflake_at(time.time_ns() // 1_000_000, next(_low_bits))
