"""`launch.py load` as its users meet it: over the real engine, through the real bot, broken off."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


async def load(*options: str, home: Path) -> Process:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FAYE_", "RAY_", "DISCORD_"))
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "launch.py"),
        "load",
        *options,
        env={**clean, "FAYE_HOME": str(home)},
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )


async def finish(process: Process) -> tuple[int | None, str, str]:
    output, said = await asyncio.wait_for(process.communicate(), 150)
    return process.returncode, output.decode(), said.decode()


@pytest.mark.timeout(300)
async def test_two_seconds_over_the_real_engine_are_measured_and_audited(server_directory: Path) -> None:
    home = server_directory / "home"
    closed = await load("--players", "200", "--seconds", "2", "--json", home=home)
    code, output, said = await finish(closed)
    assert code == 0, said
    found = json.loads(output)
    assert found["audit"]["clean"]
    assert found["rate"] > 50
    assert set(found["kinds"]) > {"craft", "summon", "profile"}
    assert found["kinds"]["craft"]["verdicts"]["done"] > 0
    assert found["total"]["latency_ms"]["p50"] <= found["total"]["latency_ms"]["p99"]
    assert found["hosts"]["commands_per_commit"] >= 1
    assert "1 s  " in said
    assert "p99" in said

    opened = await load(
        "--players", "200", "--seconds", "2", "--rate", "50", "--mix", "craft", "--hot", home=home
    )
    code, output, said = await finish(opened)
    assert code == 0, said
    assert "50 requested a second" in output
    assert "█" in output
    assert "audit: clean" in output


@pytest.mark.timeout(300)
async def test_interactions_through_the_real_bot_are_measured_and_audited(server_directory: Path) -> None:
    running = await load(
        "--players", "30", "--seconds", "2", "--concurrency", "4", "--through", "discord", "--json",
        home=server_directory / "home",
    )  # fmt: skip
    code, output, said = await finish(running)
    assert code == 0, said
    found = json.loads(output)
    assert found["audit"]["clean"]
    assert found["left_out"] == ["transfer"]
    assert found["total"]["verdicts"]["done"] > 5
    acknowledged = found["total"]["acknowledged_ms"]
    assert 0 < acknowledged["p50"] <= found["total"]["latency_ms"]["largest"]


@pytest.mark.timeout(300)
async def test_ctrl_c_ends_the_measuring_and_tells_what_was_measured(server_directory: Path) -> None:
    running = await load("--players", "50", "--seconds", "600", "--json", home=server_directory / "home")
    assert running.stderr is not None
    said = ""
    async with asyncio.timeout(120):
        while "2 s  " not in said:
            said += (await running.stderr.readline()).decode()
    running.send_signal(signal.SIGINT)
    code, output, rest = await finish(running)
    assert code == 0, said + rest
    found = json.loads(output)
    assert found["interrupted"]
    assert 1 < found["seconds"] < 100
    assert found["rate"] > 0
    assert found["audit"]["clean"]


async def test_nonsense_is_refused_before_anything_is_started(server_directory: Path) -> None:
    home = server_directory / "home"
    code, output, said = await finish(await load("--mix", "morning", home=home))
    assert code == 1
    assert said.startswith("faye: --mix morning: load.json knows evening")
    assert not output
    assert not home.exists()
