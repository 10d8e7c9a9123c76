"""The command line as its users meet it: what it says, what it leaves behind, what it recovers from."""

import asyncio
import signal
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cluster.home import Home
from cluster.processes import end_all, working_in
from tests.integration.cluster.command_line import finish, launch, left_over


async def said(process: Process, words: str) -> str:
    """The line with `words` in it, once it comes."""
    assert process.stderr is not None
    lines = []
    async with asyncio.timeout(90):
        while line := (await process.stderr.readline()).decode():
            lines.append(line)
            if words in line:
                return line
    raise AssertionError(f"never said {words!r}:\n{''.join(lines)}")


@asynccontextmanager
async def silent_discord() -> AsyncIterator[dict[str, str]]:
    """The addresses of a Discord that takes connections and never answers."""
    hung_up = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hung_up.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield {"FAYE_DISCORD_API": f"http://{place}/api/v10", "FAYE_DISCORD_GATEWAY": f"ws://{place}/"}
    hung_up.set()
    server.close()


@asynccontextmanager
async def playing(home: Path, **variables: str) -> AsyncIterator[Process]:
    process = await launch("play", "--port", "0", "--no-browser", home=home, **variables)
    try:
        await said(process, "Play at http://127.0.0.1:")
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@pytest.fixture
async def home(server_directory: Path) -> AsyncIterator[Path]:
    path = server_directory / "home"
    yield path
    for place in ("postgres/data", "postgres", "valkey", "ray"):
        await end_all(working_in(path / place), signal.SIGKILL, timeout_s=5)


@pytest.mark.parametrize("command", ["", "play", "bot", "load", "audit", "backup", "restore", "status"])
async def test_every_command_explains_itself(command: str, home: Path) -> None:
    code, output = await finish(*command.split(), "--help", home=home)
    assert code == 0
    assert "Usage" in output
    assert left_over(home) == []


@pytest.mark.timeout(300)
async def test_it_is_played_stopped_killed_and_played_again(home: Path) -> None:
    async with playing(home) as first:
        second_code, second_words = await finish("play", "--port", "0", home=home)
        assert second_code == 1
        assert f"{home} is in use by the process {first.pid}" in second_words
        assert "Traceback" not in second_words

        status_code, status_words = await finish("status", home=home)
        assert status_code == 0, status_words
        assert status_words.count("answers") == 3

        started_at = time.monotonic()
        first.send_signal(signal.SIGINT)
        await asyncio.wait_for(first.communicate(), 10)
        assert time.monotonic() - started_at < 10
        assert first.returncode == 0
    assert left_over(home) == []
    bot_log = (home / "logs" / "bot.log").read_text()
    for noise in ("SIGTERM", "PyNaCl", "davey", "WARNING", "ERROR", "Traceback"):
        assert noise not in bot_log, bot_log

    async with playing(home) as killed:
        killed.kill()
        await killed.wait()
        async with playing(home) as recovered:
            assert recovered.pid != killed.pid
    assert left_over(home) == []


