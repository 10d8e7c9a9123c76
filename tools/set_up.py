"""Make `.venv` what the pinned requirements say; when it is so already, no network is needed.

Runs on the bare Python of the system. `--dev` adds the tools for tests and checks, `--dashboard` what Ray's dashboard
and metrics need.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MACHINES = ("x86_64", "amd64", "aarch64", "arm64")
FREE_BYTES_MIN = 1_500_000_000
SIZES = {"requirements.txt": ": about 530 MB once unpacked, one to two minutes"}
"""What to expect of a file of pins that takes long."""


def main() -> None:
    """Set up what is asked for, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also the tools for tests and checks")
    parser.add_argument("--dashboard", action="store_true", help="also Ray's dashboard and metrics")
    wanted = parser.parse_args()
    require_platform()
    make_venv()
    install("requirements.txt")
    if wanted.dev:
        install("requirements-dev.txt")
    if wanted.dashboard:
        install("requirements-dashboard.txt")


def require_platform() -> None:
    """Stop where no wheels are to be had."""
    if sys.version_info < (3, 11):  # noqa: UP036
        stop(f"needs Python 3.11 or newer, this is {platform.python_version()}; try `make PYTHON=python3.12`")
    if sys.platform not in ("linux", "darwin") or platform.machine().lower() not in MACHINES:
        stop(f"runs on Linux and macOS on x86_64 and ARM64, not on {platform.system()} {platform.machine()}")


def make_venv() -> None:
    """Create the virtual environment, again when its interpreter is gone or another one."""
    if is_usable():
        return
    require_space()
    say("creating .venv")
    try:
        venv.create(VENV, clear=True, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        stop(f".venv could not be created ({error}); on Debian and Ubuntu: apt-get install python3-venv")


def is_usable() -> bool:
    """Whether `.venv` has a working interpreter of this very version."""
    try:
        found = subprocess.run(
            [PYTHON, "-c", "import platform, pip; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return found.stdout.strip() == platform.python_version()


def install(name: str) -> None:
    """Install one file of pins with their hashes, unless it has been."""
    requirements = ROOT / name
    stamp = VENV / f".{requirements.stem}.installed"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    require_space()
    started_at = time.monotonic()
    changed = ", which has changed" if stamp.exists() else ""
    say(f"installing {name}{changed}{SIZES.get(name, '')}")
    if (trouble := trouble_of_uv(requirements)) is not None:
        say(f"uv could not do it ({trouble}); pip does it now and takes a minute longer")
        run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements])
    stamp.write_text(digest)
    say(f"installed {name} in {time.monotonic() - started_at:.0f} s")


def trouble_of_uv(requirements: Path) -> str | None:
    """Install with uv, which is fast but reads no pip configuration; what was in the way, or None.

    It trusts what the system trusts, as pip does, so that it also works behind a certificate authority of one's own.
    """
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", ROOT / "requirements-uv.txt"]
    uv = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--system-certs", "--require-hashes"]
    for command in (pip, [*uv, "--python", PYTHON, "-r", requirements]):
        words = [str(word) for word in command]
        done = subprocess.run(words, env=environment(), check=False, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            # Its last line says why; in full and in red it would look like the end, while pip goes on.
            said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            return said[-1][:160] if said else f"exit code {done.returncode}"
    return None


def environment() -> dict[str, str]:
    """What installers run with: no virtual environment of the caller's."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(command: list[object]) -> None:
    """Run a step that cannot be done without."""
    if subprocess.run([str(word) for word in command], env=environment(), check=False).returncode != 0:
        stop("the libraries could not be installed (see above); check the network and run it again")


def require_space() -> None:
    """Stop before the disk is full rather than after."""
    free = shutil.disk_usage(ROOT).free
    if free < FREE_BYTES_MIN:
        stop(f"the disk is full: {free >> 20} MB are free, {FREE_BYTES_MIN >> 20} MB needed for .venv")


def say(message: str) -> None:
    """One line of progress."""
    print(f"set-up: {message}", flush=True)


def stop(message: str) -> None:
    """End with a word on what failed and what to do."""
    sys.exit(f"set-up: {message}")


if __name__ == "__main__":
    main()
