"""What goes wrong, one thing at a time or two: each fault is injected and ended.

A fault returns the moment from which everybody has to be answered again, on the monotonic clock in s. To add one,
write a method and name it in `FAULTS`; what it needs of the system is on the `Stage`.
"""

import asyncio
import os
import random
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import asyncpg
import psutil
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cluster.postgres import PostgresServer
from cluster.ray_runtime import RayRuntime
from cluster.system import System
from cluster.valkey import ValkeyServer
from faye.config import EngineConfig
from faye.utils.log_files import LogFiles
from tests.faults.campaign.front_end import FrontEnd

_POLL_S = 0.02
_SHORT_PAUSE_S = 2.5
_BEYOND_THE_LEASE = 1.3
_FULL_FOR_S = 2.0
_ROOM_BYTES = 700
"""What still fits into a file when its disk fills: some entries whole, and a part of one."""

TORN_LINE: Final = b'{"player":4611686018427387904,"version":7,"n":0,"key":1,"event":"cra'
"""The beginning of a line, as a writer that dies leaves it."""


@dataclass
class Stage:
    """What the nemesis can reach."""

    system: System
    config: EngineConfig
    front_ends: list[FrontEnd]
    restart: Callable[[FrontEnd], Awaitable[None]]
    """Starts a new front-end in the place of one that ended."""

    @property
    def postgres(self) -> PostgresServer:
        """The campaign's own process runs it and starts it again, as it does with the other two."""
        assert self.system.servers is not None, "the campaign owns its system"
        assert self.system.servers.postgres is not None, "and runs all of it"
        return self.system.servers.postgres

    @property
    def valkey(self) -> ValkeyServer:
        """See `postgres`."""
        assert self.system.servers is not None, "the campaign owns its system"
        assert self.system.servers.valkey is not None, "and runs all of it"
        return self.system.servers.valkey

    @property
    def ray(self) -> RayRuntime:
        """See `postgres`."""
        assert self.system.servers is not None, "the campaign owns its system"
        assert self.system.servers.ray is not None, "and runs all of it"
        return self.system.servers.ray

    def hosts(self) -> list[int]:
        """The hosts' process ids, as far as a front-end knows them."""
        for front_end in self.front_ends:
            if front_end.lives and front_end.standing is not None and front_end.standing.hosts:
                return [pid for pid in front_end.standing.hosts.values() if psutil.pid_exists(pid)]
        return []


