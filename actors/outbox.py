"""One host's queue in a router: what waits leaves together as soon as a batch may go."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from msgspec import Raw

from actors.wire import Answer, Envelope
from faye.messages import Command, Query


@dataclass(slots=True, eq=False)
class Asked:
    """A request that a caller waits for, and how often it has set out."""

    request: Command | Query
    raw: bytes
    token: int
    shard: int
    deadline_ms: int
    future: asyncio.Future[Answer]
    resent: bool = False
    moved: bool = False
    insist: bool = False
    attempt: int = 0
    """Counts its departures and redirections: only the newest may set it on its way again."""

    def envelope(self, seen_version: int) -> Envelope:
        """The next attempt; the request's bytes are the same each time."""
        return Envelope(
            self.request.player_id,
            self.token,
            self.deadline_ms,
            seen_version,
            self.resent,
            self.insist,
            Raw(self.raw),
        )


Send = Callable[[str, list[Asked]], Awaitable[None]]


class Outbox:
    """Coalesces by load alone: an idle host gets one request at once, a busy one all that gathered meanwhile."""

    def __init__(self, host: str, send: Send, *, batch_max: int, in_flight_max: int) -> None:
        self._host = host
        self._send = send
        self._batch_max = batch_max
        self._in_flight_max = in_flight_max
        self._in_flight = 0
        self._queue: deque[Asked] = deque()
        self._flying: dict[int, list[Asked]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = False

    def put(self, asked: Asked) -> None:
        """Queue a request; a batch leaves in this turn of the event loop if one may."""
        self._queue.append(asked)
        if not self._woken and self._in_flight < self._in_flight_max:
            self._woken = True
            asyncio.get_running_loop().call_soon(self._depart)

    def drain(self) -> list[Asked]:
        """Take out all that waits, and give what is under way too: it will have to set out again elsewhere."""
        waiting = [asked for batch in self._flying.values() for asked in batch] + list(self._queue)
        self._queue.clear()
        self._flying.clear()
        self._in_flight = 0
        return waiting

    async def close(self) -> None:
        """Stop the batches under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _depart(self) -> None:
        self._woken = False
        while self._queue and self._in_flight < self._in_flight_max:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._batch_max))]
            batch = [asked for asked in batch if not asked.future.done()]
            if not batch:
                continue
            self._in_flight += 1
            task = asyncio.get_running_loop().create_task(self._carry(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, batch: list[Asked]) -> None:
        self._flying[id(batch)] = batch
        try:
            await self._send(self._host, batch)
        finally:
            if self._flying.pop(id(batch), None) is not None:  # it was not drained meanwhile
                self._in_flight -= 1
            self._depart()
