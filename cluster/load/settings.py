"""What simulated players do and hold: `config/load.json`, typed and closed."""

from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta

from faye.config import read_part
from faye.config_types import Closed, Positive

Kind = Literal[
    "craft",
    "summon",
    "summon_ten",
    "daily",
    "transfer",
    "profile",
    "inventory",
    "collection",
    "details",
    "history",
    "odds",
    "upgrade",
    "optimize",
    "team",
    "level",
    "energy",
    "dissolve",
    "leaderboard",
    "settings",
    "explore",
    "compare",
    "lock",
    "limit_break",
    "trial",
    "steps",
    "inspect",
]
"""What a simulated player can do, once.

`dissolve`, `limit_break` and `trial` are to look at what would go, without confirming it; `explore` plays a turn where
a fight goes on; `steps` are the first ones. `inspect` is done to the player by an operator, who is the first of all
and has a limit of operators: what goes beyond it is refused.
"""

ASKED_DIRECTLY: Final[frozenset[Kind]] = frozenset({"leaderboard", "settings"})
"""What a front-end asks of the database, and of no engine."""

Weight = Annotated[int, Meta(gt=0, le=1_000_000)]
Grant = Annotated[int, Meta(gt=0, le=10**12)]
Currency = Literal["faylen", "virelite", "fayrite_shards", "fayrites", "ethryl", "remna"]
Mix = Annotated[dict[Kind, Weight], Meta(min_length=1)]
"""How often each kind is done, relative to the others."""


class LoadSettings(Closed, frozen=True):
    """The mixes by name, what a player is given to spend, and how much may be under way."""

    mixes: Annotated[dict[str, Mix], Meta(min_length=1)]
    purse: Annotated[dict[Currency, Grant], Meta(min_length=1)]
    """Granted at registration, and again to whoever has less than half of it left."""
    craft_amount_max: Positive
    transfer_amount_max: Positive
    unanswered_max: Positive
    """Open loop: requests that may be unanswered at once; those due beyond it are counted as overload."""
    people_max: Positive
    """Players through the local Discord at most: each is an account there."""


def load_settings(directory: Path) -> LoadSettings:
    """The settings in `directory`; raises `ConfigError` with file, key, value and rule."""
    return read_part(directory, "load", LoadSettings)
