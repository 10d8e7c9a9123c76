"""How much experience a level takes, in exact whole numbers."""

from __future__ import annotations

from functools import lru_cache

from faye.config import PlayerConfig


def xp_to_next_level(level: int, config: PlayerConfig) -> int:
    """⌊base · level^exponent⌋, or 0 at the highest level there is."""
    if level >= config.level_cap_max:
        return 0
    return _scaled_power(config.xp_base, level, *config.xp_exponent.as_integer_ratio())


@lru_cache(maxsize=1024)
def _scaled_power(base: int, level: int, numerator: int, denominator: int) -> int:
    """⌊base · level^(numerator / denominator)⌋: the integer root of base^denominator · level^numerator."""
    radicand: int = base**denominator * level**numerator
    root: int = 1 << -(-radicand.bit_length() // denominator)
    # Newton's method from above falls until it stands on the floor of the root.
    while (lower := ((denominator - 1) * root + radicand // root ** (denominator - 1)) // denominator) < root:
        root = lower
    return root
