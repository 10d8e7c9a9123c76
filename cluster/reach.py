"""Whether the servers whose addresses were given can be used, asked before anything is started here.

Each refusal says which server, what it is that failed and what to do, and shows no password.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError, ResponseError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from cluster.addresses import host_and_port, place_of
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.progress import Progress, told_when_slow

_ANSWER_TIMEOUT_S = 5.0
_DISCORD = ("https://discord.com", "wss://gateway.discord.gg")

# A client's first bytes in HTTP/2, and an empty SETTINGS frame: a server answers with settings of its own.
_HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_HTTP2_SETTINGS = 4

_SQL_STATES = {
    "28P01": "refuses the user or the password",
    "28000": "refuses the user",
    "3D000": "has no such database; create it, with the user as its owner",
    "42501": "does not let the user do this ({said}); make the user the owner of the database",
    "53300": "has no connection left; raise its max_connections",
    "57P03": "is only just starting or stopping ({said}); start again when it runs",
}


async def require_servers(environment: Environment, progress: Progress, *, with_ray: bool) -> None:
    """Ask every server whose address was given; raises `ClusterError` for one that cannot be used.

    A Valkey that merely does not answer is no reason to stop: everything is served without it.
    """
    if environment.database_url:
        await _require_database(environment.database_url)
    if environment.redis_url:
        await _require_valkey(environment.redis_url, progress)
    if environment.ray_address and with_ray:
        await _require_ray(environment.ray_address)


async def require_discord(environment: Environment, progress: Progress) -> None:
    """Return when Discord's two servers take connections; raises `ClusterError` if they do not in time."""
    api = environment.discord_api or _DISCORD[0]
    gateway = environment.discord_gateway or _DISCORD[1]
    for url in (api, gateway):
        host, port = host_and_port(url)
        with told_when_slow(progress, f"waiting for Discord at {host}:{port}"):
            try:
                async with _connection(host, port):
                    pass
            except (OSError, TimeoutError) as error:
                raise ClusterError(
                    f"Discord cannot be reached at {host}:{port} ({_network(error)}); check the network"
                    + (", FAYE_DISCORD_API and FAYE_DISCORD_GATEWAY" if environment.discord_api else "")
                    + " and start again"
                ) from None


def database_words(error: BaseException, url: str) -> str:
    """What a failed use of the database at `url` means and what to do, without its password."""
    address = make_url(url)
    place = place_of(url)
    who = f"the database {address.database!r} at {place} with the user {address.username!r}"
    for cause in _causes(error):
        if (state := getattr(cause, "sqlstate", None)) is not None:
            said = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
            words = _SQL_STATES.get(state, "answers with an error: {said}")
            return f"{who} cannot be used: the server {words.format(said=said)}"
        if isinstance(cause, OSError | TimeoutError):
            return (
                f"PostgreSQL cannot be reached at {place}: {_network(cause)}; "
                "check FAYE_DATABASE_URL and start again when it runs"
            )
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return f"{who} cannot be used: {first}"


async def ray_answers(host: str, port: int, timeout_s: float) -> bool:
    """Whether a Ray answers: something that speaks HTTP/2. With Ray's own TLS on, a connection must do."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with _connection(host, port, timeout_s) as (reader, writer), asyncio.timeout(timeout_s):
            if os.environ.get("RAY_USE_TLS", "0") not in ("", "0", "false"):
                return True
            writer.write(_HTTP2_HELLO)
            return (await reader.readexactly(9))[3] == _HTTP2_SETTINGS
    return False


async def may_be_joined(address: str | None, timeout_s: float) -> bool:
    """Whether to try and join the Ray at `address`: of names that Ray looks up itself nobody can tell."""
    host, separator, port = (address or "").removeprefix("ray://").rpartition(":")
    return not separator or await ray_answers(host, int(port), timeout_s)


async def _require_database(url: str) -> None:
    engine = create_async_engine(url, poolclass=NullPool, connect_args={"timeout": _ANSWER_TIMEOUT_S})
    try:
        async with engine.connect():
            pass
    except (SQLAlchemyError, OSError, TimeoutError, ValueError, TypeError) as error:
        raise ClusterError(database_words(error, url)) from None
    except Exception as error:  # the driver's own errors share no class with anything
        if not hasattr(error, "sqlstate"):
            raise
        raise ClusterError(database_words(error, url)) from None
    finally:
        await engine.dispose()


async def _require_valkey(url: str, progress: Progress) -> None:
    redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0))
    place = place_of(url)
    try:
        async with asyncio.timeout(_ANSWER_TIMEOUT_S):
            await redis.get("faye")
    except AuthenticationError:
        raise ClusterError(f"Valkey at {place} refuses the password or the user in FAYE_REDIS_URL") from None
    except InvalidResponse:
        raise ClusterError(f"what answers at {place} is no Valkey or Redis; check FAYE_REDIS_URL") from None
    except ResponseError as error:
        if not str(error).startswith(("LOADING", "BUSY", "MASTERDOWN")):
            raise ClusterError(f"Valkey at {place} cannot be used: {error}; check FAYE_REDIS_URL") from None
        progress(f"Valkey at {place} is not ready yet ({error}); going on without it meanwhile")
    except (RedisError, OSError, TimeoutError) as error:
        progress(
            f"Valkey at {place} does not answer ({_network(error)}); going on without it until it does: "
            "limits are counted by each process for itself"
        )
    finally:
        await redis.aclose()


async def _require_ray(address: str) -> None:
    host, separator, port = address.removeprefix("ray://").rpartition(":")
    if not separator:
        return  # "auto", "local" and names that Ray looks up itself
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= 65_535):
        raise ClusterError(f"RAY_ADDRESS={address} has no valid port; give host:port of Ray's head")
    if not await ray_answers(host, int(port), _ANSWER_TIMEOUT_S):
        raise ClusterError(
            f"no Ray answers at {address}; check RAY_ADDRESS, or unset it to have Ray started here"
        )


@contextlib.asynccontextmanager
async def _connection(
    host: str, port: int, timeout_s: float = _ANSWER_TIMEOUT_S
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.close()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error`, and what it was raised from, the driver's own first."""
    seen: set[int] = set()
    queue: list[BaseException | None] = [getattr(error, "orig", None), error.__cause__, error]
    while queue:
        cause = queue.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        queue += [cause.__cause__, getattr(cause, "orig", None)]


def _network(error: BaseException) -> str:
    """What the network said, in words."""
    if isinstance(error, socket.gaierror):
        return "there is no host of that name"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, TimeoutError):
        return f"no answer in {_ANSWER_TIMEOUT_S:.0f} s"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    return next(iter(str(error).splitlines()), "") or type(error).__name__
