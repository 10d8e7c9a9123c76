"""A small world that goes wrong: hosts that crash, a database that hesitates, deliveries that are lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from actors.delivery import DeliveryFailed, serve
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.store import (
    DataRefused,
    Decided,
    Exchanger,
    RowsLocked,
    Snapshot,
    Store,
    StoreUnavailable,
    Write,
)
from actors.wire import Pong
from faye.config import Config
from faye.messages.history import GetHistory, HistoryPage
from faye.utils.rng import Rng
from tests.simulation.virtual_time import VirtualClock

T = TypeVar("T")


@dataclass(frozen=True)
class Trouble:
    """Chances in a thousand."""

    crash: int = 15
    store_fails_before: int = 20
    store_fails_after: int = 20
    delivery_lost_before: int = 20
    delivery_lost_after: int = 20
    ping_lost: int = 10
    row_locked: int = 15
    data_refused: int = 5
    unforeseen: int = 5
    delay_ms_max: int = 40


class TroubledStore:
    """A store whose calls take time, and sometimes fail before or after they took effect."""

    def __init__(self, store: Store, chance: Rng, trouble: Trouble) -> None:
        self.inner = store
        self._chance = chance
        self._trouble = trouble

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        await self._wait()
        if self._chance.below(1000) < self._trouble.store_fails_before:
            raise StoreUnavailable("the simulated database was away")
        result = await call()
        await self._wait()
        if self._chance.below(1000) < self._trouble.store_fails_after:
            raise StoreUnavailable("the simulated connection broke after the commit")
        return result

    def _refuse(self) -> None:
        """Now and then nothing is written: for a lock, for the data, or for what nobody thought of."""
        for chance, error in (
            (self._trouble.row_locked, RowsLocked("somebody holds the row")),
            (self._trouble.data_refused, DataRefused("the simulated database disliked it")),
            (self._trouble.unforeseen, RuntimeError("what nobody thought of")),
        ):
            if self._chance.below(1000) < chance:
                raise error

    async def _wait(self) -> None:
        await asyncio.sleep(self._chance.below(self._trouble.delay_ms_max + 1) / 1000)

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        return await self._call(lambda: self.inner.load(players, keys, verify))

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        self._refuse()
        return await self._call(lambda: self.inner.flush(writes, config_id))

    async def exchange(
        self, players: Sequence[int], key: int, decide: Exchanger, config_id: int
    ) -> Decided | None:
        self._refuse()
        return await self._call(lambda: self.inner.exchange(players, key, decide, config_id))

    async def remember(self, decided: Decided) -> Decided | None:
        return await self._call(lambda: self.inner.remember(decided))

    async def history(self, query: GetHistory) -> HistoryPage:
        return await self._call(lambda: self.inner.history(query))


class World:
    """Some hosts over one database, and the routers in front of them."""

    def __init__(
        self,
        seed: int,
        config: Config,
        *,
        trouble: Trouble,
        store: MemoryStore,
        make_runtime: Callable[..., Runtime] = Runtime,
    ) -> None:
        self.chance = Rng(seed)
        self.memory = store
        self._config = config
        self._trouble = trouble
        self._make_runtime = make_runtime
        self._hosts: dict[str, Runtime] = {}
        for name in ("a", "b"):
            self._start(name)
        self.crashes = 0
        self.routers = [self._router() for _ in range(2)]

    def _start(self, name: str) -> None:
        store = TroubledStore(self.memory, self.chance, self._trouble)
        self._hosts[name] = self._make_runtime(
            store, self._config, clock=VirtualClock(), draw_seed=lambda: self.chance.bits(63)
        )

    def _router(self) -> ShardRouter:
        store = TroubledStore(self.memory, self.chance, self._trouble)
        router = ShardRouter(self, store, list(self._hosts), self._config.engine, clock=VirtualClock())
        router.start()
        return router

    async def deliver(self, host: str, batch: bytes) -> bytes:
        """A delivery that may be late, lost on the way there, lost on the way back, or kill the host."""
        await self._wait()
        if self.chance.below(1000) < self._trouble.crash:
            await self._crash(host)
        if self.chance.below(1000) < self._trouble.delivery_lost_before:
            raise DeliveryFailed("lost on the way there")
        runtime = self._hosts[host]
        answers = await serve(runtime, batch)
        if self._hosts[host] is not runtime or self.chance.below(1000) < self._trouble.delivery_lost_after:
            raise DeliveryFailed("lost on the way back")
        await self._wait()
        return answers

    async def ping(self, host: str) -> Pong:
        """A sign of life that is lost now and then: the router takes a living host for dead."""
        if self.chance.below(1000) < self._trouble.ping_lost:
            raise DeliveryFailed("the sign of life was lost")
        return Pong(host, "simulated")

    async def _crash(self, host: str) -> None:
        self.crashes += 1
        dead = self._hosts[host]
        self._start(host)
        await dead.close()

    async def _wait(self) -> None:
        await asyncio.sleep(self.chance.below(self._trouble.delay_ms_max + 1) / 1000)

    async def close(self) -> None:
        for router in self.routers:
            await router.close()
        for runtime in self._hosts.values():
            await runtime.close()
