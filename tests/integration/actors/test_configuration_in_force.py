"""The configuration is changed while everybody plays: each command is decided and written under one of them."""

import asyncio
import random
from collections import defaultdict

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.store import ConfigurationChanged
from faye.config import Config, GameConfig
from faye.database.configurations import Configurations
from faye.messages.craft import Craft, Crafted
from faye.messages.start import Start
from tests.builders import new_key

PLAYERS = range(1, 9)


def priced(config: Config, shards: int) -> GameConfig:
    """The shipped game with another price of a fayrite and a purse for many of them; the price names it."""
    game = config.game
    start = replace(game.start, purse=game.start.purse | {"fayrite_shards": 10**6})
    return replace(game, craft=replace(game.craft, shards_per_fayrite=shards), start=start, id=shards)


class System:
    """Two hosts that own everybody, each with a front-end of its own; nobody tells them of a change."""

    def __init__(self, engine: AsyncEngine, config: Config, game: GameConfig) -> None:
        self.configurations = Configurations(engine)
        started_with = replace(config, game=game)
        store = PostgresStore(engine)
        self.hosts = [Runtime(store, started_with, newest=self.configurations.newest) for _ in range(2)]
        self.routers = [
            ShardRouter(LocalDelivery({"it": host}), store, ["it"], config.engine) for host in self.hosts
        ]

    async def craft(self, router: int, player: int) -> int:
        """Craft one fayrite; gives its price."""
        reply = await self.routers[router].ask(Craft(player_id=player, idempotency_key=new_key(), amount=1))
        assert isinstance(reply, Crafted), reply
        return reply.shards_spent

    async def close(self) -> None:
        for router in self.routers:
            await router.close()


async def test_a_change_takes_effect_for_every_command_that_is_asked_after_it(
    engine: AsyncEngine, config: Config
) -> None:
    system = System(engine, config, priced(config, 10))
    await system.configurations.put_in_force(priced(config, 10))
    for player in PLAYERS:
        await system.routers[0].ask(Start(player_id=player, idempotency_key=new_key()))
    put_in_force, prices, stop = 10, [], asyncio.Event()
    chance = random.Random(4)

    async def play() -> None:
        while not stop.is_set():
            least = put_in_force
            price = await system.craft(chance.randrange(2), chance.choice(PLAYERS))
            assert price >= least, f"asked after {least} was in force, decided under {price}"
            prices.append(price)

    playing = [asyncio.create_task(play()) for _ in range(12)]
    for price in range(11, 21):
        had = len(prices)
        await system.configurations.put_in_force(priced(config, price))
        put_in_force = price
        async with asyncio.timeout(20):
            while len(prices) < had + 60 and not any(task.done() for task in playing):
                await asyncio.sleep(0.005)
    stop.set()
    await asyncio.gather(*playing)
    await system.close()
    assert set(prices) == set(range(10, 21))
    await the_ledger_agrees(engine)


async def the_ledger_agrees(engine: AsyncEngine) -> None:
    """Each line was reckoned under the configuration that it names, and no player's configuration goes back."""
    query = (
        "SELECT player_id, config_id, delta FROM ledger WHERE event = 'craft' AND asset = 'fayrite_shards' "
        "ORDER BY player_id, version"
    )
    by_player: dict[int, list[int]] = defaultdict(list)
    async with engine.connect() as connection:
        for player_id, config_id, delta in await connection.execute(sa.text(query)):
            assert delta == -config_id
            by_player[player_id].append(config_id)
    for configurations in by_player.values():
        assert configurations == sorted(configurations)


async def test_a_host_that_is_started_with_an_earlier_one_decides_under_the_one_in_force(
    engine: AsyncEngine, config: Config
) -> None:
    system = System(engine, config, priced(config, 10))
    await system.configurations.put_in_force(priced(config, 10))
    await system.routers[0].ask(Start(player_id=1, idempotency_key=new_key()))
    await system.configurations.put_in_force(priced(config, 12))
    late = System(engine, config, priced(config, 10))
    assert await late.craft(1, 1) == 12
    assert await system.craft(0, 1) == 12
    assert late.hosts[1].in_force.game == priced(config, 12)
    await system.close()
    await late.close()


async def test_what_is_kept_comes_back_as_it_was(engine: AsyncEngine, config: Config) -> None:
    configurations = Configurations(engine)
    assert await configurations.newest(config.game) is None
    await configurations.put_in_force(config.game)
    assert await configurations.newest(config.game) is config.game
    assert await configurations.newest(priced(config, 3)) == config.game


async def test_of_two_who_replace_the_same_one_the_second_puts_nothing_in_force(
    engine: AsyncEngine, config: Config
) -> None:
    configurations = Configurations(engine)
    await configurations.put_in_force(priced(config, 10))
    for price in (11, 12):
        await configurations.keep(priced(config, price))
    store = PostgresStore(engine)
    await store.exchange([1], new_key(), lambda players: [], 10, put_in_force=11)
    with pytest.raises(ConfigurationChanged):
        await store.exchange([1], new_key(), lambda players: [], 10, put_in_force=12)
    found = await configurations.newest(config.game)
    assert found is not None
    assert found.id == 11
