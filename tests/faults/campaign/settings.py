"""The shipped configuration with three hosts, and with purses that last for a campaign."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from tests.faults.campaign.front_end import ROOT

_CHANGES: Final[dict[str, dict[str, Any]]] = {
    "engine": {"hosts": 3},
    "start": {
        "purse": {"faylen": 10**5, "virelite": 75, "fayrite_shards": 10**5, "fayrites": 3000, "ethryl": 200, "remna": 0}
    },
}  # fmt: skip


def campaign_config(directory: Path) -> Path:
    """Write it to `directory`, which must not exist; gives the directory."""
    shutil.copytree(ROOT / "config", directory)
    for name, changes in _CHANGES.items():
        path = directory / f"{name}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return directory
