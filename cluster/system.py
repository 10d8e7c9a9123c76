"""The servers below the game, as one thing that a process owns or joins."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster.environment import Environment
from cluster.errors import ClusterError, HomeInUse
from cluster.home import Home, SystemRecord
from cluster.local_servers import LocalServers
from cluster.owner import Owner
from cluster.progress import Progress, told_when_slow
from cluster.reach import require_servers
from cluster.settings import ClusterSettings

_POLL_S = 0.25
_JOIN_TIMEOUT_S = 120.0


@dataclass
class System:
    """A running system: the three addresses, and whether this process runs it."""

    home: Home
    database_url: str
    redis_url: str
    ray_address: str | None
    """None when this system was started without Ray, for work on the database alone."""
    ray_token_file: Path | None
    is_owner: bool
    owner: Owner
    servers: LocalServers | None = None
    """What this process runs of it; None in one that joined."""

    @classmethod
    @asynccontextmanager
    async def own(
        cls,
        home: Home,
        settings: ClusterSettings,
        environment: Environment,
        *,
        progress: Progress,
        with_ray: bool = True,
    ) -> AsyncIterator["System"]:
        """Run a system on this home; raises `HomeInUse` at once when another process does."""
        home.prepare()
        with home.owned():
            async with cls.run(home, settings, environment, progress=progress, with_ray=with_ray) as system:
                yield system

    @classmethod
    @asynccontextmanager
    async def run(
        cls,
        home: Home,
        settings: ClusterSettings,
        environment: Environment,
        *,
        progress: Progress,
        with_ray: bool = True,
    ) -> AsyncIterator["System"]:
        """Start and supervise what has no address given, on a home that this process owns already."""
        await require_servers(environment, progress, with_ray=with_ray)
        servers = LocalServers.wanted(home, settings, environment, with_ray=with_ray)
        try:
            await servers.start(progress)
            servers.supervise(pause_max_s=settings.restart_pause_max_ms / 1000)
            system = cls._over(home, environment, servers)
            home.write_record(system._record())
            yield system
        finally:
            home.remove_record()
            await servers.stop()

    @classmethod
    @asynccontextmanager
    async def join(
        cls, home: Home, *, progress: Progress, with_ray: bool = True, timeout_s: float = _JOIN_TIMEOUT_S
    ) -> AsyncIterator["System"]:
        """Use the system that another process runs on this home, waiting while it starts."""
        deadline = time.monotonic() + timeout_s
        awaited = f"waiting up to {timeout_s:.0f} s for another process to start Faye on {home.path}"
        with told_when_slow(progress, awaited):
            while (system := cls._found(home, with_ray=with_ray)) is None:
                if time.monotonic() > deadline:
                    raise ClusterError(
                        f"no system came up on {home.path} in {timeout_s:.0f} s; start `launch.py bot` there "
                        "without --join, or set FAYE_HOME to the home that runs"
                    )
                await asyncio.sleep(_POLL_S)
        yield system

    @classmethod
    @asynccontextmanager
    async def own_or_join(
        cls,
        home: Home,
        settings: ClusterSettings,
        environment: Environment,
        *,
        progress: Progress,
        with_ray: bool = True,
        timeout_s: float = _JOIN_TIMEOUT_S,
    ) -> AsyncIterator["System"]:
        """Use the system that runs on this home, or run it; one that just starts or stops is waited for."""
        deadline = time.monotonic() + timeout_s
        told = False
        async with AsyncExitStack() as stack:
            while (system := cls._found(home, with_ray=with_ray)) is None:
                owning = cls.own(home, settings, environment, progress=progress, with_ray=with_ray)
                try:
                    system = await stack.enter_async_context(owning)
                    break
                except HomeInUse:
                    if time.monotonic() > deadline:
                        raise
                if not told:
                    progress(f"waiting for the process that just starts or stops on {home.path}")
                    told = True
                await asyncio.sleep(_POLL_S)
            yield system

    async def lost(self) -> None:
        """Return when a joined system's owner is gone; of one's own system, never."""
        # Another process, not a child: there is nothing to wait on but its number and start time.
        while self.is_owner or self.owner.lives():  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)

    @classmethod
    def _found(cls, home: Home, *, with_ray: bool) -> "System | None":
        record = home.record()
        if record is None or (with_ray and record.ray_address is None):
            return None
        return cls(
            home=home,
            database_url=record.database_url,
            redis_url=record.redis_url,
            ray_address=record.ray_address,
            ray_token_file=Path(record.ray_token_file) if record.ray_token_file else None,
            is_owner=False,
            owner=record.owner,
        )

    @classmethod
    def _over(cls, home: Home, environment: Environment, servers: LocalServers) -> "System":
        database_url = environment.database_url or (servers.postgres and servers.postgres.url)
        redis_url = environment.redis_url or (servers.valkey and servers.valkey.url)
        ray_address = environment.ray_address or (servers.ray.address if servers.ray else None)
        assert database_url, "PostgreSQL runs here when it has no address"
        assert redis_url, "Valkey runs here when it has no address"
        return cls(
            home=home,
            database_url=database_url,
            redis_url=redis_url,
            ray_address=ray_address,
            ray_token_file=home.ray_token_file if servers.ray else None,
            is_owner=True,
            owner=Owner.this_process(),
            servers=servers,
        )

    def _record(self) -> SystemRecord:
        return SystemRecord(
            owner=self.owner,
            database_url=self.database_url,
            redis_url=self.redis_url,
            ray_address=self.ray_address,
            ray_token_file=str(self.ray_token_file) if self.ray_token_file else None,
        )
