"""P5: `/profile` from warm grains, beside hosts that only echo, over the same router and streams."""

from __future__ import annotations

from typing import Final

import ray

from cluster.load.faucet import player_id
from faye.messages.profile import GetProfile, Profile
from tests.bench.bed import (
    ACTIVE,
    REGISTERED,
    ROUNDS,
    Bed,
    anybody,
    asked,
    router_to,
    spread,
    tell,
    touched,
)  # fmt: skip
from tests.bench.echo_host import start_echo_hosts
from tests.bench.figures import Figure, Goal, figure

IN_FLIGHT: Final = 512


async def measure(bed: Bed, wanted: set[str]) -> list[Figure]:
    """P5."""
    router = bed.engine.router
    active = [player_id(number) for number in spread(REGISTERED, ACTIVE)]
    await touched(router, (GetProfile(player_id=player) for player in active))
    reply = await router.ask(GetProfile(player_id=active[0]))
    assert isinstance(reply, Profile)
    draw = anybody(active)

    def ask() -> GetProfile:
        return GetProfile(player_id=draw())

    grains: list[float] = []
    echoes: list[float] = []
    handles = start_echo_hosts(bed.config.engine.hosts, reply)
    async with router_to(handles, bed.engine.database, bed.config) as echo:
        for number in range(ROUNDS):
            tell(f"reads, round {number + 1} of {ROUNDS}")
            grains.append((await asked(router, IN_FLIGHT, ask, Profile))[0])
            echoes.append((await asked(echo, IN_FLIGHT, ask, Profile))[0])
    for handle in handles.values():
        ray.kill(handle)
    return [
        figure(
            "P5", f"profiles/s from warm grains, {IN_FLIGHT} in flight", "/s", grains,
            against="hosts that echo, same delivery", peer=echoes, goal=Goal(least=0.8),
        )
    ]  # fmt: skip
