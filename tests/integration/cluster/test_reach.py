"""Servers of one's own, asked before anything is started: what is wrong is said, a password never."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from cluster import reach
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.postgres import PostgresServer
from cluster.valkey import ValkeyServer


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """The port of something that takes connections and never says a word."""
    hung_up = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hung_up.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    hung_up.set()
    server.close()


@pytest.fixture
def closed_port(unused_tcp_port: int) -> int:
    """A port where nobody listens."""
    return unused_tcp_port


async def ask(*, with_ray: bool = False, **variables: str) -> list[str]:
    """What is told while the servers in `variables` are asked."""
    told: list[str] = []
    await reach.require_servers(Environment.read(variables), told.append, with_ray=with_ray)
    return told


async def test_a_database_that_can_be_used_is_no_matter(shared_postgres: PostgresServer) -> None:
    assert await ask(FAYE_DATABASE_URL=shared_postgres.url) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("$", "x", "has no such database; create it"),
        ("//faye:", "//nobody:", "refuses the user"),
        ("//faye:", "//faye:hunter2", "refuses the user or the password"),
        ("127.0.0.1", "host.invalid", "no host of that name"),
        ("$", "?sslmode=require", "SSL"),
    ],
)
async def test_what_is_wrong_with_a_database_is_said_without_its_password(
    shared_postgres: PostgresServer, old: str, new: str, words: str
) -> None:
    url = re.sub(old, new, shared_postgres.url, count=1)
    with pytest.raises(ClusterError) as refusal:
        await ask(FAYE_DATABASE_URL=url)
    said = str(refusal.value)
    assert words in said
    password = urlsplit(url).password
    assert password
    assert password not in said
    assert "hunter2" not in said


async def test_a_database_away_or_hanging_is_said_in_time(
    closed_port: int, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_ANSWER_TIMEOUT_S", 0.3)
    for port, words in ((closed_port, "nothing listens there"), (silent_port, "no answer in")):
        async with asyncio.timeout(3):
            with pytest.raises(ClusterError, match=words):
                await ask(FAYE_DATABASE_URL=f"postgresql://me:hunter2@127.0.0.1:{port}/faye")


async def test_a_valkey_that_can_be_used_is_no_matter(redis_url: str) -> None:
    assert await ask(FAYE_REDIS_URL=redis_url) == []


async def test_a_valkey_that_refuses_us_is_said_and_one_that_is_away_only_told(
    shared_valkey: ValkeyServer, closed_port: int, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_ANSWER_TIMEOUT_S", 0.3)
    with pytest.raises(ClusterError, match="refuses the password"):
        await ask(FAYE_REDIS_URL=f"redis://:hunter2@127.0.0.1:{shared_valkey.port}/0")
    with pytest.raises(ClusterError, match="DB index is out of range"):
        await ask(FAYE_REDIS_URL=shared_valkey.url.removesuffix("/0") + "/9999")
    for port in (closed_port, silent_port):
        (told,) = await ask(FAYE_REDIS_URL=f"redis://:hunter2@127.0.0.1:{port}/0")
        assert "does not answer" in told
        assert "hunter2" not in told


async def test_a_ray_that_is_away_or_no_ray_is_said(
    closed_port: int, silent_port: int, shared_valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_ANSWER_TIMEOUT_S", 0.3)
    for port in (closed_port, silent_port, shared_valkey.port):
        with pytest.raises(ClusterError, match=f"no Ray answers at 127.0.0.1:{port}"):
            await ask(RAY_ADDRESS=f"127.0.0.1:{port}", with_ray=True)
    with pytest.raises(ClusterError, match="no valid port"):
        await ask(RAY_ADDRESS="127.0.0.1:port", with_ray=True)


async def test_a_discord_that_takes_no_connection_is_said_with_its_address(closed_port: int) -> None:
    environment = Environment.read(
        {
            "FAYE_DISCORD_API": f"http://127.0.0.1:{closed_port}/api/v10",
            "FAYE_DISCORD_GATEWAY": f"ws://127.0.0.1:{closed_port}/",
        }
    )
    with pytest.raises(ClusterError, match=rf"127.0.0.1:{closed_port} \(nothing listens.*FAYE_DISCORD_API"):
        await reach.require_discord(environment, lambda line: None)
