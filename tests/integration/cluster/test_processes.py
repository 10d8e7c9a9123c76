import asyncio
import signal
import sys
from pathlib import Path

import psutil

from cluster.processes import Child, end_all, working_in

PARENT = """
import sys, time
from pathlib import Path
from cluster.processes import Child
child = Child.spawn(["/bin/sleep", "60"], directory=Path(sys.argv[1]), environment={})
print(child.pid, flush=True)
time.sleep(60)
"""


async def ended(pid: int) -> bool:
    async with asyncio.timeout(5):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)
    return True


async def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    async with asyncio.timeout(5):
        while psutil.Process(pid).name() != "sleep":
            await asyncio.sleep(0.01)
    parent.kill()
    await parent.wait()
    if sys.platform == "linux":
        assert await ended(pid)
    await end_all(working_in(tmp_path), timeout_s=5)


async def test_a_child_gets_the_environment_that_it_is_given_and_no_other(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = Child.spawn(["/usr/bin/env"], directory=tmp_path, log=log, environment={"ONE": "1"})
    assert await child.wait() == 0
    assert set(log.read_text().split()) <= {"ONE=1", "LC_CTYPE=C.UTF-8", f"PWD={tmp_path}"}
    assert log.stat().st_mode & 0o077 == 0


async def test_one_that_ignores_signals_is_killed(tmp_path: Path) -> None:
    stubborn = "trap '' TERM; echo ready; while :; do sleep 1; done"
    log = tmp_path / "log"
    child = Child.spawn(
        ["/bin/sh", "-c", stubborn], directory=tmp_path, log=log, environment={"PATH": "/usr/bin:/bin"}
    )
    async with asyncio.timeout(5):
        while "ready" not in log.read_text():
            await asyncio.sleep(0.01)
    await child.end(signal.SIGTERM, timeout_s=0.2)
    assert child.exit_code == -signal.SIGKILL
    await end_all(working_in(tmp_path), timeout_s=5)


async def test_processes_are_found_by_where_they_work(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    here = Child.spawn(["/bin/sleep", "60"], directory=tmp_path, environment={})
    other = Child.spawn(["/bin/sleep", "60"], directory=tmp_path / "other", environment={})
    assert [process.pid for process in working_in(tmp_path)] == [here.pid]
    await end_all(working_in(tmp_path), signal.SIGTERM, timeout_s=5)
    assert await here.wait() != 0
    assert other.exit_code is None
    await other.end(timeout_s=5)
