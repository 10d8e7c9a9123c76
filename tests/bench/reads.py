"""P5: `/profile` from warm grains, beside hosts that only echo, over the same router and streams."""

from __future__ import annotations

import random
from typing import Final

import ray

from cluster.load.faucet import player_id
from faye.messages import Query, Reply
from faye.messages.level import GetLevel
from faye.messages.profile import GetInventory, GetProfile, Profile
from faye.messages.team import GetTeam
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
ANYTHING: Final[tuple[type[Query], ...]] = (GetProfile, GetInventory, GetLevel, GetTeam)


async def measure(bed: Bed, wanted: set[str]) -> list[Figure]:
    """P5: the same question again, as of a warm grain; and different ones, which rules have to answer."""
    router = bed.engine.router
    active = [player_id(number) for number in spread(REGISTERED, ACTIVE)]
    await touched(router, (GetProfile(player_id=player) for player in active))
    reply = await router.ask(GetProfile(player_id=active[0]))
    assert isinstance(reply, Profile)
    draw = anybody(active)

    def ask() -> GetProfile:
        return GetProfile(player_id=draw())

    def ask_anything() -> Query:
        return kind(ANYTHING)(player_id=draw())

    kind = random.Random(11).choice
    grains: list[float] = []
    mixed: list[float] = []
    echoes: list[float] = []
    handles = start_echo_hosts(bed.config.engine.hosts, reply)
    async with router_to(handles, bed.engine.database, bed.config) as echo:
        for number in range(ROUNDS):
            tell(f"reads, round {number + 1} of {ROUNDS}")
            await touched(router, (GetProfile(player_id=player) for player in active))
            grains.append((await asked(router, IN_FLIGHT, ask, Profile))[0])
            mixed.append((await asked(router, IN_FLIGHT, ask_anything, Reply))[0])
            echoes.append((await asked(echo, IN_FLIGHT, ask, Profile))[0])
    for handle in handles.values():
        ray.kill(handle)
    return [
        figure(
            "P5", f"profiles/s from warm grains, {IN_FLIGHT} in flight", "/s", grains,
            against="hosts that echo, same delivery", peer=echoes, goal=Goal(least=0.8),
        ),
        figure(
            "P5.mixed", "profiles, inventories, levels, teams/s, each as likely", "/s", mixed,
            against="hosts that echo, same delivery", peer=echoes,
        ),
    ]  # fmt: skip
