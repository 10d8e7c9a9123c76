"""What the measurements stand on: servers in a temporary home, players, and the means to ask."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.postgres_store import PostgresStore
from actors.ray_delivery import RayDelivery
from actors.router import ShardRouter
from actors.stream_delivery import StreamDelivery
from cluster.engine import Engine, running_engine
from cluster.environment import Environment
from cluster.home import Home
from cluster.load.faucet import register, until_logged
from cluster.load.histogram import Histogram
from cluster.load.settings import Currency
from cluster.settings import load_cluster_settings
from cluster.system import System
from faye.config import Config, load_config
from faye.database.audit import audit
from faye.database.db import connect
from faye.messages import Command, Query, Reply
from faye.utils.log_files import LogFiles
from tests.bench.possessions import collect

ROOT: Final = Path(__file__).resolve().parents[2]
REGISTERED: Final = 100_000
ACTIVE: Final = 10_000
PURSE: Final[dict[Currency, int]] = {"fayrite_shards": 10**9, "fayrites": 10**5}
ROUNDS: Final = int(os.environ.get("FAYE_BENCH_ROUNDS", "3"))
SECONDS: Final = float(os.environ.get("FAYE_BENCH_SECONDS", "3"))
"""How long one measurement of one round takes."""

_SETTLE_TIMEOUT_S: Final = 120.0
_START_TIMEOUT_S: Final = 60.0
_STREAMS_TIMEOUT_S: Final = 10.0


def tell(what: str) -> None:
    """Progress, on the error stream."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Bed:
    """A system of the benchmark's own, its engine, and a patient way to the database."""

    system: System
    config: Config
    engine: Engine
    patient: AsyncEngine

    @property
    def files(self) -> LogFiles:
        """transactions.log."""
        return LogFiles(self.system.home.logs)

    async def settled(self) -> None:
        """Wait until the log has caught up, so that what follows does not pay for what came before."""
        await until_logged(self.patient, self.files, _SETTLE_TIMEOUT_S)

    async def as_superuser(self, *statements: str) -> None:
        """Do what only the server's owner may: checkpoints and databases."""
        assert self.system.servers is not None, "the benchmark runs servers of its own"
        assert self.system.servers.postgres is not None, "the benchmark runs servers of its own"
        connection = await asyncpg.connect(
            self.system.servers.postgres.superuser_url.replace("+asyncpg", ""), timeout=10
        )
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def require_clean_audit(self) -> None:
        """Raise `AssertionError` if anything that was measured does not add up."""
        tell("auditing")
        report = await audit(self.patient, self.files, self.config.engine)
        assert report.clean, report.violations
        tell(f"the audit is clean: {report.ledger_entries} ledger entries in {report.seconds} s")


@asynccontextmanager
async def made_bed(registered: int = REGISTERED) -> AsyncIterator[Bed]:
    """Servers in a temporary home, with `registered` players who have a purse, and `ACTIVE` of them collections."""
    config = load_config(ROOT / "config")
    settings = load_cluster_settings(ROOT / "config")
    with short_directory() as directory:
        home = Home(directory / "home")
        owned = System.own(home, settings, Environment.read({}), progress=tell)
        async with owned as system, running_engine(system, config) as engine:
            patient = connect(system.database_url, config.engine, name="faye-bench", patient=True)
            try:
                bed = Bed(system, config, engine, patient)
                tell(f"registering {registered} players")
                await register(patient, config.game, PURSE, registered, lambda line: None)
                esprits = await collect(patient, config.game, every=max(1, registered // ACTIVE))
                tell(f"gave those who play {esprits} Esprits")
                await bed.settled()
                await bed.as_superuser("CHECKPOINT")
                yield bed
            finally:
                await patient.dispose()


@contextmanager
def short_directory() -> Iterator[Path]:
    """A temporary directory that PostgreSQL's account can pass through."""
    with tempfile.TemporaryDirectory(prefix="faye-bench-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        yield directory


@asynccontextmanager
async def router_to(
    handles: dict[str, Any], database: AsyncEngine, config: Config
) -> AsyncIterator[ShardRouter]:
    """A router as a front-end has it, to hosts that the benchmark started on the Ray that it has joined."""
    streams = StreamDelivery(RayDelivery(handles))
    hosts = list(handles)
    async with asyncio.timeout(_START_TIMEOUT_S):
        for handle in handles.values():
            await handle.ping.remote()
    await streams.connect(hosts, _STREAMS_TIMEOUT_S)
    assert sorted(streams.streams()) == sorted(hosts), "the streams stand before anything is measured"
    router = ShardRouter(streams, PostgresStore(database), hosts, config.engine)
    router.start()
    try:
        yield router
    finally:
        await router.close()
        await streams.close()


Ask = Callable[[], Command | Query]


async def asked(
    router: ShardRouter, in_flight: int, ask: Ask, expected: type[Reply], seconds: float = SECONDS
) -> tuple[float, float]:
    """Keep `in_flight` requests under way; (replies `expected` a second, their median latency in ms).

    Nothing else counts, and what is answered after the time does not either.
    """
    latencies = Histogram()
    clock = time.perf_counter
    end_s = clock() + seconds

    async def client() -> None:
        while (began_s := clock()) < end_s:
            reply = await router.ask(ask())
            if isinstance(reply, expected) and (now_s := clock()) <= end_s:
                latencies.add((now_s - began_s) * 1000)

    await asyncio.gather(*(client() for _ in range(in_flight)))
    p50 = latencies.quantile(0.5)
    assert p50 is not None, f"no {expected.__name__} came back"
    return latencies.count / seconds, p50


async def touched(router: ShardRouter, requests: Iterator[Command | Query], in_flight: int = 512) -> float:
    """Ask each request once; how many a second."""
    number = 0
    began_s = time.perf_counter()

    async def client() -> None:
        nonlocal number
        for request in requests:
            await router.ask(request)
            number += 1

    await asyncio.gather(*(client() for _ in range(in_flight)))
    return number / (time.perf_counter() - began_s)


def spread(of: int, number: int = ACTIVE) -> list[int]:
    """`number` of `of` players (counted from 0), evenly apart: who is active lies everywhere in the table."""
    return [place * of // number for place in range(number)]


def anybody(players: list[int]) -> Callable[[], int]:
    """Draws one of `players`, each as likely."""
    choice = random.Random(7).choice
    return lambda: choice(players)
