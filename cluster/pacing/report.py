"""What a simulation found, as a document for programs; `table` has it as text for people."""

from __future__ import annotations

from msgspec import Struct


class Spread(Struct, frozen=True):
    """How a figure differs from player to player."""

    p10: float
    p50: float
    p90: float


class DayFigures(Struct, frozen=True):
    """How things stood at the end of a day, and what was done since the row before it."""

    day: int
    level: Spread
    level_cap: int
    """This and what follows of the leader and of balances are medians."""
    leader_level: int
    leader_rarity: str
    """The most frequent one."""
    leader_power: int
    leader_breaks: int
    collection: int
    held: dict[str, int]
    explores: float
    """A player's since the start, on average."""
    tops: float
    """Supremes or better that a player got since the start, on average."""
    fights: int
    """Wild fights of all players since the row before."""
    won_percent: float
    turns_a_fight: float
    trials: int
    """Tries of all players since the row before, and how many were won."""
    trials_won: int
    earned_a_day: dict[str, float]
    """What a player was paid a day since the row before, on average, by currency."""


class LevelReached(Struct, frozen=True):
    """On which day a level was reached, by how many players."""

    level: int
    players: int
    day: Spread


class TrialFigures(Struct, frozen=True):
    """How a trial went, by the level cap that it lifts."""

    level_cap: int
    players: int
    """Who passed it."""
    day: Spread | None
    tries: int
    won_percent: float
    unaffordable: int
    """How often somebody stood before it without the price."""


class PacingReport(Struct, frozen=True):
    """One simulation."""

    policy: str
    players: int
    days: int
    seed: int
    rows: list[DayFigures]
    levels: list[LevelReached]
    trials: list[TrialFigures]
    days_a_top: float | None
    """In how many days a player gets one Supreme or better, on average; None: nobody got any."""
    earned_by: dict[str, dict[str, float]]
    """What a player was paid a day over the whole time, on average, by currency and by event."""
    commands: int
    queries: int
    core_seconds: float
    commands_a_second: float
    """Of one core; the queries were answered in the same time."""
