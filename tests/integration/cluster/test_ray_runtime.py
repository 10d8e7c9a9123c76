import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from cluster.errors import ClusterError
from cluster.processes import working_in
from cluster.ray_runtime import RayRuntime, token_environment
from cluster.settings import ClusterSettings

ROOT = Path(__file__).resolve().parents[3]

JOIN = """
import os, ray
ray.init(address=os.environ["JOIN"], log_to_driver=False, logging_level=40)

@ray.remote(num_cpus=0)
class Probe:
    def answer(self):
        return os.nice(0), sorted(name for name in os.environ if "TOKEN" in name), os.getcwd()

print(ray.get(Probe.remote().answer.remote()))
"""


EXPORT = """
import os, ray
from actors.meters import Meters
from actors.ray_metrics import HOST_FIGURES, Exporter, collected, host_samples
ray.init(address=os.environ["JOIN"], log_to_driver=False, logging_level=40)
exporter = Exporter(HOST_FIGURES, {"system": "faye", "host": "host-0"})
for commits in (1, 2):
    exporter.export(host_samples(Meters(commits=commits, grains=5)))
print("collected:", collected())
"""


def make_ray(directory: Path, settings: ClusterSettings) -> RayRuntime:
    token_file = directory / "ray_token"
    token_file.write_text("5" * 64)
    token_file.chmod(0o600)
    return RayRuntime(
        directory / "ray", token_file=token_file, settings=settings.ray, log=directory / "ray.log"
    )


@pytest.fixture
async def ray_runtime(
    server_directory: Path, cluster_settings: ClusterSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RayRuntime]:
    monkeypatch.setenv("DISCORD_TOKEN", "not for Ray")
    async with make_ray(server_directory, cluster_settings) as runtime:
        yield runtime


async def join(address: str, environment: Mapping[str, str], script: str = JOIN) -> tuple[int, str]:
    """Exit code and output of a process that joins and, unless told otherwise, asks an actor."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        cwd=ROOT,
        env={**clean, **environment, "JOIN": address, "RAY_NUM_REDIS_GET_RETRIES": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_joining_takes_the_token_and_nothing_else_does(
    ray_runtime: RayRuntime, server_directory: Path
) -> None:
    with_token, without, wrong = await asyncio.gather(
        join(ray_runtime.address, token_environment(server_directory / "ray_token")),
        join(ray_runtime.address, {"RAY_AUTH_MODE": "disabled"}),
        join(ray_runtime.address, {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "6" * 64}),
    )
    assert with_token[0] == 0, with_token[1]
    # Hosts run at the priority of everybody else, know no secret of the launcher, and carry Ray's mark.
    niceness, tokens, directory = eval(with_token[1].strip().splitlines()[-1])
    assert niceness == os.nice(0)
    assert tokens == ["RAY_AUTH_TOKEN_PATH"]
    assert directory == str(server_directory / "ray")
    for code, output in (without, wrong):
        assert code != 0
        assert "Failed to connect to Ray cluster" in output


async def test_the_dashboard_is_on_loopback_and_the_sessions_are_private(ray_runtime: RayRuntime) -> None:
    assert ray_runtime.pid is not None
    keeper = psutil.Process(ray_runtime.pid)
    assert "--dashboard-host=127.0.0.1" in keeper.cmdline()
    sessions = Path(next(word.split("=")[1] for word in keeper.cmdline() if word.startswith("--temp-dir=")))
    # Ray opens the directory itself to everybody; the one around it is closed.
    assert sessions.parent.stat().st_mode & 0o077 == 0


async def test_a_killed_head_leaves_nothing_behind_and_starts_again_on_its_port(
    ray_runtime: RayRuntime, server_directory: Path, cluster_settings: ClusterSettings
) -> None:
    address, first = ray_runtime.address, ray_runtime.pid
    ray_runtime.kill()
    await ray_runtime.wait()
    await ray_runtime.start()
    assert (ray_runtime.address, ray_runtime.pid != first) == (address, True)
    code, output = await join(address, token_environment(server_directory / "ray_token"))
    assert code == 0, output

    heir = make_ray(server_directory, cluster_settings)
    await heir._end_leftovers()
    assert await ray_runtime.wait() != 0
    assert working_in(server_directory / "ray") == []


async def test_rays_metrics_take_every_figure_and_are_collected_only_where_that_is_asked_for(
    ray_runtime: RayRuntime,
) -> None:
    token = token_environment(ray_runtime._token_file)
    code, output = await join(ray_runtime.address, token, EXPORT)
    assert code == 0, output
    assert "collected: False" in output
    assert (ray_runtime.dashboard_port, ray_runtime.metrics_port) == (None, None)


def test_a_dashboard_without_its_libraries_is_refused_before_anything_starts(
    server_directory: Path, cluster_settings: ClusterSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = replace(cluster_settings, ray=replace(cluster_settings.ray, dashboard=True))
    monkeypatch.setattr("cluster.ray_runtime._DASHBOARD_MODULES", ("json", "a_library_that_is_not_there"))
    with pytest.raises(
        ClusterError, match=r"a_library_that_is_not_there is not installed; run `make dashboard`"
    ):
        make_ray(server_directory, wanted)
    assert not (server_directory / "ray").exists()
