"""Entering the game."""

from __future__ import annotations

from faye.messages.base import Command, Refusal, Reply


class Start(Command, frozen=True, kw_only=True):
    """Accept the policy: receive the purse and the bound starter."""


class Started(Reply, frozen=True, kw_only=True):
    """The player is in: the purse by currency, and the starter, who leads the team."""

    purse: dict[str, int]
    esprit_id: int
    species: str
    level: int


class AlreadyStarted(Refusal, frozen=True, kw_only=True):
    """The player has started before."""
