"""An audit's checkpoint is read from its file whole, or refused in words."""

import json
from pathlib import Path

import pytest

from faye.database import audit_checkpoint
from faye.database.audit_checkpoint import CheckpointRefused

WHOLE = {
    "system": "1/2",
    "server": 18,
    "seen": "5:9:5,7",
    "at": "2026-11-24T00:00:00Z",
    "whole_at": "2026-11-24T00:00:00Z",
    "log_end": 0,
    "marker": None,
    "seed": 2**63 - 1,
    "players": "-12",
    "esprits": "34",
}


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"\xff",
        b'{"system":"\xff"}',
        b"[" * 100_000,
        b"{}",
        b'"seen"',
        *(
            json.dumps({**WHOLE, **changes}).encode()
            for changes in (
                {"seen": "; DROP TABLE players"},
                {"seen": "0:5:"},
                {"seen": "7:5:"},
                {"seen": "5:9:4"},
                {"seen": "5:9:9"},
                {"seen": "5:9:7,6"},
                {"seen": "5:99999999999999999999:"},
                {"seen": "\u0665:9:"},
                {"seed": -1},
                {"seed": 2**63},
                {"log_end": -1},
                {"at": "yesterday"},
                {"marker": {"through": "x", "system": "1/2"}},
                {"more": 1},
            )
        ),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused(contents: bytes, tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    path.write_bytes(json.dumps(WHOLE).encode())
    assert audit_checkpoint.read(path).seen == "5:9:5,7"
    path.write_bytes(contents)
    with pytest.raises(CheckpointRefused, match="damaged"):
        audit_checkpoint.read(path)
