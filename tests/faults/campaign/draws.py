"""What simulated players ask: every message that the engine knows, mostly those that change something."""

import itertools
import random
from typing import Any, Final, get_args

from faye.config import Config
from faye.messages import Command, Query
from faye.messages.base import snowflake_at
from faye.messages.codec import COMMANDS, QUERIES
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.esprit import EspritSort, FindEsprits, GetCollection, GetEsprit
from faye.messages.history import GetHistory
from faye.messages.profile import GetInventory, GetProfile
from faye.messages.start import Start
from faye.messages.summon import GetOdds, Summon
from faye.messages.transfer import Transfer
from faye.utils.clock import SystemClock

WEIGHTS: Final[dict[type[Command] | type[Query], int]] = {
    Start: 1, Craft: 22, ClaimDaily: 4, Summon: 20, Transfer: 18,
    GetProfile: 8, GetInventory: 10, GetCollection: 5, GetEsprit: 3, FindEsprits: 2, GetHistory: 5, GetOdds: 2,
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
        self.starters: dict[int, int] = {}
        """Each player's first Esprit, as far as it was shown."""

    def start(self, player: int) -> Start:
        """How `player` begins."""
        return Start(player_id=player, idempotency_key=self._key())

    def request(self) -> Command | Query:
        """The next request, by anybody."""
        kind = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        given: dict[str, Any] = {"player_id": self._next_player()}
        if issubclass(kind, Command):
            given["idempotency_key"] = self._key()
        return kind(**given, **self._arguments(kind))

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
            return {"page": chance.randint(0, 3), "sort": chance.choice(get_args(EspritSort))}
        if kind is GetEsprit:
            known = list(self.starters.values())  # one's own, another's, or nobody's
            return {"esprit_id": chance.choice([*known, chance.getrandbits(40)])}
        if kind is FindEsprits:
            return {"text": chance.choice("aeiou"), "limit": 5}
        return {}

    def _key(self) -> int:
        return snowflake_at(self._clock.time_ms(), next(self._keys))
