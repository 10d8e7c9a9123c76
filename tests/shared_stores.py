"""The Valkey of a test, as the bot's parts take it."""

from pathlib import Path
from typing import Final

from redis.asyncio import Redis

from faye.config import load_config
from faye.config_bot import ValkeyConfig
from faye.utils.shared_store import SharedStore
from faye.utils.store_health import StoreHealth

SHIPPED: Final[ValkeyConfig] = load_config(Path(__file__).resolve().parent.parent / "config").bot.valkey


def shared_store(redis: Redis, namespace: str = "faye") -> SharedStore:
    """What `redis` speaks to, with an opinion of its own on its health."""
    return SharedStore(redis, namespace, StoreHealth.of(redis, SHIPPED))
