"""What a rule gives back when it said yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from msgspec import Struct

from faye.messages import Reply

if TYPE_CHECKING:
    from faye.database.models.esprit import Esprit

ESPRIT: Final = "esprit"
"""The asset of ledger entries about Esprits; every other asset but `FIGHT` is a currency."""

FIGHT: Final = "fight"
"""The asset of ledger entries about fights, of which a player has one or none."""

ADMIN: Final = "admin"
"""The asset of the line that says which operator did something and why; there is never any of it."""

R_co = TypeVar("R_co", bound=Reply, covariant=True)


class Posting(Struct, frozen=True):
    """One line for the ledger, before it is bound to a player's version.

    `balance` is the asset's balance after it: the currency's, or the number of Esprits in the collection.
    """

    event: str
    asset: str
    delta: int
    balance: int
    esprit_id: int | None = None
    subject: str | None = None
    """The species of an Esprit, the key of the other player of a transfer, or what a fight began with or stands at."""


class Outcome(Struct, Generic[R_co], frozen=True):
    """A rule's yes: the reply, its ledger lines, and the Esprits gained, changed and lost (by id)."""

    reply: R_co
    postings: Sequence[Posting]
    gained: Sequence[Esprit] = ()
    changed: Sequence[Esprit] = ()
    lost: Sequence[int] = ()
