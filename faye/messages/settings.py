"""What a Discord user has settled about the account, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from msgspec import Struct

from faye.messages.base import DirectRequest, Refusal, Reply

AS_IN_DISCORD: Final = "discord"
"""Stands for a language that is not settled: answers are in that of the user's Discord."""


class GetSettings(DirectRequest, frozen=True, kw_only=True):
    """Ask what one has settled."""


class SetPrivacy(DirectRequest, frozen=True, kw_only=True):
    """Let others see one's profile and rank, or not."""

    CHANGES: ClassVar[bool] = True

    private: bool


class SetLanguage(DirectRequest, frozen=True, kw_only=True):
    """Be answered in one language, whatever Discord speaks; None: in that of one's Discord."""

    CHANGES: ClassVar[bool] = True

    language: str | None


class SetNotify(DirectRequest, frozen=True, kw_only=True):
    """Be written to when the daily reward is ready again, or not any more."""

    CHANGES: ClassVar[bool] = True

    notify: bool
    language: str | None = None
    """That of the user's Discord: a direct message is written in it where none is settled."""
    cooldown_hours: int = 0
    """Of the daily reward: of one that is ready by now, whoever switches this on knows."""


class EraseAccount(DirectRequest, frozen=True, kw_only=True):
    """Erase the link between the user and the player key for good, if it is still the one that `mark` names."""

    CHANGES: ClassVar[bool] = True

    mark: int


class Settings(Reply, frozen=True, kw_only=True):
    """What a user has settled; `mark` is the account's own: whoever starts again gets another one."""

    private: bool
    mark: int
    language: str | None = None
    """As in `SetLanguage`."""
    notify: bool = False
    """As in `SetNotify`."""


class AccountErased(Reply, frozen=True, kw_only=True):
    """The account that was meant is no more, whether or not it was this asking that erased it."""


class ErasureRefused(Refusal, frozen=True, kw_only=True):
    """While a player is suspended, the link stays: without it nobody would know whom the suspension concerns."""

    until: datetime


class KeepsToThemselves(Refusal, frozen=True, kw_only=True):
    """The other player lets nobody see this."""


class Reminder(Struct, frozen=True):
    """A user who is to be told once that the daily reward is ready, and in which language."""

    discord_id: int
    language: str
