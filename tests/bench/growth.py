"""How cost grows: with registered players, hosts, requests in flight and the size of a batch; with a plot of each.

`make growth` takes about ten minutes on two cores and writes `build/growth.json` and `docs/images/growth-*.svg`.
"""

import os

os.environ["RAY_AUTH_MODE"] = "token"  # read by Ray when it is imported

import asyncio
import json
import statistics
from typing import Final

import uvloop

from cluster.load.faucet import player_id
from faye.messages.craft import Craft, Crafted
from tests.bench.bed import ACTIVE, ROOT, ROUNDS, Bed, anybody, asked, made_bed, spread, tell, touched
from tests.bench.plot import Line, plot
from tests.bench.registered import Stand, inventories, stand
from tests.builders import new_key

REGISTERED: Final = (10_000, 300_000, 3_000_000)
HOSTS: Final = (1, 2, 4)
BATCHES: Final = (1, 4, 16, 64, 256)
IN_FLIGHT: Final = (1, 4, 16, 64, 256, 1024)
USUAL_IN_FLIGHT: Final = 512

Figures = dict[str, dict[int, float]]


async def main() -> None:
    """Measure everything, then write it down."""
    async with made_bed(1) as bed:
        found = {
            **await _by_registered(bed),
            **await _by_hosts(bed),
            **await _by_batch(bed),
        }
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build" / "growth.json").write_text(json.dumps(found, indent=2) + "\n")
    _draw(found)
    print(json.dumps(found, indent=2))


async def _by_registered(bed: Bed) -> Figures:
    rates: dict[int, float] = {}
    cold: dict[int, float] = {}
    for registered in REGISTERED:
        async with stand(bed, f"of_{registered}", registered) as there:
            active = spread(registered)
            cold[registered] = await touched(there.router, inventories(active))
            rates[registered] = (await _crafts(there, active, USUAL_IN_FLIGHT))[0]
            tell(f"{registered} registered: {rates[registered]:.0f}/s, {cold[registered]:.0f} activations/s")
    return {"crafts/s by registered players": rates, "cold activations/s by registered players": cold}


async def _by_hosts(bed: Bed) -> Figures:
    rates: dict[int, float] = {}
    latencies: dict[int, float] = {}
    throughput: dict[int, float] = {}
    for hosts in HOSTS:
        async with stand(bed, f"with_{hosts}", ACTIVE, hosts=hosts) as there:
            await touched(there.router, inventories(range(ACTIVE)))
            rates[hosts] = (await _crafts(there, spread(ACTIVE), USUAL_IN_FLIGHT))[0]
            tell(f"{hosts} hosts: {rates[hosts]:.0f}/s")
            if hosts == bed.config.engine.hosts:
                for in_flight in IN_FLIGHT:
                    throughput[in_flight], latencies[in_flight] = await _crafts(
                        there, spread(ACTIVE), in_flight
                    )
                    tell(
                        f"{in_flight} in flight: {throughput[in_flight]:.0f}/s, {latencies[in_flight]:.1f} ms"
                    )
    return {
        "crafts/s by hosts": rates,
        "crafts/s by requests in flight": throughput,
        "p50 in ms by requests in flight": latencies,
    }


async def _by_batch(bed: Bed) -> Figures:
    rates: dict[int, float] = {}
    for size in BATCHES:
        async with stand(bed, f"batches_{size}", ACTIVE, flush_commands_max=size) as there:
            await touched(there.router, inventories(range(ACTIVE)))
            rates[size] = (await _crafts(there, spread(ACTIVE), USUAL_IN_FLIGHT))[0]
            tell(f"batches of at most {size}: {rates[size]:.0f}/s")
    return {"crafts/s by largest batch": rates}


async def _crafts(there: Stand, active: list[int], in_flight: int) -> tuple[float, float]:
    """Crafts a second and their median latency in ms, medians of the rounds."""
    draw = anybody([player_id(place) for place in active])

    def ask() -> Craft:
        return Craft(player_id=draw(), idempotency_key=new_key(), amount=1)

    rounds = [await asked(there.router, in_flight, ask, Crafted) for _ in range(ROUNDS)]
    return statistics.median(rate for rate, _ in rounds), statistics.median(p50 for _, p50 in rounds)


def _draw(found: Figures) -> None:
    """One picture for each thing that grows."""
    pictures = {
        "registered": ("Registered players", ("crafts/s by registered players",)),
        "hosts": ("Hosts, on two cores", ("crafts/s by hosts",)),
        "batches": ("Largest batch of one commit", ("crafts/s by largest batch",)),
        "in-flight": ("Requests in flight", ("crafts/s by requests in flight",)),
        "latency": ("Requests in flight", ("p50 in ms by requests in flight",)),
    }
    for name, (along, series) in pictures.items():
        lines = [Line(title.partition(" by ")[0], found[title]) for title in series]
        (ROOT / "docs" / "images" / f"growth-{name}.svg").write_text(plot(along, lines))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
