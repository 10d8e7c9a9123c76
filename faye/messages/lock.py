"""Locking Esprits against being dissolved."""

from __future__ import annotations

from faye.messages.base import Command, Refusal, Reply
from faye.messages.esprit import EspritView


class LockEsprit(Command, frozen=True, kw_only=True):
    """Lock an Esprit, given by id or by name, or take its lock away."""

    esprit: str
    locked: bool


class EspritLocked(Reply, frozen=True, kw_only=True):
    """The Esprit, which now has a lock or has it no more."""

    esprit: EspritView


class AlreadyLocked(Refusal, frozen=True, kw_only=True):
    """The Esprit's lock is already as it was asked to be: see `esprit.locked`."""

    esprit: EspritView
