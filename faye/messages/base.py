"""What every message is: frozen, tagged, encodable, and free of any Discord or engine object."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

DISCORD_EPOCH_MS = 1_420_070_400_000
"""Milliseconds from the Unix epoch to the first snowflake."""


class Command(Struct, frozen=True, kw_only=True, tag=True, array_like=True):
    """Asks for one effect on one player, once: the key decides, not the number of deliveries.

    Fields are encoded in order and may only ever be appended, with a default.
    """

    lock: ClassVar[str | None] = None
    """The lock of which a player has one, and which the front-end holds while a command that names it is under way.

    So what somebody does twice out of impatience is told so at once. It is a hint: the key and the rules decide.
    """
    player_id: int
    idempotency_key: int
    """A snowflake: the interaction's, or the operation's of a confirm button."""


class Query(Struct, frozen=True, kw_only=True, tag=True, array_like=True):
    """Asks what one player has or is; passes the player's mailbox and changes nothing."""

    player_id: int


class DirectRequest(Struct, frozen=True, kw_only=True, tag=True, array_like=True):
    """Asks about a Discord user's account, or about all players together: no grain knows of it.

    It is answered out of the database, without a mailbox and without a ledger line. What it changes is the same
    however often it is asked, so that it needs no key.
    """

    CHANGES: ClassVar[bool] = False
    """Whether it changes anything, or only asks."""


class Reply(Struct, frozen=True, kw_only=True, tag=True, array_like=True):
    """Answers one command or query.

    `version` is the player's version that the answer speaks of: after an effect, at a refusal or a read.
    """

    version: int = 0


class Refusal(Reply, frozen=True, kw_only=True, tag=True, array_like=True):
    """An expected no: nothing was changed. A rule's refusal is remembered under the command's key."""


class Undecided(Refusal, frozen=True, kw_only=True, tag=True, array_like=True):
    """A no that is no decision: it is not remembered, and the same command may be tried again."""


def only_asks(request: Command | Query | DirectRequest) -> bool:
    """Whether a request changes nothing, whatever becomes of it."""
    return isinstance(request, Query) or (isinstance(request, DirectRequest) and not request.CHANGES)


def snowflake_time_ms(snowflake: int) -> int:
    """Unix time in milliseconds at which a snowflake was made."""
    return (snowflake >> 22) + DISCORD_EPOCH_MS


def snowflake_at(time_ms: int, low_bits: int = 0) -> int:
    """The snowflake of a Unix time in milliseconds; `low_bits` (22 bits) tell apart those of one millisecond."""
    return ((time_ms - DISCORD_EPOCH_MS) << 22) | (low_bits & 0x3FFFFF)
