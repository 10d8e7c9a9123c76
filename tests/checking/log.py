"""transactions.log against the ledger, read here without the product's own code: exactly once, and in order."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.checking.records import Records
from tests.checking.violation import Violation

Entry = dict[str, Any]


def log_violations(directory: Path, records: Records) -> Iterator[Violation]:
    """Every entry of the ledger must stand in the log once, each player's in the order of (version, n)."""
    logged: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries(directory):
        logged[entry["player"]].append(entry)
    for player_id in logged.keys() | records.lines.keys():
        lines = [line for _, lines in sorted(records.lines.get(player_id, {}).items()) for line in lines]
        kept = [
            (
                line.version,
                line.n,
                line.key,
                line.posting.event,
                line.posting.asset,
                line.posting.delta,
                line.posting.balance,
            )
            for line in lines
        ]
        told = [
            tuple(entry[name] for name in ("version", "n", "key", "event", "asset", "delta", "balance"))
            for entry in logged.get(player_id, [])
        ]
        if told == kept:
            continue
        if missing := set(kept) - set(told):
            yield Violation(
                player_id, f"{len(missing)} ledger entries are not in the log, first {min(missing)}"
            )
        if invented := set(told) - set(kept):
            yield Violation(
                player_id, f"{len(invented)} log entries are not in the ledger, first {min(invented)}"
            )
        if len(told) > len(set(told)):
            yield Violation(
                player_id, f"{len(told) - len(set(told))} entries stand in the log more than once"
            )
        if set(told) == set(kept) and len(told) == len(kept):
            yield Violation(player_id, "entries stand in the log in another order than their versions'")


def entries(directory: Path) -> Iterator[Entry]:
    """The entries of every file in order; what no marker closes was never written."""
    rotated = sorted(directory.glob("transactions-*.log"))
    current = directory / "transactions.log"
    for path in [*rotated, current] if current.exists() else rotated:
        frame: list[Entry] = []
        for raw in path.read_bytes().split(b"\n"):
            try:
                line = json.loads(raw)
            except ValueError:
                continue  # torn, or the end of the file; were it needed, the count would tell
            if "through" not in line:
                frame.append(line)
                continue
            if len(frame) == line.get("entries", 0):
                yield from frame
            frame = []
