"""Files that only this account reads."""

import os
from pathlib import Path


def opener(path: str, flags: int) -> int:
    """Open a file for `open`, closed to everybody else if it is new."""
    return os.open(path, flags, 0o600)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file durably, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(draft, "xb", opener=opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
