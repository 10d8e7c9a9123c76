"""The addresses that users give, checked before anything is started; no refusal shows a password."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from redis.asyncio import ConnectionPool

from cluster.errors import ClusterError

DATABASE_DRIVER = "postgresql+asyncpg"

_DATABASE_SCHEMES = ("postgres", "postgresql", DATABASE_DRIVER)
_DATABASE_OPTIONS = ("host", "ssl", "target_session_attrs")
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_DEFAULT_PORTS = {
    **dict.fromkeys(_DATABASE_SCHEMES, 5432),
    **dict.fromkeys(("redis", "rediss"), 6379),
    **dict.fromkeys(("http", "ws"), 80),
    **dict.fromkeys(("https", "wss"), 443),
}

_DATABASE_FORM = "postgresql://user:password@host:5432/database"
_REDIS_FORM = "redis://:password@host:6379/0"


def database_url(name: str, value: str) -> str:
    """The address of a PostgreSQL, for SQLAlchemy; libpq's `sslmode` is taken as `ssl`, the driver's word.

    Raises `ClusterError` for one that cannot be meant.
    """
    parts = _split(name, value, _DATABASE_SCHEMES, _DATABASE_FORM)
    options = _database_options(name, parts)
    if not parts.hostname and "host" not in options:
        raise ClusterError(f"{name} names no host: {_DATABASE_FORM}")
    if not parts.path.strip("/"):
        raise ClusterError(f"{name} names no database: {_DATABASE_FORM}")
    if parts.fragment:
        raise ClusterError(f"{name} holds a #; in a password write it as %23")
    return f"{DATABASE_DRIVER}://{parts.netloc}{parts.path}" + (f"?{urlencode(options)}" if options else "")


def redis_url(name: str, value: str) -> str:
    """The address of a Valkey or Redis, as it was given; raises `ClusterError` for one that cannot be meant."""
    parts = _split(name, value, ("redis", "rediss", "unix"), _REDIS_FORM)
    if parts.scheme == "unix":
        if not parts.path:
            raise ClusterError(f"{name} names no socket: unix:///path/of/the/socket")
    elif not parts.hostname:
        raise ClusterError(f"{name} names no host: {_REDIS_FORM}")
    elif not parts.path.strip("/").isdigit() and parts.path.strip("/"):
        raise ClusterError(f"{name} ends with no number of a database: {_REDIS_FORM}")
    try:
        pool = ConnectionPool.from_url(value)
        pool.connection_class(**pool.connection_kwargs)
    except (TypeError, ValueError):
        raise ClusterError(f"{name} has an option that is not understood behind its ?") from None
    return value


def http_url(name: str, value: str) -> str:
    """The address of a server that speaks HTTP; raises `ClusterError` for one that cannot be meant."""
    return _with_host(name, value, ("http", "https"), "http://host:port/api/v10")


def websocket_url(name: str, value: str) -> str:
    """The address of a server that speaks websocket; raises `ClusterError` for one that cannot be meant."""
    return _with_host(name, value, ("ws", "wss"), "ws://host:port/path")


def host_and_port(url: str) -> tuple[str, int]:
    """Where the server behind a checked address with a host listens."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def place_of(url: str) -> str:
    """Where the server behind a checked address is, to be shown: host and port, or its socket's path."""
    parts = urlsplit(url)
    if not parts.hostname:
        return dict(parse_qsl(parts.query)).get("host") or parts.path
    host, port = host_and_port(url)
    return f"{host}:{port}"


def _with_host(name: str, value: str, schemes: tuple[str, ...], form: str) -> str:
    if not _split(name, value, schemes, form).hostname:
        raise ClusterError(f"{name} names no host: {form}")
    return value


def _split(name: str, value: str, schemes: tuple[str, ...], form: str) -> SplitResult:
    if not value.isprintable() or " " in value:
        raise ClusterError(f"{name} holds a space or a character that cannot be shown; write {form}")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ClusterError(f"{name} has no valid host and port, a number up to 65535: {form}") from None
    if parts.scheme not in schemes or not value.lower().startswith(f"{parts.scheme}://"):
        raise ClusterError(
            f"{name} does not begin with {' or '.join(f'{each}://' for each in schemes)}: {form}"
        )
    if port == 0:
        raise ClusterError(f"{name} has port 0, where no server can be: {form}")
    return parts


def _database_options(name: str, parts: SplitResult) -> dict[str, str]:
    """The options behind the question mark; no refusal repeats them, for they may be a password's other half."""
    options: dict[str, str] = {}
    for option, value in parse_qsl(parts.query, keep_blank_values=True):
        meant = "ssl" if option == "sslmode" else option
        if meant not in _DATABASE_OPTIONS:
            raise ClusterError(
                f"{name} has an option behind its ? that is not understood; sslmode and target_session_attrs "
                "alone are, and a ? in a password is written %3F"
            )
        if meant == "ssl" and value not in _SSL_MODES:
            raise ClusterError(f"{name} has an unknown sslmode; it is one of {', '.join(_SSL_MODES)}")
        options[meant] = value
    return options
