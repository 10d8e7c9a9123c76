"""The host: a Ray actor that carries thousands of grains. Ray places, supervises and restarts it."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from typing import Any, Final

import msgspec
import ray

from actors.delivery import serve
from actors.leases import Leases
from actors.postgres_store import PostgresStore
from actors.ray_metrics import HOST_FIGURES, host_samples, keep_exporting
from actors.runtime import Runtime
from actors.stream_server import StreamServer
from actors.wire import Pong
from faye.config import EngineConfig, decode_config
from faye.database.configurations import Configurations
from faye.database.db import connect
from faye.utils.garbage import collect_rarely
from faye.utils.log_lines import LogStyle, set_up_logging
from faye.utils.tasks import keep_going

CALLS_MAX: Final = 1000
"""Calls that Ray lets into a host at once; the routers' own bounds are far below."""

MakeLeases = Callable[[str, str, EngineConfig], Leases]
"""Makes the leases of (host, incarnation): a module's function, so that it travels by name."""


class Host:
    """One incarnation of a host. Everything that must last is in PostgreSQL; a restart begins empty."""

    def __init__(
        self, name: str, system: str, database_url: str, config: bytes, make_leases: MakeLeases
    ) -> None:
        self._name = name
        self._system = system
        self._incarnation = secrets.token_hex(8)
        set_up_logging(LogStyle.of(os.environ), level="info", host=name, incarnation=self._incarnation)
        self._config = decode_config(config)
        self._leases = make_leases(name, self._incarnation, self._config.engine)
        engine = connect(database_url, self._config.engine, name=name)
        newest = Configurations(engine).newest
        self._runtime = Runtime(PostgresStore(engine), self._config, leases=self._leases, newest=newest)
        self._streams = StreamServer(
            name,
            self._incarnation,
            ray.get_runtime_context().get_node_id(),
            serve=self.deliver,
            ping=self._pong,
        )
        collect_rarely()
        self._upkeep: list[asyncio.Task[None]] = []

    async def deliver(self, batch: bytes) -> bytes:
        """The encoded answers to an encoded batch."""
        self._keep_up()
        return await serve(self._runtime, batch)

    async def ping(self) -> bytes:
        """A sign of life, as an encoded `Pong`; the first one starts the upkeep."""
        self._keep_up()
        return self._pong()

    async def endpoint(self) -> bytes:
        """Where this incarnation takes direct streams, as an encoded `Endpoint`; the first call begins to listen."""
        self._keep_up()
        return msgspec.msgpack.encode(await self._streams.start())

    def _keep_up(self) -> None:
        if not self._upkeep:
            self._upkeep = [
                asyncio.create_task(keep_going(each))
                for each in (self._leases.keep, self._passivate, self._export, self._follow_configuration)
            ]

    async def _follow_configuration(self) -> None:
        """Look again and again, at once for the first time: this may be a restart with what is long out of force."""
        while True:
            await self._runtime.in_force.follow()
            await asyncio.sleep(self._config.engine.configuration_poll_interval_ms / 1000)

    async def _export(self) -> None:
        labels = {"system": self._system, "host": self._name}
        await keep_exporting(HOST_FIGURES, labels, lambda: host_samples(self._runtime.measure()))

    def _pong(self) -> bytes:
        pong = Pong(self._name, self._incarnation, os.getpid(), self._runtime.measure())
        return msgspec.msgpack.encode(pong)

    async def _passivate(self) -> None:
        while True:
            await asyncio.sleep(self._config.engine.passivation_interval_s)
            self._runtime.passivate()


def start_host(name: str, namespace: str, database_url: str, config: bytes, make_leases: MakeLeases) -> Any:
    """The handle of the named host, started now if it does not run. Ray restarts it whenever it dies.

    It begins under the game configuration in `config`, and goes over to the one in force at once.
    """
    actor = ray.remote(Host).options(
        name=name,
        namespace=namespace,
        lifetime="detached",
        get_if_exists=True,
        max_restarts=-1,
        max_task_retries=0,
        max_concurrency=CALLS_MAX,
        num_cpus=0,
    )
    return actor.remote(name, namespace, database_url, config, make_leases)
