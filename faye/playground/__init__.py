"""The local Discord server and its web page."""

from faye.playground.identity import Opening
from faye.playground.person import Person, Result
from faye.playground.server import LocalDiscord

__all__ = ["LocalDiscord", "Opening", "Person", "Result"]
