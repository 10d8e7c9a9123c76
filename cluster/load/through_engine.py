"""Simulated players at the router, where cogs are otherwise."""

from __future__ import annotations

import itertools
import secrets
from typing import Final, assert_never

from cluster.load.arrivals import Heard
from cluster.load.deeds import Deed, Verdict
from cluster.load.faucet import player_id, starter_id
from faye.messages import Command, Query, Refusal, Reply
from faye.messages.admin import NoteUse
from faye.messages.base import snowflake_at
from faye.messages.compare import CompareEsprits
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.dissolve import GetDissolvePlan, Selection
from faye.messages.esprit import GetCollection, GetEsprit
from faye.messages.explore import Explore, Explored
from faye.messages.fight import Act, Action, FightView, InFight, TurnPlayed
from faye.messages.history import GetHistory
from faye.messages.level import GetEnergy, GetLevel
from faye.messages.limit_break import GetLimitBreak
from faye.messages.lock import LockEsprit
from faye.messages.profile import GetInventory, GetProfile
from faye.messages.refusals import Abandoned, Busy, NotKnownYet
from faye.messages.summon import GetOdds, Summon, Summoned
from faye.messages.team import GetTeam, OptimizeTeam
from faye.messages.transfer import Transfer
from faye.messages.trial import GetTrial
from faye.messages.tutorial import GetTutorial
from faye.messages.upgrade import UpgradeEsprit
from faye.router import Router
from faye.utils.clock import Clock, SystemClock

OPERATOR: Final = 1
"""The Discord id of the simulated operator."""

SPARE_RARITY: Final = "Common"
"""Up to this rarity simulated players look for what they could dissolve."""


class ThroughEngine:
    """Asks the router on behalf of simulated players, with keys like Discord's."""

    def __init__(self, router: Router, clock: Clock | None = None) -> None:
        self._router = router
        self._clock = clock or SystemClock()
        self._low_bits = itertools.count(secrets.randbits(22))
        self._fights: dict[int, FightView | None] = {}
        """What each player saw last of a fight that goes on."""
        self._latest: dict[int, int] = {}
        """The Esprit that each player summoned last."""

    async def act(self, deed: Deed) -> Heard:
        """See `cluster.load.arrivals.Act`."""
        reply = await self._router.ask(self.request(deed))
        if deed.kind == "explore":
            self._fights[deed.player] = fight_in(reply)
        if isinstance(reply, Summoned):
            self._latest[deed.player] = reply.pulls[-1].esprit_id
        return Heard(verdict_on(reply))

    def request(self, deed: Deed) -> Command | Query:
        """The message that a deed is to the engine."""
        player = player_id(deed.player)
        match deed.kind:
            case "craft":
                return Craft(player_id=player, idempotency_key=self._key(), amount=deed.amount)
            case "summon":
                return Summon(player_id=player, idempotency_key=self._key(), banner="standard")
            case "summon_ten":
                return Summon(player_id=player, idempotency_key=self._key(), banner="standard", count=10)
            case "daily":
                return ClaimDaily(player_id=player, idempotency_key=self._key())
            case "transfer":
                other = player_id(deed.other)
                return Transfer(
                    player_id=player, idempotency_key=self._key(), to_player_id=other, amount=deed.amount
                )
            case "profile":
                return GetProfile(player_id=player)
            case "inventory":
                return GetInventory(player_id=player)
            case "collection":
                return GetCollection(player_id=player)
            case "details":
                return GetEsprit(player_id=player, esprit_id=starter_id(deed.player))
            case "history":
                return GetHistory(player_id=player)
            case "odds":
                return GetOdds(player_id=player)
            case "upgrade":
                starter = str(starter_id(deed.player))
                return UpgradeEsprit(player_id=player, idempotency_key=self._key(), esprit=starter, levels=1)
            case "optimize":
                return OptimizeTeam(player_id=player, idempotency_key=self._key())
            case "team":
                return GetTeam(player_id=player)
            case "level":
                return GetLevel(player_id=player)
            case "energy":
                return GetEnergy(player_id=player)
            case "dissolve":
                spare = Selection(rarity_most=SPARE_RARITY, keep_best=1)
                return GetDissolvePlan(player_id=player, selection=spare)
            case "leaderboard" | "settings":
                raise AssertionError("no engine is asked for that")
            case "explore":
                return self._explore_on(deed.player)
            case "compare":
                first, second = starter_id(deed.player), self._latest.get(deed.player)
                if second is None:  # there may be nothing yet to compare with
                    return GetEsprit(player_id=player, esprit_id=first)
                return CompareEsprits(player_id=player, first=str(first), second=str(second))
            case "lock":
                starter, locked = str(starter_id(deed.player)), deed.other % 2 == 0
                return LockEsprit(
                    player_id=player, idempotency_key=self._key(), esprit=starter, locked=locked
                )
            case "limit_break":
                return GetLimitBreak(player_id=player, esprit=str(starter_id(deed.player)))
            case "trial":
                return GetTrial(player_id=player)
            case "steps":
                return GetTutorial(player_id=player)
            case "inspect":
                return NoteUse(
                    player_id=player, idempotency_key=self._key(), admin_id=OPERATOR, use="inspect", about=""
                )
            case _:
                assert_never(deed.kind)

    def _explore_on(self, number: int) -> Command:
        """Whoever is in a fight guards against smashes and strikes else; everybody else goes out."""
        player, key = player_id(number), self._key()
        fight = self._fights.get(number)
        if fight is None:
            return Explore(player_id=player, idempotency_key=key)
        action: Action = "guard" if fight.intent == "smash" else "strike"
        return Act(player_id=player, idempotency_key=key, fight_id=fight.id, turn=fight.turn, action=action)

    def _key(self) -> int:
        return snowflake_at(self._clock.time_ms(), next(self._low_bits))


def fight_in(reply: Reply) -> FightView | None:
    """The fight that a reply leaves its player in."""
    match reply:
        case TurnPlayed(end=None) | InFight():
            return reply.fight
        case Explored():
            return reply.fight
        case _:
            return None


def verdict_on(reply: Reply) -> Verdict:
    """How a reply ends a request."""
    match reply:
        case Busy():
            return Verdict.BUSY
        case Abandoned():
            return Verdict.ABANDONED
        case NotKnownYet():
            return Verdict.UNKNOWN
        case Refusal():
            return Verdict.REFUSED
        case _:
            return Verdict.DONE
