"""What simulated players ask: every message that the engine knows, mostly those that change something."""

import itertools
import random
from collections import defaultdict
from typing import Any, Final, get_args

from faye.config import Config
from faye.messages import Command, Query, Reply
from faye.messages.base import snowflake_at
from faye.messages.codec import COMMANDS, QUERIES
from faye.messages.compare import CompareEsprits
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.dissolve import DissolveEsprits, DissolvePreview, GetDissolvePlan, Selection
from faye.messages.esprit import EspritMark, EspritSort, FindEsprits, GetCollection, GetEsprit
from faye.messages.explore import Explore, Explored
from faye.messages.fight import (
    ACTIONS,
    Act,
    EndFight,
    FightView,
    GetFight,
    InFight,
    OpenFight,
    TurnPlayed,
)
from faye.messages.history import GetHistory
from faye.messages.level import GetEnergy, GetLevel
from faye.messages.limit_break import BreakLimit, GetLimitBreak
from faye.messages.lock import LockEsprit
from faye.messages.profile import GetInventory, GetProfile
from faye.messages.start import Start, Started
from faye.messages.summon import GetOdds, Summon, Summoned
from faye.messages.team import GetTeam, OptimizeTeam, SetTeam, TeamSlot
from faye.messages.transfer import Transfer
from faye.messages.trial import BeginTrial, GetTrial
from faye.messages.tutorial import CollectTutorial, GetTutorial
from faye.messages.upgrade import UpgradeEsprit
from faye.utils.clock import SystemClock
from tests.faults.campaign.operators import WEIGHTS as OPERATORS_WEIGHTS
from tests.faults.campaign.operators import Operators

WEIGHTS: Final[dict[type[Command] | type[Query], int]] = {
    Start: 1, Craft: 22, ClaimDaily: 4, Summon: 20, Transfer: 18,
    UpgradeEsprit: 12, BreakLimit: 2, LockEsprit: 5, SetTeam: 6, OptimizeTeam: 3, DissolveEsprits: 10,
    GetProfile: 8, GetInventory: 10, GetCollection: 5, GetEsprit: 3, FindEsprits: 2, GetHistory: 5, GetOdds: 2,
    Explore: 14, Act: 26, EndFight: 2, BeginTrial: 2, GetFight: 3, GetTrial: 2, CollectTutorial: 4, GetTutorial: 2,
    **OPERATORS_WEIGHTS,
    GetDissolvePlan: 8, GetLimitBreak: 2, GetTeam: 3, CompareEsprits: 2, GetLevel: 2, GetEnergy: 2,
}  # fmt: skip
assert set(WEIGHTS) == {*COMMANDS, *QUERIES}, "every message has its share in the campaign"


