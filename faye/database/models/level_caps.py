"""Which level a player's Esprits may reach, by the player's own."""

from __future__ import annotations

from msgspec import Struct

from faye.config import PlayerConfig


class CapRise(Struct, frozen=True):
    """From `player_level` on, Esprits may reach `cap`."""

    player_level: int
    cap: int


def cap_at(player_level: int, config: PlayerConfig) -> int:
    """The level that Esprits without limit breaks may reach at this player level."""
    caps = config.esprit_level_caps
    return caps[max(level for level in caps if level <= max(player_level, 1))]


def next_rise(player_level: int, config: PlayerConfig) -> CapRise | None:
    """When that level is next higher; None if no player level that can be reached lifts it."""
    held = cap_at(player_level, config)
    for level, cap in sorted(config.esprit_level_caps.items()):
        if player_level < level <= config.level_cap_max and cap > held:
            return CapRise(level, cap)
    return None
