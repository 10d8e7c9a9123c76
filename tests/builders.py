"""What tests of every tier make their data with."""

import itertools
import secrets
import time
from pathlib import Path

from msgspec.structs import replace

from faye.config import Config, load_config
from faye.messages.base import snowflake_at

_low_bits = itertools.count(secrets.randbits(20))


def new_key() -> int:
    """An idempotency key of now, unlike every other of this process."""
    return snowflake_at(time.time_ns() // 1_000_000, next(_low_bits))


def small_config() -> Config:
    """The shipped game on an engine with short patience and small bounds, so that they are met."""
    config = load_config(Path(__file__).parents[1] / "config")
    engine = replace(
        config.engine, command_deadline_ms=2000, reply_wait_max_ms=120, reply_linger_max_ms=60, mailbox_depth_max=6,
        replies_remembered_max=2, flush_commands_max=4, lease_duration_ms=400, confirm_after_ms=200,
        confirm_interval_ms=50, resend_pause_ms=20,
        heartbeat_interval_ms=250, heartbeat_timeout_ms=1000, batches_in_flight_max=4,
        flushes_in_flight_max=2, flush_stall_ms=25, batch_commands_max=512, activations_in_flight_max=4,
        grain_idle_s=900, requests_open_max=20_000, queue_wait_max_ms=1000,
    )  # fmt: skip
    return replace(config, engine=engine)
