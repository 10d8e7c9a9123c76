"""New figures on the real stack: all hosts decide under them at once, also one that is killed, and who comes later."""

import asyncio
import os
import signal

from msgspec.structs import replace

from cluster.engine import Engine, running_engine
from cluster.system import System
from faye.config import Config, GameConfig
from faye.messages.admin import ConfigurationPutInForce, PutInForce
from faye.messages.craft import Craft, Crafted
from faye.messages.start import Start, Started
from faye.operators import OPERATORS_KEY
from tests.builders import new_key
from tests.faults.conftest import audited, pongs

PLAYERS = range(1, 17)


def priced(game: GameConfig, shards: int) -> GameConfig:
    return replace(game, craft=replace(game.craft, shards_per_fayrite=shards), id=shards)


async def prices(engine: Engine) -> set[int]:
    """What a fayrite costs each of the players, who are spread over all hosts."""

    async def price(player: int) -> int:
        reply = await engine.router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=1))
        assert isinstance(reply, Crafted), reply
        return reply.shards_spent

    return set(await asyncio.gather(*map(price, PLAYERS)))


async def test_new_figures_reach_every_host_a_killed_one_and_whoever_joins_later(
    system: System, config: Config
) -> None:
    async with running_engine(system, config) as engine:
        starts = (Start(player_id=player, idempotency_key=new_key()) for player in PLAYERS)
        assert all(
            isinstance(each, Started) for each in await asyncio.gather(*map(engine.router.ask, starts))
        )
        assert await prices(engine) == {10}
        await engine.configurations.keep(priced(config.game, 5))
        swapped = await engine.router.ask(
            PutInForce(
                player_id=OPERATORS_KEY,
                idempotency_key=new_key(),
                admin_id=1,
                config_id=5,
                known_id=config.game.id,
                changed=["craft"],
                at_restart=[],
            )
        )
        assert isinstance(swapped, ConfigurationPutInForce)
        assert await prices(engine) == {5}
        victim, *_ = await pongs(engine)
        os.kill(victim.pid, signal.SIGKILL)
        assert await prices(engine) == {5}
        assert len({pong.incarnation for pong in await pongs(engine)}) == 2
        assert await prices(engine) == {5}
    async with running_engine(system, config) as joined:
        assert joined.config.game == priced(config.game, 5), (
            "who joins takes over what the hosts decide under"
        )
        assert joined.config.bot == config.bot
        assert await prices(joined) == {5}
    report = await audited(system, config)
    assert report.clean, report.violations
