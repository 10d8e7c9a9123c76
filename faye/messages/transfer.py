"""Moving faylen from one player to another."""

from __future__ import annotations

from faye.messages.base import Command, Refusal, Reply


class Transfer(Command, frozen=True, kw_only=True):
    """Give `amount` faylen to another player."""

    to_player_id: int
    amount: int


class Transferred(Reply, frozen=True, kw_only=True):
    """The giver's balance after it; `receiver_version` is the receiver's version that holds the gift."""

    amount: int
    balance: int
    receiver_id: int
    receiver_version: int


class SamePlayer(Refusal, frozen=True, kw_only=True):
    """Nobody can give to themselves."""
