"""The log files of the servers."""

from pathlib import Path

_TAIL_BYTES_MAX = 4096
_KEPT_BYTES_MAX = 16 * 1024 * 1024


def last_words(log: Path, lines_max: int = 6) -> str:
    """The last lines of a log, for the error that says why a server ended."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES_MAX))
            tail = file.read().decode(errors="replace").splitlines()
    except OSError:
        tail = []
    said = "\n  ".join(line for line in tail[-lines_max:] if line.strip())
    return f"\n  {said}\n(the whole log: {log})" if said else f"it said nothing (log: {log})"


def keep_bounded(log: Path) -> None:
    """Put a log that has grown aside, over its predecessor; call it before the log's writer starts."""
    if log.exists() and log.stat().st_size > _KEPT_BYTES_MAX:
        log.rename(log.with_suffix(".log.1"))
