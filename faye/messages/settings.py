"""What a Discord user has settled about the account, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from faye.messages.base import DirectRequest, Refusal, Reply


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


class AccountErased(Reply, frozen=True, kw_only=True):
    """The account that was meant is no more, whether or not it was this asking that erased it."""


class ErasureRefused(Refusal, frozen=True, kw_only=True):
    """While a player is suspended, the link stays: without it nobody would know whom the suspension concerns."""

    until: datetime


class KeepsToThemselves(Refusal, frozen=True, kw_only=True):
    """The other player lets nobody see this."""
