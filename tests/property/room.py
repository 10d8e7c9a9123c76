"""An engine in one process that notes what was seen of it, for the checker to judge at the end."""

import asyncio

from actors.delivery import LocalDelivery
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database.models.player import Player
from faye.messages import Command, Query, Refusal, Reply
from faye.messages.codec import decode_reply, digest, encode
from faye.messages.history import GetHistory
from faye.messages.refusals import Abandoned, Expired, IdempotencyConflict
from faye.utils.clock import Clock
from faye.utils.rng import Rng
from tests.checking.checker import violations
from tests.checking.history import History, Seen
from tests.checking.records import Records

NEVER_CARRIED_OUT = (Expired, Abandoned, IdempotencyConflict)


class Room:
    """One host and one router over a store in memory; implements `Router`. Requests come one after the other."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self.store = MemoryStore()
        self._config = config
        self._history = History()
        chance = Rng(7)
        host = Runtime(self.store, config, clock=clock, draw_seed=lambda: chance.bits(63))
        self._hosts = {"a": host}
        self._router = ShardRouter(LocalDelivery(self._hosts), self.store, ["a"], config.engine, clock=clock)

    async def ask(self, request: Command | Query) -> Reply:
        """Ask, and note what was seen; a reply must be one that can be told."""
        asked_at, before = asyncio.get_running_loop().time(), self._effects(request)
        reply = await self._router.ask(request)
        assert decode_reply(encode(reply)) == reply
        if isinstance(reply, Refusal):
            assert self._effects(request) == before, f"{request} was refused with {reply} and had an effect"
        if isinstance(request, GetHistory) and {request.asset, request.before, request.after} != {None}:
            pass  # the checker knows the newest pages of everything alone
        elif isinstance(request, Query) or self._stands(request):
            self._history.note_asked(request, asked_at)
            answered_at = asyncio.get_running_loop().time()
            self._history.seen.append(Seen("0", request, asked_at, answered_at, reply))
        else:
            assert isinstance(reply, NEVER_CARRIED_OUT), f"{reply} to {request}, of which nothing is kept"
        return reply

    async def outcome(self, command: Command) -> Reply:
        """See `Router.outcome`."""
        return await self._router.outcome(command)

    def check_books(self) -> None:
        """Nothing of what was seen and is kept breaks a promise."""
        records = Records.of(self.store)
        broken = violations(self._history, records, self._config)
        assert broken == [], "\n".join(map(str, broken))
        for player in records.players.values():
            assert all(player.balance(currency) >= 0 for currency in Player.BALANCES)

    async def close(self) -> None:
        """End everything that still runs."""
        await self._router.close()
        for host in self._hosts.values():
            await host.close()

    def _effects(self, request: Command | Query) -> tuple[int, object]:
        row = self.store.players.get(request.player_id)
        # Whoever is refused for the first time gets a row that holds nothing.
        return len(self.store.ledger), row if row and self.store._version(request.player_id) else None

    def _stands(self, command: Command) -> bool:
        """Whether this very command, and no other with its key, is what is remembered."""
        stood = self.store.decided.get(command.idempotency_key)
        try:
            return stood is not None and stood.digest == digest(command)
        except (UnicodeEncodeError, OverflowError):
            return False  # no message can carry it