class Nemesis:
    """Injects faults; which, and into what, its chance decides."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self._stage = stage
        self._chance = chance

    async def inject(self, fault: str) -> float:
        """Let the named thing go wrong, and see to its end; gives the moment from which all must be well again."""
        return await FAULTS[fault](self)

    # ---------------------------------------------------------------------- processes of ours

    async def host_killed(self) -> float:
        """A host dies at once."""
        os.kill(await self._host(), signal.SIGKILL)
        return time.monotonic()

    async def host_stopped_beyond_its_lease(self) -> float:
        """A host stands still until others serve its players, and then goes on as if nothing had been: a zombie."""
        with _stopped(await self._host()):
            began = time.monotonic()
            await asyncio.sleep(self._stage.config.lease_duration_ms / 1000 * _BEYOND_THE_LEASE)
        return began

    async def front_end_killed(self) -> float:
        """A front-end dies with requests under way, and another one takes its place."""
        return await self._kill(self._chance.choice(self._living()))

    async def front_end_stopped(self) -> float:
        """A front-end stands still for a while."""
        with _stopped(self._chance.choice(self._living()).pid):
            began = time.monotonic()
            await asyncio.sleep(_SHORT_PAUSE_S)
        return began + _SHORT_PAUSE_S

    # ---------------------------------------------------------------------- servers

    async def postgres_killed(self) -> float:
        """PostgreSQL dies without a checkpoint; over when it accepts connections again."""
        self._stage.postgres.kill()
        return await self._postgres_answers()

    async def postgres_stopped(self) -> float:
        """All of PostgreSQL stands still."""
        pid = self._stage.postgres.pid
        assert pid is not None, "it runs"
        processes = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        with _stopped(*processes):
            await asyncio.sleep(_SHORT_PAUSE_S)
        return await self._postgres_answers()

    async def valkey_killed(self) -> float:
        """Valkey dies, and everything in it."""
        self._stage.valkey.kill()
        return time.monotonic()

    async def valkey_stopped(self) -> float:
        """Valkey stands still."""
        pid = self._stage.valkey.pid
        assert pid is not None, "it runs"
        with _stopped(pid):
            began = time.monotonic()
            await asyncio.sleep(_SHORT_PAUSE_S)
        return began

    async def valkey_flushed(self) -> float:
        """Everything in Valkey is forgotten."""
        client = Redis.from_url(self._stage.system.redis_url)
        try:
            with suppress(RedisError, OSError):
                await client.flushall()
        finally:
            await client.aclose()
        return time.monotonic()

    async def ray_killed(self) -> float:
        """Ray's head dies, and with it, on one machine, all of Ray."""
        self._stage.ray.kill()
        return time.monotonic()

    # ---------------------------------------------------------------------- the log

    async def log_disk_full(self) -> float:
        """transactions.log cannot grow, not even to the end of a line; commands go on."""
        began = time.monotonic()
        limited = [front_end.pid for front_end in self._living()]
        size = LogFiles(self._stage.system.home.logs).current.stat().st_size
        for pid in limited:
            _limit_files(pid, size + _ROOM_BYTES)
        try:
            await asyncio.sleep(_FULL_FOR_S)
        finally:
            for pid in limited:
                with suppress(ProcessLookupError):
                    _limit_files(pid, resource.RLIM_INFINITY)
        return began

    async def log_torn(self) -> float:
        """Whoever writes the log dies in the middle of a line."""
        living = self._living()
        writers = [each for each in living if each.standing is not None and each.standing.writes_log]
        return await self._kill(self._chance.choice(writers or living), then=self._tear)

    def _tear(self) -> None:
        with LogFiles(self._stage.system.home.logs).current.open("ab") as log:
            log.write(TORN_LINE)

    # ---------------------------------------------------------------------- parts

    def _living(self) -> list[FrontEnd]:
        return [each for each in self._stage.front_ends if each.lives and each.standing is not None]

    async def _host(self) -> int:
        while not (pids := self._stage.hosts()):
            await asyncio.sleep(_POLL_S)
        return self._chance.choice(pids)

    async def _kill(self, front_end: FrontEnd, then: Callable[[], None] = lambda: None) -> float:
        began = time.monotonic()
        os.kill(front_end.pid, signal.SIGKILL)
        then()
        await self._stage.restart(front_end)
        return began

    async def _postgres_answers(self) -> float:
        """The moment at which somebody can connect."""
        url = self._stage.system.database_url.replace("+asyncpg", "")
        while True:
            try:
                connection = await asyncpg.connect(url, timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await asyncio.sleep(_POLL_S)
            else:
                answers_at = time.monotonic()
                await connection.close()
                return answers_at


FAULTS: Final[dict[str, Callable[[Nemesis], Awaitable[float]]]] = {
    "host killed": Nemesis.host_killed,
    "host stopped beyond its lease": Nemesis.host_stopped_beyond_its_lease,
    "front-end killed": Nemesis.front_end_killed,
    "front-end stopped": Nemesis.front_end_stopped,
    "PostgreSQL killed": Nemesis.postgres_killed,
    "PostgreSQL stopped": Nemesis.postgres_stopped,
    "Valkey killed": Nemesis.valkey_killed,
    "Valkey stopped": Nemesis.valkey_stopped,
    "Valkey flushed": Nemesis.valkey_flushed,
    "Ray killed": Nemesis.ray_killed,
    "log's disk full": Nemesis.log_disk_full,
    "log torn": Nemesis.log_torn,
}


@contextmanager
def _stopped(*pids: int) -> Iterator[None]:
    """These processes stand still while the block runs."""
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _limit_files(pid: int, size_bytes: int) -> None:
    """How long a file may become by a process's hand."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))
