"""The environment variables that users set, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cluster.errors import ClusterError

_DRIVER = "postgresql+asyncpg"


@dataclass(frozen=True)
class Environment:
    """Where things are. An address that is given is used as it is; one that is not is started here."""

    home: Path
    config: Path
    port: int
    database_url: str | None
    redis_url: str | None
    ray_address: str | None
    discord_api: str | None
    discord_gateway: str | None
    discord_token: str | None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        """What `variables` say; empty means unset. Raises `ClusterError` for what cannot be meant."""

        def text(name: str) -> str | None:
            return variables.get(name, "").strip() or None

        if bool(text("FAYE_DISCORD_API")) != bool(text("FAYE_DISCORD_GATEWAY")):
            raise ClusterError(
                "FAYE_DISCORD_API and FAYE_DISCORD_GATEWAY go together: with one of them alone the token would go "
                "to another server than the one meant; give both or neither"
            )
        return cls(
            home=Path(text("FAYE_HOME") or ".faye"),
            config=Path(text("FAYE_CONFIG") or "config"),
            port=_port(text("FAYE_PORT")),
            database_url=_database_url(text("FAYE_DATABASE_URL")),
            redis_url=_redis_url(text("FAYE_REDIS_URL")),
            ray_address=text("RAY_ADDRESS"),
            discord_api=text("FAYE_DISCORD_API"),
            discord_gateway=text("FAYE_DISCORD_GATEWAY"),
            discord_token=text("DISCORD_TOKEN"),
        )


def _port(value: str | None) -> int:
    if value is None:
        return 8000
    if not value.isascii() or not value.isdigit() or len(value) > 5 or not 0 <= int(value) <= 65_535:
        raise ClusterError(f"FAYE_PORT={value} is no port; give a number from 0 (any free port) to 65535")
    return int(value)


def _database_url(value: str | None) -> str | None:
    if value is None:
        return None
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", _DRIVER):
        raise ClusterError(
            "FAYE_DATABASE_URL is no address of a PostgreSQL: postgresql://user:password@host/database"
        )
    return f"{_DRIVER}://{rest}"


def _redis_url(value: str | None) -> str | None:
    if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
        raise ClusterError("FAYE_REDIS_URL is no address of a Valkey or Redis: redis://:password@host:6379/0")
    return value
