"""Ray itself killed, and hosts that are stopped and go on: survivors serve, and nothing is lost or doubled."""

import asyncio
import os
import signal
import time

from cluster.engine import Engine
from cluster.system import System
from faye.config import Config
from faye.messages import Command, Undecided
from faye.messages.craft import Craft, Crafted
from faye.messages.refusals import Abandoned
from faye.messages.start import Start, Started
from tests.builders import new_key
from tests.faults.conftest import audited, pongs

PLAYERS = range(1, 13)
SURVIVORS_ANSWER_WITHIN_S = 6.0
RAY_IS_BACK_WITHIN_S = 60.0


async def start_players(engine: Engine) -> None:
    replies = await asyncio.gather(
        *(engine.router.ask(Start(player_id=player, idempotency_key=new_key())) for player in PLAYERS)
    )
    assert all(isinstance(reply, Started) for reply in replies)


def craft(player: int) -> Craft:
    return Craft(player_id=player, idempotency_key=new_key(), amount=1)


async def crafted(engine: Engine, command: Command) -> bool:
    return isinstance(await engine.router.ask(command), Crafted)


async def test_a_stopped_host_is_replaced_and_harmless_when_it_goes_on(
    system: System, engine: Engine, config: Config
) -> None:
    await start_players(engine)
    victim = (await pongs(engine))[0]
    os.kill(victim.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert all(await asyncio.gather(*(crafted(engine, craft(player)) for player in PLAYERS)))
        assert time.monotonic() - began < SURVIVORS_ANSWER_WITHIN_S
        await asyncio.sleep(config.engine.lease_duration_ms / 1000)
    finally:
        os.kill(victim.pid, signal.SIGCONT)
    await pongs(engine)
    assert all(await asyncio.gather(*(crafted(engine, craft(player)) for player in PLAYERS)))
    report = await audited(system, config)
    assert report.clean, report.violations


async def test_front_ends_rejoin_a_ray_that_was_killed(
    system: System, engine: Engine, config: Config
) -> None:
    await start_players(engine)
    assert system.servers is not None, "this process owns the system"
    assert system.servers.ray is not None
    system.servers.ray.kill()
    lost = craft(1)
    reply = await engine.router.ask(lost)
    assert isinstance(reply, (Crafted, Abandoned, Undecided)), "whatever it says is true"
    deadline = time.monotonic() + RAY_IS_BACK_WITHIN_S
    while not await crafted(engine, craft(2)):
        assert time.monotonic() < deadline, "nobody answers after Ray was killed"
    if isinstance(reply, Abandoned):
        assert await engine.router.ask(lost) == reply
    report = await audited(system, config)
    assert report.clean, report.violations
