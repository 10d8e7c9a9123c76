"""Fights, turn by turn."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

from msgspec import Struct

from faye.messages.base import Command, Query, Refusal, Reply

FightKind = Literal["wild", "trial"]
Action = Literal["strike", "skill", "support1", "support2", "guard", "flee"]
Side = Literal["leader", "enemy", "support1", "support2"]
Intent = Literal["strike", "skill", "charge", "smash"]
Ending = Literal["won", "lost", "fled"]

ACTIONS: Final[tuple[Action, ...]] = get_args(Action)


class FightEsprit(Struct, frozen=True, array_like=True):
    """Who stands in a fight."""

    species: str
    rarity: str
    element: str
    esprit_class: str
    level: int
    limit_breaks: int
    power: int


class FightSide(FightEsprit, frozen=True, array_like=True):
    """The leader or the enemy as it stands now."""

    hp: int
    hp_max: int
    shield: int
    mana: int
    mana_max: int
    skill_cost: int
    effects: dict[str, int]
    """Effects and the turns they still last."""


class FightSupport(FightEsprit, frozen=True, array_like=True):
    """A support, and in how many turns it can do its part (0: now)."""

    cooldown: int


class FightView(Struct, frozen=True, array_like=True):
    """A fight as its player sees it; `turn` counts from 1 and names the one that is to be played."""

    id: int
    kind: FightKind
    turn: int
    turns_max: int
    leader: FightSide
    enemy: FightSide
    supports: list[FightSupport | None]
    """The first and the second."""
    intent: Intent
    """What the enemy is about to do."""
    until_ms: int
    """Unix time at which it ends as fled if nobody goes on with it."""


class Beat(Struct, frozen=True, array_like=True):
    """One thing that happened in a turn: who did what, how much of it, and how it went.

    `what` is an action or an intent, or "burn", "stun", "stunned", "heal", "shield", "mana".
    """

    who: Side
    what: str
    amount: int = 0
    marks: list[str] = []
    """Of "strong", "weak", "rage", "crit", "block", "guard", "parry", "dodge"."""


class XpGain(Struct, frozen=True, array_like=True):
    """Experience that was gained, and what became of the level."""

    gained: int
    level_before: int
    level: int
    xp: int
    xp_needed: int
    """XP of the whole bar to the next level; 0 at the highest level."""
    is_capped: bool
    """The bar is full, and the level cap holds the level back until the next trial is passed."""


class FightEnd(Struct, frozen=True, array_like=True):
    """How a fight ended: what it paid by currency, what came back of a trial's price, and the cap it lifted."""

    ending: Ending
    paid: dict[str, int]
    returned: dict[str, int]
    xp: XpGain | None
    level_cap: int | None
    """The new level cap, if a trial was won."""


class Act(Command, frozen=True, kw_only=True):
    """Play one turn of a fight; `turn` must be the one that is to be played, so that none is played twice."""

    lock: ClassVar[str | None] = "fight"

    fight_id: int
    turn: int
    action: Action


class TurnPlayed(Reply, frozen=True, kw_only=True):
    """What the turn brought, the fight after it, and its end if it has come."""

    fight: FightView
    beats: list[Beat]
    end: FightEnd | None = None


class EndFight(Command, frozen=True, kw_only=True):
    """End a fight that nobody went on with; the engine itself gives it when it meets one."""

    fight_id: int


class FightEnded(Reply, frozen=True, kw_only=True):
    """A fight ended without a turn."""

    end: FightEnd


class GetFight(Query, frozen=True, kw_only=True):
    """Ask for the fight that goes on."""


class OpenFight(Reply, frozen=True, kw_only=True):
    """The fight that goes on."""

    fight: FightView


class NoFight(Refusal, frozen=True, kw_only=True):
    """That fight is over, or there is none."""


class InFight(Refusal, frozen=True, kw_only=True):
    """The player is in a fight, which has to end first."""

    fight: FightView


class TurnPassed(Refusal, frozen=True, kw_only=True):
    """That turn has been played; the fight stands at `turn`."""

    turn: int


class NotReady(Refusal, frozen=True, kw_only=True):
    """A support cannot do its part before so many turns; None: nobody stands there."""

    action: Action
    turns: int | None


class NotEnoughMana(Refusal, frozen=True, kw_only=True):
    """The leader has less mana than the skill takes."""

    required: int
    held: int
