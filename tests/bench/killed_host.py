"""P8: a host is killed under P1's load. How long do its players wait, and is anything lost or done twice?"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from actors.delivery import DeliveryFailed
from actors.ids import PLAYER, GrainId, shard_of
from actors.router import ShardRouter
from cluster.load.faucet import player_id
from faye.messages.craft import Craft, Crafted
from tests.bench.bed import ACTIVE, REGISTERED, Bed, anybody, spread, tell
from tests.bench.figures import Figure, Goal, figure
from tests.builders import new_key

KILLS: Final = 3
IN_FLIGHT: Final = 256
BEFORE_S: Final = 1.0
AFTER_S: Final = 4.0
_BACK_TIMEOUT_S: Final = 30.0


@dataclass
class Watched:
    """Every acknowledged key, and the longest wait of a killed host's player."""

    acknowledged: set[int] = field(default_factory=set)
    victims: set[int] = field(default_factory=set)
    """The players whose host was killed."""
    killed_at_s: float = float("inf")
    first_s: float | None = None
    """From the kill to the first answer that one of them got to what was asked after it."""
    longest_s: float = 0.0
    """The longest that one of them waited for an answer that came after the kill."""

    def hear(self, player: int, key: int, asked_s: float, answered_s: float, done: bool) -> None:
        """Note one answer."""
        if done:
            self.acknowledged.add(key)
        if player not in self.victims or answered_s < self.killed_at_s:
            return
        self.longest_s = max(self.longest_s, answered_s - max(asked_s, self.killed_at_s))
        if asked_s > self.killed_at_s and self.first_s is None:
            self.first_s = answered_s - self.killed_at_s


async def measure(bed: Bed, wanted: set[str]) -> list[Figure]:
    """P8, and that nothing was lost or doubled."""
    firsts: list[float] = []
    longests: list[float] = []
    lost = doubled = 0
    for number in range(KILLS):
        tell(f"a host is killed under load, {number + 1} of {KILLS}")
        watched = await _kill_one(bed, number)
        assert watched.first_s is not None, "the killed host's players were answered again"
        firsts.append(watched.first_s)
        longests.append(watched.longest_s)
        kept, twice = await _effects(bed, watched.acknowledged)
        lost += len(watched.acknowledged) - kept
        doubled += twice
        await _until_all_live(bed.engine.router)
        await bed.settled()
    assert (lost, doubled) == (0, 0), f"{lost} acknowledged commands lost, {doubled} applied twice"
    none = Goal(most=0, of_ratio=False)
    return [
        figure("P8", "kill to the first answer of its players", "s", firsts, goal=Goal(most=2, of_ratio=False)),
        figure("P8.longest", "longest wait of one of its players", "s", longests),
        figure("P8.lost", "acknowledged commands lost", "", [lost], goal=none),
        figure("P8.doubled", "commands applied twice", "", [doubled], goal=none),
    ]  # fmt: skip


async def _kill_one(bed: Bed, number: int) -> Watched:
    router = bed.engine.router
    host = router.placement.hosts[number % len(router.placement.hosts)]
    active = [player_id(place) for place in spread(REGISTERED, ACTIVE)]
    watched = Watched()
    stop = asyncio.Event()
    load = [asyncio.create_task(_client(router, active, watched, stop)) for _ in range(IN_FLIGHT)]
    await asyncio.sleep(BEFORE_S)
    pid = (await router.delivery.ping(host)).pid
    watched.victims = {
        player for player in active if router.placement.host_of(shard_of(GrainId(PLAYER, player))) == host
    }
    watched.killed_at_s = time.perf_counter()
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(AFTER_S)
    stop.set()
    await asyncio.gather(*load)
    return watched


async def _client(router: ShardRouter, active: list[int], watched: Watched, stop: asyncio.Event) -> None:
    draw = anybody(active)
    while not stop.is_set():
        player, key = draw(), new_key()
        asked_s = time.perf_counter()
        reply = await router.ask(Craft(player_id=player, idempotency_key=key, amount=1))
        watched.hear(player, key, asked_s, time.perf_counter(), isinstance(reply, Crafted))


async def _effects(bed: Bed, keys: set[int]) -> tuple[int, int]:
    """How many of the keys have an effect in the ledger, and how many have more than one."""
    query = sa.text(
        "SELECT count(*), count(*) FILTER (WHERE effects > 1) FROM (SELECT count(DISTINCT version) AS effects "
        "FROM ledger WHERE idempotency_key = ANY(CAST(:keys AS bigint[])) GROUP BY idempotency_key) found"
    )
    async with bed.patient.connect() as connection:
        kept, twice = (await connection.execute(query, {"keys": list(keys)})).one()
    return kept, twice


async def _until_all_live(router: ShardRouter) -> None:
    """Wait until the killed host is back."""
    deadline_s = time.monotonic() + _BACK_TIMEOUT_S
    while True:
        try:
            for host in router.placement.hosts:
                await router.delivery.ping(host)
        except DeliveryFailed:
            assert time.monotonic() < deadline_s, "a killed host did not come back"
            await asyncio.sleep(0.1)
        else:
            return
