"""All that the Discord front-end sees of the engine."""

from __future__ import annotations

from typing import Protocol

from faye.messages import Command, DirectRequest, Query, Reply
from faye.messages.settings import Reminder


class Router(Protocol):
    """Brings a command or query to the player's grain, wherever it lives, and its reply back."""

    async def ask(self, request: Command | Query) -> Reply:
        """The reply to `request`, after its effects are durable.

        Never raises for an expected no or an outage: a refusal says so (`Busy`, `Expired`, `Abandoned`,
        `NotKnownYet`). Asking again with the same command gives the first decision, or `Busy`, which says only that
        this asking did nothing.
        """
        ...

    async def outcome(self, command: Command) -> Reply:
        """What became of `command`: its stored reply, or `Abandoned`, which makes sure that it never happens.

        `NotKnownYet` while the database does not answer.
        """
        ...


class Players(Protocol):
    """The link between Discord's ids and the keys by which the engine knows players, and what users have settled."""

    async def find(self, discord_id: int) -> int | None:
        """The player key of a Discord user, None if there is none; raises `ConnectionError` in an outage."""
        ...

    async def open(self, discord_id: int) -> int:
        """The player key of a Discord user, made now if there is none; raises `ConnectionError` in an outage."""
        ...

    async def is_private(self, discord_id: int) -> bool:
        """Whether a Discord user lets nobody else see the player; raises `ConnectionError` in an outage."""
        ...

    async def language(self, discord_id: int) -> str | None:
        """The language that a Discord user has settled, `AS_IN_DISCORD` if that is it, None if there is no account.

        What was seen once is good enough here, however long ago. Raises `ConnectionError` in an outage.
        """
        ...

    def remembered_language(self, discord_id: int) -> str | None:
        """The same as far as it is known without asking; None if it is not."""
        ...

    async def answer(self, discord_id: int, request: DirectRequest) -> Reply:
        """The reply to what a Discord user asks of the account or of all players together.

        A change that an outage left open is `NotKnownYet`, and may be asked for again. Raises `ConnectionError` in an
        outage if nothing was to be changed.
        """
        ...

    async def take_reminders(self, at_most: int, *, cooldown_hours: int, within_hours: int) -> list[Reminder]:
        """Those who want to hear that the daily reward is ready, each for each reward once among all who take.

        It has a cooldown of `cooldown_hours`; whose was ready for more than `within_hours` hears nothing. Whoever takes
        a reminder sends it. Raises `ConnectionError` in an outage.
        """
        ...
