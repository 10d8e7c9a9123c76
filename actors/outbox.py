"""One host's queue in a router: what waits leaves together as soon as a batch may go."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from msgspec import Raw

from actors.wire import Answer, Envelope
from faye.messages import Command, Query
from faye.utils.tasks import end_tasks


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
    stuck: bool = False
    """Whether its host holds it and could not answer it in its patience."""
    queued_at_s: float = 0.0
    """When it began to wait for its batch, on the loop's clock."""
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


@dataclass(slots=True)
class _Lane:
    """Requests that wait for each other's batches, and how many of those may be under way."""

    in_flight_max: int
    in_flight: int = 0
    queue: deque[Asked] = field(default_factory=deque)

    @property
    def may_depart(self) -> bool:
        return bool(self.queue) and self.in_flight < self.in_flight_max


class Outbox:
    """Coalesces by load alone: an idle host gets one request at once, a busy one all that gathered meanwhile.

    What the host could not answer in its patience travels in a lane of its own, and holds up nobody else.
    """

    def __init__(self, host: str, send: Send, *, batch_max: int, in_flight_max: int) -> None:
        self._host = host
        self._send = send
        self._batch_max = batch_max
        self._lane = _Lane(in_flight_max)
        self._stuck_lane = _Lane(1)
        self._flying: dict[int, tuple[_Lane, list[Asked]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = False

    def put(self, asked: Asked) -> None:
        """Queue a request; a batch leaves in this turn of the event loop if one may."""
        loop = asyncio.get_running_loop()
        lane = self._stuck_lane if asked.stuck else self._lane
        asked.queued_at_s = loop.time()
        lane.queue.append(asked)
        if not self._woken and lane.may_depart:
            self._woken = True
            loop.call_soon(self._depart)

    def waits_since_s(self) -> float | None:
        """Since when the first in the queue has waited, on the loop's clock; None if nobody does."""
        return self._lane.queue[0].queued_at_s if self._lane.queue else None

    def take_new(self) -> list[Asked]:
        """Take out what waits and was never sent."""
        queue = self._lane.queue
        new = [asked for asked in queue if asked.attempt == 1 and not asked.future.done()]
        self._lane.queue = deque(asked for asked in queue if asked.attempt > 1)
        return new

    def drain(self) -> list[Asked]:
        """Take out all that waits, and give what is under way too: it will have to set out again elsewhere."""
        waiting = [asked for _, batch in self._flying.values() for asked in batch]
        for lane in (self._lane, self._stuck_lane):
            waiting += lane.queue
            lane.queue.clear()
            lane.in_flight = 0
        self._flying.clear()
        return waiting

    async def close(self) -> None:
        """Stop the batches under way."""
        await end_tasks(self._tasks)

    def _depart(self) -> None:
        self._woken = False
        for lane in (self._lane, self._stuck_lane):
            while lane.may_depart:
                batch = [lane.queue.popleft() for _ in range(min(len(lane.queue), self._batch_max))]
                batch = [asked for asked in batch if not asked.future.done()]
                if batch:
                    self._set_out(lane, batch)

    def _set_out(self, lane: _Lane, batch: list[Asked]) -> None:
        lane.in_flight += 1
        self._flying[id(batch)] = (lane, batch)
        task = asyncio.get_running_loop().create_task(self._carry(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, batch: list[Asked]) -> None:
        try:
            await self._send(self._host, batch)
        finally:
            if (flown := self._flying.pop(id(batch), None)) is not None:  # it was not drained meanwhile
                flown[0].in_flight -= 1
            self._depart()
