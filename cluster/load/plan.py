"""What somebody wants of a load run, checked before anything is started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cluster.errors import ClusterError
from cluster.load.settings import LoadSettings, Mix

Through = Literal["engine", "discord"]

PLAYERS_MAX: Final = 1_000_000
CONCURRENCY_MAX: Final = 20_000
RATE_MAX: Final = 100_000.0
SECONDS_MAX: Final = 86_400.0
_CONCURRENCY: Final = 64


@dataclass(frozen=True)
class Plan:
    """One run: who plays, how much, for how long, and which way in."""

    through: Through
    mix_name: str
    mix: Mix
    players: int
    concurrency: int | None
    """Closed loop; None in an open one."""
    rate: float | None
    """Open loop; None in a closed one."""
    seconds: float
    hot: bool


def make_plan(
    settings: LoadSettings,
    *,
    through: str,
    mix: str,
    players: int,
    concurrency: int | None,
    rate: float | None,
    seconds: float,
    hot: bool,
) -> Plan:
    """The plan that these options mean; raises `ClusterError` that names the option and what it may be."""
    if through not in ("engine", "discord"):
        raise ClusterError(f"--through {through}: give engine or discord")
    if mix not in settings.mixes:
        raise ClusterError(f"--mix {mix}: load.json knows {', '.join(settings.mixes)}")
    if concurrency is not None and rate is not None:
        raise ClusterError(
            "--concurrency and --rate exclude each other: the one keeps so many requests under way, "
            "the other sends so many a second whatever is under way"
        )
    people_max = settings.people_max if through == "discord" else PLAYERS_MAX
    _require("players", players, 2, people_max)
    _require("seconds", seconds, 0.1, SECONDS_MAX)
    if rate is not None:
        _require("rate", rate, 0.1, RATE_MAX)
    elif concurrency is None:
        concurrency = _CONCURRENCY
    else:
        _require("concurrency", concurrency, 1, CONCURRENCY_MAX)
    return Plan(
        "discord" if through == "discord" else "engine",
        mix,
        settings.mixes[mix],
        players,
        concurrency,
        rate,
        seconds,
        hot,
    )


def _require(option: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # also refuses what is not a number at all
        raise ClusterError(f"--{option} {value:g}: give a number from {least:g} to {most:g}")