class Draws:
    """A sequence of requests that its seed decides, but for the keys, which hold the time."""

    def __init__(self, seed: int, players: range, config: Config) -> None:
        self.chance = random.Random(seed)
        self._players = players
        self._banners = list(config.game.summon.banners)
        self._keys = itertools.count(self.chance.getrandbits(22))
        self._clock = SystemClock()
        self._deck: list[int] = []
        self._rarities = list(config.game.esprit.rarities)
        self._owned: dict[int, list[int]] = defaultdict(list)
        self._plans: dict[int, DissolvePreview] = {}
        self._fights: dict[int, FightView] = {}
        self._operators = Operators(self.chance, list(config.game.roster))

    def start(self, player: int) -> Start:
        """How `player` begins."""
        return Start(player_id=player, idempotency_key=self._key())

    def note(self, player: int, reply: Reply | None) -> None:
        """Remember what a reply showed of a player's Esprits, to ask for them later."""
        match reply:
            case Started():
                self._owned[player].append(reply.esprit_id)
            case Summoned():
                self._owned[player] += [pull.esprit_id for pull in reply.pulls]
            case DissolvePreview():
                self._plans[player] = reply
            case TurnPlayed() | OpenFight() | InFight():
                self._fights[player] = reply.fight
            case Explored() if reply.fight is not None:
                self._fights[player] = reply.fight

    def request(self) -> Command | Query:
        """The next request, by anybody."""
        kind = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        player = self._next_player()
        given: dict[str, Any] = {"player_id": player}
        if issubclass(kind, Command):
            given["idempotency_key"] = self._key()
        asked = kind(
            **given,
            **self._arguments(kind),
            **self._about_esprits(kind, player),
            **self._about_fights(kind, player),
            **self._operators.arguments(kind, player, self._an_esprit),
        )
        self._operators.note(asked)
        return asked

    def _next_player(self) -> int:
        """Everybody in turn, in an order by chance: whom a fault meets is known soon."""
        if not self._deck:
            self._deck = self.chance.sample(self._players, len(self._players))
        return self._deck.pop()

    def _arguments(self, kind: type[Command] | type[Query]) -> dict[str, Any]:
        """What the kind asks for beside the player; refusals are among it."""
        chance = self.chance
        if kind is Craft:
            return {"amount": chance.randint(0, 4)}
        if kind is Summon:
            return {"banner": chance.choice(self._banners), "count": chance.choice((1, 1, 1, 10))}
        if kind is Transfer:
            return {"to_player_id": chance.choice(self._players), "amount": chance.randint(0, 50)}
        if kind is GetCollection:
            return self._a_page()
        if kind is GetEsprit:
            return {"esprit_id": self._an_esprit(chance.choice(self._players))}
        if kind is FindEsprits:
            return {"text": chance.choice("aeiou"), "limit": 5}
        return {}

    def _a_page(self) -> dict[str, Any]:
        """A numbered page of a collection, or one next to where somebody's Esprit may have stood."""
        chance = self.chance
        asked: dict[str, Any] = {"sort": chance.choice(get_args(EspritSort))}
        asked["only"] = chance.choice((None, None, None, *get_args(EspritMark)))
        position = (-chance.randint(0, 2_000), chance.randint(0, 100), chance.getrandbits(40))
        return asked | chance.choice(
            ({"page": chance.randint(0, 3)}, {"after": position}, {"before": position})
        )

    def _about_esprits(self, kind: type[Command] | type[Query], player: int) -> dict[str, Any]:
        """What is asked of a player's Esprits."""
        chance = self.chance
        if kind is UpgradeEsprit:
            return {"esprit": self._named(player), "levels": chance.choice((1, 1, 2, None))}
        if kind is GetLimitBreak:
            return {"esprit": self._named(player)}
        if kind is BreakLimit:
            esprit_id, level = self._an_esprit(player), chance.choice((1, 10))
            return {"esprit_id": esprit_id, "level": level, "limit_breaks": chance.choice((0, 0, 1))}
        if kind is LockEsprit:
            return {"esprit": self._named(player), "locked": chance.random() < 0.5}
        if kind is SetTeam:
            esprit = self._named(player) if chance.random() < 0.8 else None
            return {"slot": chance.choice(get_args(TeamSlot)), "esprit": esprit}
        if kind is CompareEsprits:
            return {"first": self._named(player), "second": self._named(player)}
        if kind is GetDissolvePlan:
            return {"selection": self._selection(player)}
        if kind is DissolveEsprits:
            return self._shown(player)
        return {}

    def _about_fights(self, kind: type[Command] | type[Query], player: int) -> dict[str, Any]:
        """What is done in the newest fight that the player saw, or in one that nobody saw."""
        chance, fight = self.chance, self._fights.get(player)
        fight_id, turn = (fight.id, fight.turn) if fight else (chance.getrandbits(40), 1)
        if kind is Act:
            actions = [*ACTIONS, "strike", "strike", "strike", "skill", "guard"]
            return {
                "fight_id": fight_id,
                "turn": turn - (chance.random() < 0.1),
                "action": chance.choice(actions),
            }
        if kind is EndFight:
            return {"fight_id": fight_id}
        if kind is BeginTrial:
            return {"level_cap": chance.choice((10, 10, 20))}
        return {}

    def _shown(self, player: int) -> dict[str, Any]:
        """The newest preview that the player saw, as it was or no longer is; or one that nobody saw."""
        if (shown := self._plans.get(player)) is None:
            return {"selection": self._selection(player), "count": 1, "mark": ""}
        return {"selection": shown.selection, "count": shown.plan.count, "mark": shown.plan.mark}

    def _selection(self, player: int) -> Selection:
        chance = self.chance
        if chance.random() < 0.5:
            return Selection(esprit=self._named(player))
        return Selection(rarity_most=chance.choice(self._rarities[:3]), keep_best=chance.randint(0, 2))

    def _named(self, player: int) -> str:
        """An Esprit as users give it: by id mostly, or by letters of a name."""
        if self.chance.random() < 0.1:
            return self.chance.choice("aeiou")
        return str(self._an_esprit(player))

    def _an_esprit(self, player: int) -> int:
        """One that the player owned when it was shown, or nobody's."""
        return self.chance.choice([*self._owned[player][-8:], self.chance.getrandbits(40)])

    def _key(self) -> int:
        return snowflake_at(self._clock.time_ms(), next(self._keys))
