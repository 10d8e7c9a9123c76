"""How the servers are run: `config/cluster.json`, typed and closed."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from faye.config import read_part
from faye.config_types import Closed, Positive


class PostgresSettings(Closed, frozen=True):
    """The embedded PostgreSQL."""

    connections_max: Annotated[int, Meta(ge=10, le=10_000)]
    shared_buffers_mb: Annotated[int, Meta(ge=8)]
    wal_size_max_mb: Annotated[int, Meta(ge=64)]
    start_timeout_s: Positive
    stop_timeout_s: Positive


class ValkeySettings(Closed, frozen=True):
    """The embedded Valkey."""

    memory_max_mb: Annotated[int, Meta(ge=16)]
    start_timeout_s: Positive
    stop_timeout_s: Positive


class RaySettings(Closed, frozen=True):
    """The local Ray; `cpus` null takes the machine's count."""

    cpus: Positive | None
    object_store_mb: Annotated[int, Meta(ge=80)]
    dashboard: bool
    start_timeout_s: Positive
    stop_timeout_s: Positive


class ClusterSettings(Closed, frozen=True):
    """Everything that `cluster` may depend on."""

    postgres: PostgresSettings
    valkey: ValkeySettings
    ray: RaySettings
    restart_pause_max_ms: Positive


def load_cluster_settings(directory: Path) -> ClusterSettings:
    """The settings in `directory`; raises `ConfigError` with file, key, value and rule."""
    return read_part(directory, "cluster", ClusterSettings)
