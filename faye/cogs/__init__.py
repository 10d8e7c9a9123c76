"""The Discord features, one module each, and what they share.

A cog checks, defers, asks and renders. It contains no rule and no figure of the game.
"""

from typing import Final

FEATURES: Final = (
    "start", "profile", "level", "explore", "trial", "daily", "craft", "summon", "esprit", "leaderboard", "history",
    "settings", "help", "admin",
)  # fmt: skip
"""The modules of this package that the bot loads, in the order in which /help lists them."""