async def test_a_taken_port_is_named_before_anything_is_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, words = await finish("play", "--port", str(port), "--no-browser", home=home)
    assert code == 1
    assert f"port {port} is taken" in words
    assert "--port or FAYE_PORT" in words
    assert "Traceback" not in words
    assert left_over(home) == []


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        ("bot", {}, "DISCORD_TOKEN is not set"),
        ("play", {"FAYE_PORT": "eighty"}, "FAYE_PORT=eighty is no port"),
        ("play", {"FAYE_CONFIG": "/nowhere"}, "/nowhere/cluster.json: cannot be read"),
        ("play", {"FAYE_HOME": "/dev/null/home"}, "set FAYE_HOME to a directory"),
        ("play", {"FAYE_HOME": "~nosuchuser/x"}, "there is no such user"),
        ("status", {"FAYE_HOME": "~nosuchuser/x"}, "there is no such user"),
        ("audit", {"FAYE_HOME": "~nosuchuser/x"}, "there is no such user"),
        ("status", {"FAYE_HOME": "/dev/null"}, "set FAYE_HOME to a directory"),
        ("audit", {"FAYE_HOME": "/tmp/" + "x" * 300}, "the name is too long"),
        ("bot", {"DISCORD_TOKEN": "one two"}, "DISCORD_TOKEN holds a space"),
        (
            "bot",
            {
                "DISCORD_TOKEN": "one",
                "FAYE_DISCORD_API": "http://127.0.0.1:1/api/v10",
                "FAYE_DISCORD_GATEWAY": "ws://127.0.0.1:1/",
            },
            "Discord cannot be reached at 127.0.0.1:1 (nothing listens there)",
        ),
        (
            "audit",
            {"FAYE_DATABASE_URL": "postgresql://me:pw@127.0.0.1:1/faye"},
            "PostgreSQL cannot be reached at 127.0.0.1:1",
        ),
        ("status", {}, "nothing runs on"),
    ],
)
async def test_what_is_wrong_is_said_in_words(
    arguments: str, variables: dict[str, str], words: str, home: Path
) -> None:
    process_home = Path(variables.get("FAYE_HOME", str(home)))
    rest = {name: value for name, value in variables.items() if name != "FAYE_HOME"}
    code, said_words = await finish(arguments, home=process_home, **rest)
    assert code == (2 if arguments == "audit" else 1)
    assert words in said_words
    assert "Traceback" not in said_words


async def test_a_damaged_playground_is_named_with_what_to_do(home: Path) -> None:
    Home(home).prepare()
    (home / "discord" / "playground.json").write_bytes(b"")
    code, words = await finish("play", "--port", "0", "--no-browser", home=home)
    assert code == 1
    assert "playground.json is damaged" in words
    assert "move it away" in words
    assert "Traceback" not in words


async def test_joining_where_nobody_runs_says_what_is_waited_for(home: Path) -> None:
    async with silent_discord() as addresses:
        process = await launch("bot", "--join", home=home, DISCORD_TOKEN="token", **addresses)
        assert str(home) in await said(process, "for another process to start Faye on")
        process.terminate()
        await process.communicate()


async def test_a_discord_that_takes_connections_and_says_nothing_is_told_within_seconds(home: Path) -> None:
    async with silent_discord() as addresses, playing(home):
        process = await launch("bot", "--join", home=home, DISCORD_TOKEN="token", **addresses)
        began = time.monotonic()
        await said(process, "waiting for Discord to let the bot in")
        assert time.monotonic() - began < 20
        process.terminate()
        await process.communicate()


async def test_an_audit_where_nobody_ever_played_is_refused_and_makes_no_home(home: Path) -> None:
    code, words = await finish("audit", home=home)
    assert code == 2
    assert "no home of Faye's" in words
    assert not home.exists()


async def test_an_audit_of_a_resting_home_finds_nothing_and_leaves_nothing_running(home: Path) -> None:
    Home(home).prepare()
    code, words = await finish("audit", "--json", home=home)
    assert code == 0, words
    assert '"violations_total":0' in words
    assert left_over(home) == []
    code, words = await finish("audit", "--since-last", home=home)
    assert code == 0, words
    assert "what came since 2" in words
    code, words = await finish("audit", "--repair", "--yes", "--json", home=home)
    assert code == 0, words
    assert '"repairs":[]' in words
    (home / "audit.json").unlink()
    code, words = await finish("audit", "--since-last", home=home)
    assert code == 2
    assert "no audit has left a checkpoint yet; run `launch.py audit` without --since-last once" in words
    assert left_over(home) == []


async def test_an_audit_that_was_stopped_has_not_told_that_all_is_well(home: Path) -> None:
    Home(home).prepare()
    process = await launch("audit", home=home)
    await said(process, "PostgreSQL is ready")
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert left_over(home) == []
