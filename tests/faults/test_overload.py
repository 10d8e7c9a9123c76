"""Ten times the sustainable rate on the real stack: memory stays bounded, a no comes at once, and it is over soon.

The hosts are held back to a rate that one process can exceed tenfold. `FAYE_OVERLOAD_S=30` makes it last longer.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator

import psutil
import pytest
from msgspec.structs import replace

from cluster.engine import Engine, running_engine
from cluster.load.histogram import Histogram
from cluster.system import System
from faye.config import Config
from faye.messages import Command, Refusal, Reply
from faye.messages.craft import Craft, Crafted
from faye.messages.daily import ClaimDaily
from faye.messages.refusals import Abandoned, Busy, NotKnownYet, TooSoon
from faye.messages.start import Start
from tests.builders import new_key
from tests.faults.conftest import audited, pongs

PLAYERS = range(1, 301)
LASTS_S = float(os.environ.get("FAYE_OVERLOAD_S", "8"))
MEASURED_S = 3.0
TIMES = 10
CLIENTS = 64
ACCEPTED_P99_MS = 6_000.0
"""On a machine of its own it is half a second; here other tests share the processors."""
BUSY_P50_MS = 400.0
BUSY_P99_MS = 3_000.0
ACCEPTED_SHARE_LEAST = 0.15
"""Of what was sustained before; the storm takes a core for itself, and other tests come and go beside it."""
RECOVERED_WITHIN_S = 5.0
GROWTH_MAX_BYTES = 200 * 1024 * 1024


@pytest.fixture
def config(config: Config) -> Config:
    """Hosts that commit little at a time."""
    slow = replace(config.engine, hosts=1, flush_commands_max=2, flushes_in_flight_max=1)
    return replace(config, engine=slow)


@pytest.fixture
async def engine(system: System, config: Config) -> AsyncIterator[Engine]:
    async with running_engine(system, config) as engine:
        yield engine


class Crowd:
    """Players who claim their daily gift over and over: refused or not, each is a command that is stored."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._number = 0
        self.accepted = Histogram()
        self.busy = Histogram()
        self.others: list[Refusal] = []

    async def start(self) -> None:
        starts = [Start(player_id=player, idempotency_key=new_key()) for player in PLAYERS]
        for first in range(0, len(starts), CLIENTS):
            await asyncio.gather(*(self._engine.router.ask(each) for each in starts[first : first + CLIENTS]))

    async def sustained(self) -> float:
        """Commands a second with a few clients that wait for their answers."""
        ends = time.monotonic() + MEASURED_S
        done = 0

        async def client() -> None:
            nonlocal done
            while time.monotonic() < ends:
                await self._engine.router.ask(self._command())
                done += 1

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        return done / MEASURED_S

    async def storm(self, rate: float) -> int:
        """Ask at `rate`, whatever becomes of it; how many."""
        asking: set[asyncio.Task[None]] = set()
        began, number = time.monotonic(), 0
        while (passed := time.monotonic() - began) < LASTS_S:
            while number < passed * rate:
                task = asyncio.create_task(self._one())
                asking.add(task)
                task.add_done_callback(asking.discard)
                number += 1
            await asyncio.sleep(0.002)
        await asyncio.gather(*asking)
        return number

    async def _one(self) -> None:
        began = time.monotonic()
        reply = await self._engine.router.ask(self._command())
        took_ms = (time.monotonic() - began) * 1000
        if isinstance(reply, Busy):
            self.busy.add(took_ms)
        else:
            self.accepted.add(took_ms)
            if isinstance(reply, (Abandoned, NotKnownYet)):
                self.others.append(reply)

    def _command(self) -> Command:
        self._number += 1
        return ClaimDaily(player_id=PLAYERS[self._number % len(PLAYERS)], idempotency_key=new_key())


@pytest.mark.timeout(300)
async def test_ten_times_the_sustainable_rate_is_borne(
    system: System, engine: Engine, config: Config
) -> None:
    crowd = Crowd(engine)
    await crowd.start()
    sustained = await crowd.sustained()
    processes = [psutil.Process(pong.pid) for pong in await pongs(engine)] + [psutil.Process()]
    before = sum(process.memory_info().rss for process in processes)
    asked = await crowd.storm(TIMES * sustained)
    ended = time.monotonic()
    growth = sum(process.memory_info().rss for process in processes) - before
    reply: Reply = Busy()
    while isinstance(reply, Busy):
        began = time.monotonic()
        reply = await engine.router.ask(Craft(player_id=1, idempotency_key=new_key(), amount=1))
    recovered = time.monotonic()
    told = (
        f"{sustained:.0f}/s sustained, {asked / LASTS_S:.0f}/s asked for {LASTS_S:g} s: "
        f"{crowd.accepted.count} accepted, p99 {crowd.accepted.quantile(0.99):.0f} ms, {len(crowd.others)} in vain; "
        f"{crowd.busy.count} refused, p50 {crowd.busy.quantile(0.5):.0f} ms, p99 {crowd.busy.quantile(0.99):.0f} ms; "
        f"memory grew by {growth / 1e6:.0f} MB; well again {recovered - ended:.2f} s later"
    )
    print(f"\n{told}")
    assert isinstance(reply, (Crafted, TooSoon)), reply
    assert crowd.busy.count > asked / 2, told
    assert (crowd.accepted.quantile(0.99) or 0) < ACCEPTED_P99_MS, told
    assert (crowd.busy.quantile(0.5) or 0) < BUSY_P50_MS, told
    assert (crowd.busy.quantile(0.99) or 0) < BUSY_P99_MS, told
    assert crowd.accepted.count > ACCEPTED_SHARE_LEAST * sustained * LASTS_S, told
    assert growth < GROWTH_MAX_BYTES, told
    assert recovered - ended < RECOVERED_WITHIN_S, told
    assert recovered - began < 1.0, told
    assert not crowd.others, f"what is accepted is done: {crowd.others[0]}, {told}"
    report = await audited(system, config)
    assert report.clean, report.violations
