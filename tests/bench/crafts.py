"""P1 to P4: `Craft` through Ray-placed hosts, beside pgbench and beside one SQLModel session a command."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Final

from cluster.load.faucet import player_id
from faye.messages.craft import Craft, Crafted
from tests.bench import sessions
from tests.bench.bed import ACTIVE, REGISTERED, ROUNDS, Ask, Bed, anybody, asked, spread, tell, touched
from tests.bench.figures import Figure, Goal, best, figure
from tests.bench.pgbench import HOT, make_peer_tables, pgbench
from tests.builders import new_key

IN_FLIGHT: Final = (256, 1024)
CLIENTS: Final = (8, 16, 32)
HOT_IN_FLIGHT: Final = 256
HOT_CLIENTS: Final = (1, 8, 32)


class Rounds:
    """What was measured, round by round, by name."""

    def __init__(self) -> None:
        self._taken: dict[str, list[float]] = defaultdict(list)

    def note(self, name: str, value: float) -> None:
        """Keep one round's value."""
        self._taken[name].append(value)

    def of(self, name: str) -> list[float]:
        """All rounds of one measurement."""
        return self._taken[name]

    def best(self, name: str, variants: tuple[int, ...]) -> tuple[int, list[float]]:
        """The variant of a measurement with the highest median, and its rounds."""
        variant, rounds = best({str(each): self.of(f"{name} {each}") for each in variants})
        return int(variant), list(rounds)


async def measure(bed: Bed, wanted: set[str]) -> list[Figure]:
    """The wanted ones of P1 to P4."""
    await make_peer_tables(bed)
    active = [player_id(number) for number in spread(REGISTERED, ACTIVE)]
    await touched(bed.engine.router, (_craft(player) for player in active))
    rounds = Rounds()
    for number in range(ROUNDS):
        tell(f"crafts, round {number + 1} of {ROUNDS}")
        await _round(bed, wanted, rounds, active)
    return list(_figures(wanted, rounds))


def _craft(player: int) -> Craft:
    return Craft(player_id=player, idempotency_key=new_key(), amount=1)


async def _round(bed: Bed, wanted: set[str], rounds: Rounds, active: list[int]) -> None:
    """One of each, the engine's and the peers' in turn."""
    draw = anybody(active)

    def somebody() -> Craft:
        return _craft(draw())

    def the_hot_one() -> Craft:
        return _craft(player_id(HOT))

    async def hosts(name: str, in_flight: int, ask: Ask) -> None:
        rate, p50_ms = await asked(bed.engine.router, in_flight, ask, Crafted)
        rounds.note(f"{name} {in_flight}", rate)
        rounds.note(f"{name} ms {in_flight}", p50_ms)
        await bed.settled()

    async def peer(name: str, clients: int, *, hot: bool = False) -> None:
        rate, average_ms = await asyncio.to_thread(pgbench, bed, clients, hot=hot)
        rounds.note(f"{name} {clients}", rate)
        rounds.note(f"{name} ms {clients}", average_ms)

    if wanted & {"P1", "P2"}:
        for in_flight in IN_FLIGHT:
            await hosts("hosts", in_flight, somebody)
    if "P1" in wanted:
        for clients in CLIENTS:
            await peer("pgbench", clients)
    if "P2" in wanted:
        database = sessions.connected(bed)
        for clients in sessions.CLIENTS:
            rounds.note(f"sessions {clients}", await sessions.crafted(database, clients))
        await database.dispose()
    if "P3" in wanted:
        for number in (1, 16):
            await hosts("few", number, somebody)
            await peer("pgbench few", number)
    if "P4" in wanted:
        await hosts("hot", HOT_IN_FLIGHT, the_hot_one)
        for clients in HOT_CLIENTS:
            await peer("pgbench hot", clients, hot=True)


def _figures(wanted: set[str], rounds: Rounds) -> list[Figure]:
    found: list[Figure] = []
    if wanted & {"P1", "P2"}:
        in_flight, hosts = rounds.best("hosts", IN_FLIGHT)
    if "P1" in wanted:
        clients, peer = rounds.best("pgbench", CLIENTS)
        against, goal = f"pgbench, its best: {clients} clients", Goal(least=3)
        what = f"crafts/s, best of 256 and 1024 in flight: {in_flight}"
        found.append(figure("P1", what, "/s", hosts, against=against, peer=peer, goal=goal))
        found += [
            figure(
                f"P1.{each}", f"crafts/s, {each} in flight", "/s", rounds.of(f"hosts {each}"),
                against=against, peer=peer, goal=goal,
            )
            for each in IN_FLIGHT
        ]  # fmt: skip
    if "P2" in wanted:
        clients, peer = rounds.best("sessions", sessions.CLIENTS)
        against = f"a session a command, its best: {clients} in flight"
        found.append(figure("P2", "the same", "/s", hosts, against=against, peer=peer, goal=Goal(least=25)))
    if "P3" in wanted:
        for name, number, most in (("alone", 1, 2.0), ("16", 16, 1.5)):
            what = "p50 of one craft alone" if number == 1 else f"p50 of {number} crafts in flight"
            against = f"pgbench's average, {number} client{'s' if number > 1 else ''}"
            few, peer = rounds.of(f"few ms {number}"), rounds.of(f"pgbench few ms {number}")
            found.append(
                figure(f"P3.{name}", what, "ms", few, against=against, peer=peer, goal=Goal(most=most))
            )
    if "P4" in wanted:
        clients, peer = rounds.best("pgbench hot", HOT_CLIENTS)
        what = f"crafts/s on one player, {HOT_IN_FLIGHT} in flight"
        against = f"pgbench on one row, its best: {clients} client{'s' if clients > 1 else ''}"
        hot = rounds.of(f"hot {HOT_IN_FLIGHT}")
        found.append(figure("P4", what, "/s", hot, against=against, peer=peer, goal=Goal(least=8)))
    return found
