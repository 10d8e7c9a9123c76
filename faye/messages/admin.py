"""What operators do to players, look up, and put in force. Every use leaves a line in a ledger, with who it was."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from faye.messages.base import Command, Query, Refusal, Reply
from faye.messages.esprit import EspritView
from faye.messages.history import HistoryEntry

Figure = Literal["level", "level_cap", "xp", "energy", "pity_standard", "pity_premium"]
ResetKind = Literal["cooldowns", "everything"]
Use = Literal["inspect", "lookup"]
NoRefund = Literal["refused", "gift", "start", "fight", "operator", "esprits", "changed"]

FIGURES: Final[tuple[Figure, ...]] = get_args(Figure)

GIVEN_ESPRITS_MAX: Final = 10
SUSPENDED_MINUTES_MAX: Final = 10 * 366 * 24 * 60
REASON_CHARS_MAX: Final = 36
"""What a button can carry beside everything else."""


class GiveCurrency(Struct, frozen=True, tag=True, array_like=True):
    """Add to a balance."""

    currency: str
    amount: int


class GiveEsprits(Struct, frozen=True, tag=True, array_like=True):
    """Add new Esprits of one species to the collection."""

    species: str
    count: int
    level: int = 1


class TakeCurrency(Struct, frozen=True, tag=True, array_like=True):
    """Take from a balance as much as that, or nothing."""

    currency: str
    amount: int


class TakeEsprit(Struct, frozen=True, tag=True, array_like=True):
    """Take one Esprit, given by id or name, even if it is locked, bound or in the team."""

    esprit: str


class SetFigure(Struct, frozen=True, tag=True, array_like=True):
    """Set a figure that is no balance."""

    figure: Figure
    value: int


class ResetPlayer(Struct, frozen=True, tag=True, array_like=True):
    """Make all cooldowns over; or bring the player back to before the start, except for a suspension."""

    what: ResetKind


class Suspend(Struct, frozen=True, tag=True, array_like=True):
    """Refuse everything that the player wants to do, from now on for so long."""

    minutes: int


class LiftSuspension(Struct, frozen=True, tag=True, array_like=True):
    """End a suspension."""


class Undo(Struct, frozen=True, tag=True, array_like=True):
    """What a `Refund` does: undo what the command with this key did to balances and Esprits."""

    key: int


Deed: TypeAlias = (
    GiveCurrency
    | GiveEsprits
    | TakeCurrency
    | TakeEsprit
    | SetFigure
    | ResetPlayer
    | Suspend
    | LiftSuspension
)


class Administer(Command, frozen=True, kw_only=True):
    """Do something to the player."""

    admin_id: int
    """The Discord id of the operator."""
    reason: str
    deed: Deed


class PreviewDeed(Query, frozen=True, kw_only=True):
    """Ask what a deed would change; the reason is handed on to whoever confirms it."""

    deed: Deed
    reason: str = ""


class Refund(Command, frozen=True, kw_only=True):
    """Undo what a command of the player did, given its key; of all that try, one does."""

    admin_id: int
    reason: str
    key: int


class PreviewRefund(Query, frozen=True, kw_only=True):
    """Ask what a refund would change; the reason is handed on to whoever confirms it."""

    key: int
    reason: str = ""


class Change(Struct, frozen=True, array_like=True):
    """A balance, a figure, or the number of Esprits ("esprit"), before and after."""

    what: str
    before: int
    after: int


class DeedPreview(Reply, frozen=True, kw_only=True):
    """What a deed would change; nothing has happened yet. Esprits are named exactly."""

    player_id: int
    deed: Deed | Undo
    changes: list[Change]
    esprits: list[EspritView]
    """Some of those that would come, go or change, the most powerful first."""
    until: datetime | None = None
    """When the suspension would end."""


class Administered(Reply, frozen=True, kw_only=True):
    """What a deed changed."""

    player_id: int
    deed: Deed | Undo
    changes: list[Change]
    esprits: list[EspritView]
    until: datetime | None = None


class NoteUse(Command, frozen=True, kw_only=True):
    """Write down that an operator looks at the player, or, as the operators' own grain, at something else."""

    admin_id: int
    use: Use
    about: str


class UseNoted(Reply, frozen=True, kw_only=True):
    """It stands in the ledger."""

    use: Use


class InspectPlayer(Query, frozen=True, kw_only=True):
    """Ask for everything about the player."""

    recent: int = 8
    """So many of the newest ledger lines."""


class Inspection(Reply, frozen=True, kw_only=True):
    """Everything about a player."""

    player_id: int
    started_at: datetime
    level: int
    level_cap: int
    xp: int
    xp_needed: int
    energy: int
    energy_max: int
    balances: dict[str, int]
    pity: dict[str, int]
    daily_streak: int
    tutorial: int
    cooldowns: dict[str, datetime | None]
    """When each is over; None: it is."""
    esprits: int
    by_rarity: dict[str, int]
    team: list[EspritView]
    fight_until: datetime | None
    suspended_until: datetime | None
    suspended_for: str
    recent: list[HistoryEntry]


class GetDecided(Query, frozen=True, kw_only=True):
    """Ask what stands under a key; asked of the operators' own grain. The reason is that of a refund to come."""

    key: int
    reason: str = ""


class DecidedFound(Reply, frozen=True, kw_only=True):
    """Whose key it is, the first reply, and the ledger lines."""

    key: int
    owner_id: int
    """The player key of whoever gave the command."""
    reply: bytes
    lines: list[HistoryEntry]
    """The first of them."""
    lines_total: int
    refunded_at: datetime | None


class NothingFound(Refusal, frozen=True, kw_only=True):
    """Nothing stands under that key: it was never used, or is older than what is remembered."""


class PutInForce(Command, frozen=True, kw_only=True):
    """Have everything decided under a stored configuration from now on; of the operators' own grain."""

    admin_id: int
    config_id: int
    known_id: int
    """The one that it replaces; if another one is in force, nothing happens."""
    changed: list[str]
    """The files that differ, by stem."""
    at_restart: list[str]
    """Those that differ too, and do not take effect by this."""


class ConfigurationPutInForce(Reply, frozen=True, kw_only=True):
    """Whatever is written from now on was decided under it."""

    config_id: int
    known_id: int
    changed: list[str]
    at_restart: list[str]


class ConfigurationOutrun(Refusal, frozen=True, kw_only=True):
    """Another configuration than the known one is in force."""

    in_force_id: int


class UnknownThing(Refusal, frozen=True, kw_only=True):
    """There is no currency and no species of that name."""

    name: str


class NothingToDo(Refusal, frozen=True, kw_only=True):
    """Everything is as it would be afterwards."""


class ValueNotAllowed(Refusal, frozen=True, kw_only=True):
    """A figure can only have one of these values."""

    given: int
    allowed: list[int]


class LastEsprit(Refusal, frozen=True, kw_only=True):
    """Without this Esprit there would be nobody to lead."""


class FightGoesOn(Refusal, frozen=True, kw_only=True):
    """The team is in a fight, which has to end first."""

    until: datetime


class TooManyAtOnce(Refusal, frozen=True, kw_only=True):
    """More Esprits than one command can write down."""

    count: int
    most: int


class NotRefundable(Refusal, frozen=True, kw_only=True):
    """What that command did cannot be undone by ledger lines alone."""

    why: NoRefund


class AlreadyRefunded(Refusal, frozen=True, kw_only=True):
    """That command was refunded before."""


OPERATIONS: Final = (InspectPlayer, GetDecided, PreviewRefund, Refund, PutInForce)
"""Requests for which more has to be read, or written, than what the player's grain holds."""
