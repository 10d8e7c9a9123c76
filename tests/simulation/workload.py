"""Players who click too fast, through two front-ends at once, and what they saw."""

import asyncio

from faye.messages import Command, Query, Reply
from faye.messages.base import snowflake_at
from faye.messages.craft import Craft
from faye.messages.daily import ClaimDaily
from faye.messages.dissolve import DissolveEsprits, DissolvePreview, GetDissolvePlan, Selection
from faye.messages.esprit import GetCollection
from faye.messages.explore import Explore, Explored
from faye.messages.fight import ACTIONS, Act, FightView, GetFight, InFight, OpenFight, TurnPlayed
from faye.messages.history import GetHistory
from faye.messages.lock import LockEsprit
from faye.messages.profile import GetInventory, GetProfile
from faye.messages.start import Start, Started
from faye.messages.summon import Summon, Summoned
from faye.messages.team import GetTeam, OptimizeTeam, SetTeam
from faye.messages.transfer import Transfer
from faye.messages.upgrade import UpgradeEsprit
from tests.checking.history import History, Seen
from tests.simulation.virtual_time import VirtualClock
from tests.simulation.world import World

PLAYERS = (11, 12, 13)


class Workload:
    """Draws a random mix of commands from the world's own chance."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._keys = 0
        self._owned: dict[int, list[int]] = {player_id: [] for player_id in PLAYERS}
        self._plans: dict[int, DissolvePreview] = {}
        self._fights: dict[int, FightView] = {}
        self.history = History()

    async def run(self, clients: int, requests: int) -> History:
        """Let `clients` ask `requests` times each; every player has started before."""
        for player_id in PLAYERS:
            await self._ask(0, Start(player_id=player_id, idempotency_key=self._key()))
        await asyncio.gather(*(self._client(requests) for _ in range(clients)))
        return self.history

    async def _client(self, requests: int) -> None:
        chance = self._world.chance
        for _ in range(requests):
            request = self._draw()
            twice = isinstance(request, Command) and chance.below(4) == 0
            routers = (0, 1) if twice else (chance.below(2),)
            await asyncio.gather(*(self._ask(router, request) for router in routers))
            if isinstance(request, Command) and chance.below(8) == 0:
                await self._ask(chance.below(2), request)
            while isinstance(request, Query) and chance.below(3):
                await asyncio.sleep(chance.below(4) * 0.1)  # to look again, before a lease ends or after
                await self._ask(routers[0], request)
            await asyncio.sleep(chance.below(30) / 1000)

    def _draw(self) -> Command | Query:
        chance = self._world.chance
        player = chance.pick(PLAYERS)
        draw = chance.below(17)
        if draw >= 13:
            return self._about_fights(player)
        if draw >= 10:
            return self._about_esprits(player)
        if draw < 2:
            kind = chance.pick((GetInventory, GetCollection, GetHistory, GetTeam, GetProfile))
            return kind(player_id=player)
        if draw < 3 and self.history.commands:
            return chance.pick(list(self.history.commands.values()))  # an old command comes again
        key = self._key()
        if draw < 6:
            return Craft(player_id=player, idempotency_key=key, amount=chance.between(0, 3))
        if draw < 7:
            return Summon(
                player_id=player, idempotency_key=key, banner=chance.pick(("standard", "premium", "daily"))
            )
        if draw < 8:
            return ClaimDaily(player_id=player, idempotency_key=key)
        to = chance.pick(PLAYERS)
        return Transfer(player_id=player, idempotency_key=key, to_player_id=to, amount=chance.between(1, 300))

    def _about_esprits(self, player: int) -> Command | Query:
        """Something with one of the player's Esprits, which may be gone by then."""
        chance, key = self._world.chance, self._key()
        draw = chance.below(7)
        if draw < 1:
            return GetDissolvePlan(player_id=player, selection=self._selection(player))
        if draw < 3 and (shown := self._plans.get(player)):
            return DissolveEsprits(
                player_id=player,
                idempotency_key=key,
                selection=shown.selection,
                count=shown.plan.count,
                mark=shown.plan.mark,
            )
        if draw < 4:
            return OptimizeTeam(player_id=player, idempotency_key=key)
        esprit = str(chance.pick([*self._owned[player], 5]))
        if draw < 5:
            return SetTeam(player_id=player, idempotency_key=key, slot="support1", esprit=esprit)
        if draw < 6:
            return LockEsprit(
                player_id=player, idempotency_key=key, esprit=esprit, locked=chance.below(3) == 0
            )
        return UpgradeEsprit(player_id=player, idempotency_key=key, esprit=esprit)

    def _about_fights(self, player: int) -> Command | Query:
        """A way out, or a turn of the newest fight that was seen, which may be played by then."""
        chance, key = self._world.chance, self._key()
        fight = self._fights.get(player)
        if fight is None or chance.below(4) == 0:
            return Explore(player_id=player, idempotency_key=key)
        if chance.below(8) == 0:
            return GetFight(player_id=player)
        action = chance.pick((*ACTIONS, "strike", "strike", "strike"))
        return Act(player_id=player, idempotency_key=key, fight_id=fight.id, turn=fight.turn, action=action)

    def _selection(self, player: int) -> Selection:
        chance = self._world.chance
        if chance.below(2):
            return Selection(rarity_most=chance.pick(("Common", "Rare")))
        return Selection(esprit=str(chance.pick([*self._owned[player], 5])))

    def _note(self, player: int, reply: Reply) -> None:
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

    def _key(self) -> int:
        self._keys += 1
        return snowflake_at(VirtualClock().time_ms(), self._keys)

    async def _ask(self, router: int, request: Command | Query) -> None:
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        self.history.note_asked(request, asked_at)
        reply = await self._world.routers[router].ask(request)
        self._note(request.player_id, reply)
        self.history.seen.append(Seen(str(router), request, asked_at, loop.time(), reply))
