"""What operators do in a campaign, to players who are playing meanwhile."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from faye.messages import Command, Query
from faye.messages.admin import (
    Administer,
    Deed,
    GetDecided,
    GiveCurrency,
    GiveEsprits,
    InspectPlayer,
    LiftSuspension,
    NoteUse,
    PreviewDeed,
    PreviewRefund,
    PutInForce,
    Refund,
    ResetPlayer,
    SetFigure,
    Suspend,
    TakeCurrency,
    TakeEsprit,
)
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.explore import Explore
from faye.messages.summon import Summon
from faye.messages.upgrade import UpgradeEsprit
from faye.vocabulary import CURRENCIES

KEYS_KEPT: Final = 6
OFTEN_REFUNDED: Final = (Craft, Summon, ClaimDaily, UpgradeEsprit, Explore)

WEIGHTS: Final[dict[type[Command] | type[Query], int]] = {
    Administer: 8, Refund: 6, NoteUse: 1, PutInForce: 1,
    PreviewDeed: 2, PreviewRefund: 2, InspectPlayer: 2, GetDecided: 2,
}  # fmt: skip


class Operators:
    """Draws what operators ask; refunds are of commands that somebody gave lately."""

    def __init__(self, chance: random.Random, species: Sequence[str]) -> None:
        self._chance = chance
        self._species = species
        self._given: dict[int, deque[int]] = {}

    def note(self, request: Command | Query) -> None:
        """Remember that a player gave a command, which may be refunded."""
        if isinstance(request, OFTEN_REFUNDED):
            self._given.setdefault(request.player_id, deque(maxlen=KEYS_KEPT)).append(request.idempotency_key)

    def arguments(
        self, kind: type[Command] | type[Query], player: int, an_esprit: Callable[[int], int]
    ) -> dict[str, Any]:
        """What an operator's request asks for beside the player; nothing for any other."""
        who = {"admin_id": self._chance.randint(1, 3)}
        if kind is Administer:
            return {**who, "reason": "a campaign", "deed": self._deed(player, an_esprit)}
        if kind is PreviewDeed:
            return {"deed": self._deed(player, an_esprit)}
        if kind is Refund:
            return {**who, "reason": "a campaign", "key": self._key(player)}
        if kind in (PreviewRefund, GetDecided):
            return {"key": self._key(player)}
        if kind is NoteUse:
            return {**who, "use": "inspect", "about": ""}
        if kind is PutInForce:  # never what is in force: so it is refused, and the campaign's figures stay
            return {**who, "config_id": 1, "known_id": 2, "changed": [], "at_restart": []}
        return {}

    def _key(self, player: int) -> int:
        return self._chance.choice([*self._given.get(player, ()), 1])

    def _deed(self, player: int, an_esprit: Callable[[int], int]) -> Deed:
        chance, currency = self._chance, self._chance.choice(CURRENCIES)
        deeds: list[tuple[int, Callable[[], Deed]]] = [
            (30, lambda: GiveCurrency(currency, chance.randint(0, 50))),
            (20, lambda: TakeCurrency(currency, chance.randint(0, 50))),
            (
                10,
                lambda: GiveEsprits(chance.choice(self._species), chance.randint(0, 3), chance.randint(1, 9)),
            ),
            (20, lambda: TakeEsprit(str(an_esprit(player)))),
            (10, lambda: SetFigure("pity_standard", chance.randint(0, 310))),
            (5, lambda: SetFigure("level", chance.randint(0, 11))),
            (3, lambda: ResetPlayer("cooldowns")),
            (1, lambda: ResetPlayer("everything")),
            (4, lambda: Suspend(chance.randint(600, 6_000))),
            (16, LiftSuspension),
        ]
        return chance.choices([make for _, make in deeds], [weight for weight, _ in deeds])[0]()
