"""Whether Valkey can be asked at the moment: one opinion for everything in a process that uses it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from faye.config_bot import ValkeyConfig
from faye.utils.patience import outlast

log = logging.getLogger(__name__)

LOOKS: Final = 10
"""A look has two turns of the loop. A call takes four; opening a connection, a call takes 25 and a probe 13."""


class Probe(Protocol):
    """A connection that is used for nothing else."""

    def ping(self) -> Any:
        """Ask for a sign of life."""
        ...

    async def aclose(self) -> None:
        """Let go of it."""
        ...


class StoreHealth:
    """Suspected by whoever waited in vain, decided by probes of its own.

    While Valkey is away, users' calls fail at once and none of them tries whether it is back: an outage costs
    those who were waiting when it began one timeout and one probe together, and nobody else anything.
    """

    def __init__(self, connect: Callable[[], Probe], config: ValkeyConfig) -> None:
        self.is_away = False
        self._connect = connect
        self._config = config
        self._waiting: set[asyncio.Future[None]] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._baffled_by: type[Exception] | None = None

    @classmethod
    def of(cls, redis: Redis, config: ValkeyConfig) -> StoreHealth:
        """The health of the server that `redis` speaks to, probed outside of its pool, which may be all in use."""
        pool = redis.connection_pool
        # Nothing is negotiated and no name given: fewer turns of the loop until the first answer.
        lean = {"protocol": 2, "driver_info": None, "retry": Retry(NoBackoff(), 0)}
        settings = {**pool.connection_kwargs, **lean}
        settings.pop("maint_notifications_config", None)

        def connect() -> Redis:
            return Redis.from_pool(ConnectionPool(connection_class=pool.connection_class, **settings))

        return cls(connect, config)

    async def wait_for(self, asking: asyncio.Future[Any], timeout_s: float) -> None:
        """Wait until `asking` is done, in vain for `timeout_s`, or until Valkey turns out to be away."""
        if self.is_away:
            return
        away: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(away)
        try:
            await outlast((asking, away), timeout_s, looks=LOOKS)
        finally:
            self._waiting.discard(away)

    def see_off(self, asking: asyncio.Future[Any], timeout_s: float) -> None:
        """Break off a call that nobody waits for any more, but not at once.

        To break off what is already on its way costs its connection, and the next call 25 turns of the loop
        for another one. To keep what waits for a connection would let nobody else have one.
        """
        leaving = asyncio.get_running_loop().create_task(self._see_off(asking, timeout_s))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    @property
    def is_watching(self) -> bool:
        """Whether probes are under way."""
        return self._watching is not None and not self._watching.done()

    def suspect(self) -> None:
        """Begin to find out whether it is away, if nobody does yet."""
        if not self.is_watching:
            self._watching = asyncio.get_running_loop().create_task(self._watch(), name="watch Valkey")

    async def _see_off(self, asking: asyncio.Future[Any], timeout_s: float) -> None:
        try:
            await self.wait_for(asking, timeout_s)
        finally:
            break_off(asking)

    async def _watch(self) -> None:
        """Probe until it answers; a watch that fails itself has no opinion, so that it keeps nobody away."""
        try:
            await self._probe_until_back()
        except Exception as error:
            if self._baffled_by is not type(error):
                log.exception("valkey cannot be probed; every call waits for its own timeout")
            self._baffled_by = type(error)
        finally:
            self.is_away = False

    async def _probe_until_back(self) -> None:
        probe = self._connect()
        try:
            if (complaint := await self._complaint_of(probe)) is None:
                return
            self._go_away(complaint)
            answers = 0
            while answers < self._config.probes_answered_min:
                await asyncio.sleep(self._config.probe_interval_ms / 1000)
                answers = answers + 1 if await self._complaint_of(probe) is None else 0
            self.is_away = False
            self._baffled_by = None
            log.warning("valkey is back")
        finally:
            await probe.aclose()

    async def _complaint_of(self, probe: Probe) -> str | None:
        """Why a probe was not answered; None if it was."""
        timeout_ms = self._config.probe_timeout_ms
        asking = asyncio.ensure_future(probe.ping())
        try:
            await outlast((asking,), timeout_ms / 1000, looks=LOOKS)
            if not asking.done():
                return f"no answer in {timeout_ms} ms"
            try:
                asking.result()
            except (RedisError, OSError, TimeoutError) as error:
                return type(error).__name__
            return None
        finally:
            asking.cancel()

    def _go_away(self, complaint: str) -> None:
        log.warning("valkey is away (%s): carrying on without it", complaint)
        self.is_away = True
        for away in self._waiting:
            if not away.done():
                away.set_result(None)


def break_off(asking: asyncio.Future[Any]) -> None:
    """Cancel a call and leave it to itself: the client may swallow a cancellation and wait on for seconds."""
    asking.add_done_callback(_overlook)
    asking.cancel()


def _overlook(asking: asyncio.Future[Any]) -> None:
    """Note how a call ended that nobody waits for: asyncio would complain that nobody did."""
    if not asking.cancelled():
        asking.exception()
