"""The servers that one process runs on one home: started together, kept up, stopped together."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from cluster.environment import Environment
from cluster.home import Home, Ports
from cluster.postgres import PostgresServer
from cluster.progress import Progress, timed
from cluster.ray_runtime import RayRuntime
from cluster.settings import ClusterSettings
from cluster.supervisor import Server, Supervisor
from cluster.valkey import ValkeyServer


@dataclass
class LocalServers:
    """What has no address in the environment, and therefore runs here; None for what has one."""

    home: Home
    postgres: PostgresServer | None
    valkey: ValkeyServer | None
    ray: RayRuntime | None
    _supervisors: list[Supervisor] = field(default_factory=list)

    @classmethod
    def wanted(
        cls, home: Home, settings: ClusterSettings, environment: Environment, *, with_ray: bool
    ) -> "LocalServers":
        """The servers to run, on the ports of the last run where those are free."""
        ports = home.ports()
        return cls(
            home=home,
            postgres=None if environment.database_url else _postgres(home, settings, ports),
            valkey=None if environment.redis_url else _valkey(home, settings, ports),
            ray=None if environment.ray_address or not with_ray else _ray(home, settings, ports),
        )

    async def start(self, progress: Progress) -> None:
        """Start all of them at once, and return when each answers; the first failure is raised."""
        if self.postgres is not None and self.postgres.directory.parent != self.home.path:
            progress(
                f"PostgreSQL does not run as root, and its account cannot reach {self.home.path}: "
                f"the database is in {self.postgres.directory}"
            )
        await _together([_start(server, progress) for server in self._running()])
        self.home.write_ports(
            Ports(
                postgres=self.postgres.port if self.postgres else None,
                valkey=self.valkey.port if self.valkey else None,
                ray=self.ray.port if self.ray else None,
                ray_dashboard=self.ray.dashboard_port if self.ray else None,
                ray_metrics=self.ray.metrics_port if self.ray else None,
            )
        )

    def supervise(self, *, pause_max_s: float) -> None:
        """Start again whatever ends from now on."""
        for server in self._running():
            supervisor = Supervisor(server, pause_max_s=pause_max_s)
            supervisor.watch()
            self._supervisors.append(supervisor)

    async def stop(self) -> None:
        """Stop all of them at once."""
        for supervisor in self._supervisors:
            await supervisor.unwatch()
        self._supervisors.clear()
        await asyncio.gather(*(server.stop() for server in self._running()))

    def _running(self) -> list[Server]:
        servers: list[Server | None] = [self.postgres, self.valkey, self.ray]
        return [server for server in servers if server is not None]


async def _start(server: Server, progress: Progress) -> None:
    with timed(progress, server.name):
        await server.start()


async def _together(starts: list[Coroutine[None, None, None]]) -> None:
    """Run all to their end, and the first failure ends the others; it alone is raised."""
    tasks = [asyncio.ensure_future(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _postgres(home: Home, settings: ClusterSettings, ports: Ports) -> PostgresServer:
    return PostgresServer(
        home.place_postgres(),
        password=home.secret("postgres_password"),
        superuser_password=home.secret("postgres_superuser_password"),
        settings=settings.postgres,
        log=home.logs / "postgres.log",
        port=ports.postgres,
    )


def _valkey(home: Home, settings: ClusterSettings, ports: Ports) -> ValkeyServer:
    return ValkeyServer(
        home.valkey,
        password=home.secret("valkey_password"),
        settings=settings.valkey,
        log=home.logs / "valkey.log",
        port=ports.valkey,
    )


def _ray(home: Home, settings: ClusterSettings, ports: Ports) -> RayRuntime:
    return RayRuntime(
        home.ray,
        token_file=home.ray_token_file,
        settings=settings.ray,
        log=home.logs / "ray.log",
        port=ports.ray,
        dashboard_port=ports.ray_dashboard,
        metrics_port=ports.ray_metrics,
    )
