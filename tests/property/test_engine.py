"""Whatever the engine is asked: a reply, no exception, and a game whose books are right."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.delivery import LocalDelivery
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.database.models.player import Player
from faye.messages import Command, Query, Refusal, Reply
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply, digest, encode
from faye.messages.refusals import Abandoned, Expired, IdempotencyConflict
from faye.messages.start import Start
from faye.utils.rng import Rng
from tests.builders import small_config
from tests.checking.checker import violations
from tests.checking.history import History, Seen
from tests.checking.records import Records
from tests.property.plugin import budget, tried
from tests.property.strategies import integers, requests
from tests.simulation.virtual_time import EPOCH_MS, VirtualClock, run_virtually

CONFIG = small_config()
PLAYERS = (11, 12)
NEW_KEYS = tuple(snowflake_at(EPOCH_MS, low) for low in range(1, 24))
NEVER_CARRIED_OUT = (Expired, Abandoned, IdempotencyConflict)

asked_requests = st.lists(
    requests(st.sampled_from(PLAYERS) | integers, st.sampled_from(NEW_KEYS) | integers), max_size=24
)


class Room:
    """One host and one router over a store in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.history = History()
        chance = Rng(7)
        host = Runtime(self.store, CONFIG, clock=VirtualClock(), draw_seed=lambda: chance.bits(63))
        self.hosts = {"a": host}
        self.router = ShardRouter(
            LocalDelivery(self.hosts), self.store, ["a"], CONFIG.engine, clock=VirtualClock()
        )

    async def ask(self, request: Command | Query) -> Reply:
        """Ask, and note what was seen; a reply must be one that can be told."""
        asked_at, before = asyncio.get_running_loop().time(), self._effects(request)
        reply = await self.router.ask(request)
        assert decode_reply(encode(reply)) == reply
        if isinstance(reply, Refusal):
            assert self._effects(request) == before, f"{request} was refused with {reply} and had an effect"
        if isinstance(request, Query) or self._stands(request):
            self.history.note_asked(request, asked_at)
            answered_at = asyncio.get_running_loop().time()
            self.history.seen.append(Seen("0", request, asked_at, answered_at, reply))
        else:
            assert isinstance(reply, NEVER_CARRIED_OUT), f"{reply} to {request}, of which nothing is kept"
        return reply

    async def close(self) -> None:
        await self.router.close()
        for host in self.hosts.values():
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


async def play(asked: Sequence[Command | Query]) -> None:
    room = Room()
    for low, player_id in enumerate(PLAYERS):
        await room.ask(Start(player_id=player_id, idempotency_key=snowflake_at(EPOCH_MS, 100 + low)))
    for request in asked:
        await room.ask(request)
    records = Records.of(room.store)
    assert violations(room.history, records, CONFIG) == []
    for player in records.players.values():
        assert all(player.balance(currency) >= 0 for currency in Player.BALANCES)
    await room.close()


@pytest.mark.usefixtures("quiet")
@budget(250)
@given(asked_requests)
def test_no_request_crashes_the_engine_or_spoils_the_books(asked: list[Command | Query]) -> None:
    tried("requests to the engine", len(asked))
    run_virtually(play(asked))
