"""Which grains are next, and how many loads and flushes may be under way."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from actors.grain import PlayerGrain, Stage
from faye.config import EngineConfig
from faye.utils.clock import Clock

_NEWEST_SHARE: Final = 0.2
"""How much the newest flush counts in what flushes are expected to take."""

Work = Callable[[list[PlayerGrain]], Awaitable[None]]
Spawn = Callable[[Coroutine[Any, Any, None]], None]


class Schedule:
    """Two queues of grains. Loads run side by side; flushes follow each other, unless one stalls or many wait.

    While one flush is under way the next one gathers, which costs the database and the processor least. But a flush
    that waits for a lock must not hold up everybody: after `flush_stall_ms` another one may start beside it, and at
    once when a full one is ready.
    """

    def __init__(self, config: EngineConfig, clock: Clock, *, load: Work, flush: Work, spawn: Spawn) -> None:
        self._config = config
        self._clock = clock
        self._load = load
        self._flush = flush
        self._spawn = spawn
        self._to_load: deque[PlayerGrain] = deque()
        self._ready: deque[PlayerGrain] = deque()
        self._loads = 0
        self._flushes_began_ms: list[float] = []
        self._flush_ms = 0.0
        """How long flushes take, the recent ones counting most."""
        self._alarm: asyncio.TimerHandle | None = None
        self._closed = False

    def load(self, grain: PlayerGrain) -> None:
        """Queue a grain that has to be read first."""
        grain.stage = Stage.LOADING
        self._to_load.append(grain)

    def run(self, grain: PlayerGrain) -> None:
        """Queue a grain whose jobs can run."""
        grain.stage = Stage.READY
        self._ready.append(grain)

    def kick(self) -> None:
        """Start whatever may start now."""
        if self._closed:
            return
        while self._to_load and self._loads < self._config.activations_in_flight_max:
            self._loads += 1
            self._spawn(self._loading(self._take(self._to_load)))
        while self._ready and self._may_flush():
            self._flushes_began_ms.append(self._clock.monotonic_ms())
            self._spawn(self._flushing(self._take(self._ready), self._flushes_began_ms[-1]))

    def wait_ms(self, jobs: int) -> float:
        """What a job behind `jobs` others has to expect, by how long recent flushes took and one under way takes.

        As many as one flush carries do not count: they leave with the next, however long an outage keeps it waiting.
        """
        began_ms = self._flushes_began_ms
        under_way_ms = self._clock.monotonic_ms() - began_ms[0] if began_ms else 0.0
        flushes = max(0.0, jobs / self._config.flush_commands_max - 1)
        return flushes * max(self._flush_ms, under_way_ms)

    def close(self) -> None:
        """Start nothing any more."""
        self._closed = True
        if self._alarm is not None:
            self._alarm.cancel()

    def _may_flush(self) -> bool:
        """Whether one more flush may start now; where one has only to be patient, an alarm looks again in time."""
        began_ms = self._flushes_began_ms
        if len(began_ms) >= self._config.flushes_in_flight_max:
            return False
        if not began_ms or len(self._ready) >= self._config.flush_commands_max:
            return True
        patience_ms = began_ms[-1] + self._config.flush_stall_ms - self._clock.monotonic_ms()
        if patience_ms > 0:
            self._wake_in(patience_ms)
        return patience_ms <= 0

    def _wake_in(self, pause_ms: float) -> None:
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(pause_ms / 1000, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        self.kick()

    async def _loading(self, grains: list[PlayerGrain]) -> None:
        try:
            await self._load(grains)
        finally:
            self._loads -= 1
            self.kick()

    async def _flushing(self, grains: list[PlayerGrain], began_ms: float) -> None:
        try:
            await self._flush(grains)
        finally:
            self._flushes_began_ms.remove(began_ms)
            took_ms = self._clock.monotonic_ms() - began_ms
            self._flush_ms += (took_ms - self._flush_ms) * _NEWEST_SHARE
            self.kick()

    def _take(self, queue: deque[PlayerGrain]) -> list[PlayerGrain]:
        """The next grains whose jobs make up one transaction; one that must run alone goes alone."""
        taken: list[PlayerGrain] = []
        room = self._config.flush_commands_max
        while queue and room > 0:
            if queue[0].solo and taken:
                break
            grain = queue.popleft()
            taken.append(grain)
            room -= len(grain.mailbox)
            if grain.solo:
                break
        return taken
