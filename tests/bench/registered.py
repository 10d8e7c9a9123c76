"""P7: does it matter how many players are registered? And what does an active one cost in memory?

Each measurement has a database and hosts of its own on the same server. They have no log: nobody projects it, for
either side, and they are not audited; the main database is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psutil
import ray
import sqlalchemy as sa
from msgspec.structs import replace

from actors.host import start_host
from actors.router import ShardRouter
from cluster.engine import host_names, valkey_leases
from cluster.load.faucet import player_id, register
from faye.config import Config, encode_config
from faye.database.data_loader import load_data
from faye.database.db import connect
from faye.database.migrate import migrate
from faye.database.partitions import make_partitions
from faye.messages.craft import Craft, Crafted
from faye.messages.profile import GetInventory
from tests.bench.bed import ACTIVE, PURSE, ROUNDS, Bed, anybody, asked, router_to, spread, tell, touched
from tests.bench.figures import Figure, Goal, figure
from tests.builders import new_key

FEW: Final = 10_000
MANY: Final = 3_000_000
IN_FLIGHT: Final = 512
ESPRITS: Final = 20
_KB: Final = 1000
_ACCUSTOMED: Final = 500
"""Players activated before memory is measured, so that code and buffers are there."""

_GIVE_ESPRITS: Final = sa.text(
    "INSERT INTO esprits (id, player_id, species, gained_at) "
    "SELECT p.id - (CAST(n AS bigint) << 40), p.id, :species, now() "
    "FROM players p CROSS JOIN generate_series(1, :each) n"
)


@dataclass(frozen=True)
class Stand:
    """Players in a database of their own, and the hosts and the router for them."""

    router: ShardRouter
    handles: dict[str, Any]

    async def host_bytes(self) -> int:
        """What the hosts hold in memory now."""
        pids = [(await self.router.delivery.ping(host)).pid for host in self.handles]
        return sum(psutil.Process(pid).memory_info().rss for pid in pids)


async def measure(bed: Bed, wanted: set[str]) -> list[Figure]:
    """P7 and what stands beside it."""
    return [*await _memory(bed), *await _throughput(bed)]


# ---------------------------------------------------------------------- throughput


async def _throughput(bed: Bed) -> list[Figure]:
    rates: dict[str, list[float]] = {"few": [], "many": []}
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(stand(bed, "few", FEW))
        many = await stack.enter_async_context(stand(bed, "many", MANY))
        active = {"few": spread(FEW), "many": spread(MANY)}
        cold: dict[str, float] = {}
        for name, there in (("few", few), ("many", many)):
            before = await there.host_bytes()
            cold[name] = await touched(there.router, inventories(active[name]))
            tell(f"{name}: {(await there.host_bytes() - before) / 1e6:.0f} MB for {ACTIVE} active players")
        for number in range(ROUNDS):
            tell(f"{MANY} registered beside {FEW}, round {number + 1} of {ROUNDS}")
            for name, there in (("few", few), ("many", many)):
                draw = anybody([player_id(place) for place in active[name]])

                def ask(draw: Callable[[], int] = draw) -> Craft:
                    return Craft(player_id=draw(), idempotency_key=new_key(), amount=1)

                rates[name].append((await asked(there.router, IN_FLIGHT, ask, Crafted))[0])
    return [
        figure(
            "P7", f"crafts/s, {ACTIVE} active of {MANY} registered", "/s", rates["many"],
            against=f"of {FEW} registered", peer=rates["few"], goal=Goal(least=0.75),
        ),
        figure(
            "P7.cold", f"cold activations/s of {MANY} registered", "/s", [cold["many"]],
            against=f"of {FEW} registered", peer=[cold["few"]],
        ),
    ]  # fmt: skip


# ---------------------------------------------------------------------- memory


async def _memory(bed: Bed) -> list[Figure]:
    """What one host's memory grows by when players are activated, for each of them."""
    found = []
    for esprits in (0, ESPRITS):
        async with stand(bed, f"grains_{esprits}", ACTIVE + _ACCUSTOMED, esprits=esprits, hosts=1) as one:
            await touched(one.router, inventories(range(_ACCUSTOMED)))
            before = await one.host_bytes()
            await touched(one.router, inventories(range(_ACCUSTOMED, _ACCUSTOMED + ACTIVE)))
            each_kb = (await one.host_bytes() - before) / ACTIVE / _KB
        goal = Goal(most=10 + 3 * esprits, of_ratio=False)
        what = f"memory of an active grain with {esprits} Esprits"
        found.append(figure(f"P7.grain_{esprits}", what, "kB", [each_kb], goal=goal))
    return found


def inventories(places: Iterable[int]) -> Iterator[GetInventory]:
    return (GetInventory(player_id=player_id(place)) for place in places)


# ---------------------------------------------------------------------- stands


@asynccontextmanager
async def stand(
    bed: Bed,
    name: str,
    players: int,
    *,
    esprits: int = 0,
    hosts: int | None = None,
    flush_commands_max: int | None = None,
) -> AsyncIterator[Stand]:
    """A database with so many players, and hosts over it; both are gone afterwards."""
    tell(f"registering {players} players in a database of their own")
    database_name = f"bench_{name}"
    url = urlunsplit(urlsplit(bed.system.database_url)._replace(path=f"/{database_name}"))
    engine = bed.config.engine
    config = replace(
        bed.config,
        engine=replace(
            engine,
            hosts=hosts or engine.hosts,
            flush_commands_max=flush_commands_max or engine.flush_commands_max,
        ),
    )
    await bed.as_superuser(f"CREATE DATABASE {database_name} OWNER faye")
    try:
        await _populate(url, config, players, esprits)
        await bed.as_superuser("CHECKPOINT")
        async with _hosts(bed, name, url, config) as stand:
            yield stand
    finally:
        await bed.as_superuser(f"DROP DATABASE {database_name} WITH (FORCE)")


async def _populate(url: str, config: Config, players: int, esprits: int) -> None:
    patient = connect(url, config.engine, name="faye-bench", patient=True)
    try:
        await migrate(patient)
        await make_partitions(patient, datetime.now(UTC), config.engine)
        await load_data(patient, config.game)
        await register(patient, config.game, PURSE, players, lambda line: None, with_starter=False)
        if esprits:
            species = next(iter(config.game.roster))
            async with patient.begin() as connection:
                await connection.execute(_GIVE_ESPRITS, {"species": species, "each": esprits})
                await connection.execute(sa.text("ANALYZE esprits"))
    finally:
        await patient.dispose()


@asynccontextmanager
async def _hosts(bed: Bed, name: str, url: str, config: Config) -> AsyncIterator[Stand]:
    namespace = f"bench-{name}"
    leases = valkey_leases(bed.system.redis_url, namespace)
    handles: dict[str, Any] = {
        host: start_host(host, namespace, url, encode_config(config), leases)
        for host in host_names(config.engine)
    }
    database = connect(url, config.engine, name="faye-bench")
    try:
        async with router_to(handles, database, config) as router:
            yield Stand(router, handles)
    finally:
        for handle in handles.values():
            ray.kill(handle)
        await database.dispose()
