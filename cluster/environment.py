"""The environment variables that users set, read once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cluster import addresses
from cluster.errors import ClusterError
from faye.operators import Owners
from faye.utils.log_lines import LogStyle


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
    owners: Owners
    log: LogStyle

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        """What `variables` say; empty means unset. Raises `ClusterError` for what cannot be meant."""

        def text(name: str) -> str | None:
            return variables.get(name, "").strip() or None

        def address(name: str, check: Callable[[str, str], str]) -> str | None:
            value = text(name)
            return None if value is None else check(name, value)

        if bool(text("FAYE_DISCORD_API")) != bool(text("FAYE_DISCORD_GATEWAY")):
            raise ClusterError(
                "FAYE_DISCORD_API and FAYE_DISCORD_GATEWAY go together: with one of them alone the token would go "
                "to another server than the one meant; give both or neither"
            )
        return cls(
            home=Path(text("FAYE_HOME") or ".faye"),
            config=Path(text("FAYE_CONFIG") or "config"),
            port=_port(text("FAYE_PORT")),
            database_url=address("FAYE_DATABASE_URL", addresses.database_url),
            redis_url=address("FAYE_REDIS_URL", addresses.redis_url),
            ray_address=text("RAY_ADDRESS"),
            discord_api=address("FAYE_DISCORD_API", addresses.http_url),
            discord_gateway=address("FAYE_DISCORD_GATEWAY", addresses.websocket_url),
            discord_token=_token(text("DISCORD_TOKEN")),
            owners=Owners(_ids("FAYE_OWNERS", text("FAYE_OWNERS")), _guild(text("FAYE_ADMIN_GUILD"))),
            log=_log_style(variables),
        )


def _port(value: str | None) -> int:
    if value is None:
        return 8000
    if not value.isascii() or not value.isdigit() or len(value) > 5 or not 0 <= int(value) <= 65_535:
        raise ClusterError(f"FAYE_PORT={value} is no port; give a number from 0 (any free port) to 65535")
    return int(value)


def _ids(name: str, value: str | None) -> frozenset[int]:
    """Discord's ids in a list with commas."""
    words = [word.strip() for word in (value or "").split(",") if word.strip()]
    if wrong := next((word for word in words if not _is_id(word)), None):
        raise ClusterError(
            f"{name}: {wrong} is no Discord id; give the numbers that Discord's developer mode copies, with commas"
        )
    return frozenset(map(int, words))


def _guild(value: str | None) -> int | None:
    found = _ids("FAYE_ADMIN_GUILD", value)
    if len(found) > 1:
        raise ClusterError("FAYE_ADMIN_GUILD takes the id of one server")
    return next(iter(found), None)


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and 0 < int(word[:20]) < 2**63


def _log_style(variables: Mapping[str, str]) -> LogStyle:
    try:
        return LogStyle.of(variables)
    except ValueError as error:
        raise ClusterError(str(error)) from None


def _token(value: str | None) -> str | None:
    if value is not None and not (value.isascii() and value.isprintable() and " " not in value):
        raise ClusterError(
            "DISCORD_TOKEN holds a space, a line break or a letter that no token has; copy the token again, alone"
        )
    return value
