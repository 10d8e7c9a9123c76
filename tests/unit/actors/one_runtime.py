"""One runtime over a store in memory that tests can hold up, on virtual time."""

import asyncio
from collections.abc import Sequence

from msgspec import Raw

from actors.memory_store import MemoryStore
from actors.runtime import Runtime
from actors.store import Write
from actors.wire import Answer, Envelope, Status
from faye.config import Config
from faye.messages import Command, Query, Reply
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply, encode
from faye.messages.craft import Craft
from faye.messages.start import Start, Started
from tests.builders import small_config
from tests.simulation.virtual_time import VirtualClock


class World:
    """One runtime over a store that tests can hold up."""

    def __init__(self, store: MemoryStore | None = None, config: Config | None = None) -> None:
        self.store = store or MemoryStore()
        self.config = config or small_config()
        self.clock = VirtualClock()
        self.runtime = Runtime(self.store, self.config, clock=self.clock)
        self._keys = 0

    def key(self) -> int:
        self._keys += 1
        return snowflake_at(self.clock.time_ms(), self._keys)

    def envelope(self, request: Command | Query, *, seen: int = 0, resent: bool = False) -> Envelope:
        token = request.idempotency_key if isinstance(request, Command) else -self.key()
        deadline = self.clock.time_ms() + 2000
        return Envelope(request.player_id, token, deadline, seen, resent, False, Raw(encode(request)))

    async def ask(self, *requests: Command | Query) -> list[Reply]:
        answers = await self.runtime.deliver([self.envelope(request) for request in requests])
        return [decode_reply(answer.reply) for answer in answers]

    async def start(self, *players: int) -> None:
        for player in players:
            (reply,) = await self.ask(Start(player_id=player, idempotency_key=self.key()))
            assert isinstance(reply, Started)

    def craft(self, player: int, amount: int = 1) -> Craft:
        return Craft(player_id=player, idempotency_key=self.key(), amount=amount)


class HeldStore(MemoryStore):
    """A store whose flushes wait until they are let go."""

    __slots__ = ("flushes", "gate")

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.flushes: list[list[int]] = []

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        self.flushes.append([write.player.id for write in writes])
        await self.gate.wait()
        return await super().flush(writes, config_id)


def kinds(answers: list[Answer]) -> list[str]:
    return [
        type(decode_reply(answer.reply)).__name__ if answer.status is Status.REPLIED else answer.status.name
        for answer in answers
    ]
