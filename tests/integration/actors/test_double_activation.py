"""Two hosts that both own everybody, over the real database: rare in life, harmless by the fence."""

import asyncio
import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from cluster.postgres import PostgresServer
from cluster.settings import ClusterSettings
from faye.config import Config
from faye.database.audit import audit
from faye.database.db import connect
from faye.messages import Command, Reply, Undecided
from faye.messages.craft import Craft, Crafted
from faye.messages.profile import GetInventory, Inventory
from faye.messages.refusals import NotKnownYet
from faye.messages.start import Start
from faye.messages.summon import Summon
from faye.messages.transfer import Transfer
from faye.utils.log_files import LogFiles
from tests.builders import new_key
from tests.conftest import prepare_database

PLAYERS = 12


class TwoOwners:
    """Two front-ends, each with a host of its own that it believes to be the only one."""

    def __init__(self, engine: AsyncEngine, config: Config, seed: int) -> None:
        self.chance = random.Random(seed)
        self.routers: list[ShardRouter] = []
        for name in ("a", "b"):
            store = PostgresStore(engine)
            runtime = Runtime(store, config)
            self.routers.append(ShardRouter(LocalDelivery({name: runtime}), store, [name], config.engine))
        self.replies: dict[int, list[Reply]] = {}
        self.commands: dict[int, Command] = {}

    async def ask(self, router: int, command: Command) -> Reply:
        reply = await self.routers[router].ask(command)
        self.commands[command.idempotency_key] = command
        if not isinstance(reply, Undecided):
            self.replies.setdefault(command.idempotency_key, []).append(reply)
        return reply

    async def play(self, clients: int, commands: int) -> None:
        for player in range(1, PLAYERS + 1):
            await self.ask(0, Start(player_id=player, idempotency_key=new_key()))
        await asyncio.gather(*(self._client(commands) for _ in range(clients)))

    async def _client(self, commands: int) -> None:
        for _ in range(commands):
            command = self._draw()
            routers = (0, 1) if self.chance.random() < 0.3 else (self.chance.randrange(2),)
            await asyncio.gather(*(self.ask(router, command) for router in routers))

    def _draw(self) -> Command:
        player, key, draw = self.chance.randint(1, PLAYERS), new_key(), self.chance.random()
        if draw < 0.5:
            return Craft(player_id=player, idempotency_key=key, amount=self.chance.randint(0, 2))
        if draw < 0.7:
            return Summon(
                player_id=player, idempotency_key=key, banner=self.chance.choice(("standard", "daily"))
            )
        to = self.chance.randint(1, PLAYERS)
        return Transfer(
            player_id=player, idempotency_key=key, to_player_id=to, amount=self.chance.randint(1, 90)
        )

    def assert_one_reply_a_key(self) -> None:
        for key, replies in self.replies.items():
            assert all(reply == replies[0] for reply in replies), f"key {key}: {replies}"


@pytest.mark.parametrize("seed", [1, 2])
async def test_two_owners_of_everybody_break_nothing(
    engine: AsyncEngine, patient_engine: AsyncEngine, config: Config, tmp_path: Path, seed: int
) -> None:
    world = TwoOwners(engine, config, seed)
    await world.play(clients=16, commands=40)
    world.assert_one_reply_a_key()
    report = await audit(patient_engine, LogFiles(tmp_path), config.engine)
    assert report.clean, report.violations
    crafted = sum(1 for replies in world.replies.values() if isinstance(replies[0], Crafted))
    async with engine.connect() as connection:
        count = sa.text("SELECT count(DISTINCT idempotency_key) FROM ledger WHERE event = 'craft'")
        assert await connection.scalar(count) == crafted > 20


async def test_reads_never_go_back_for_the_front_end_that_wrote(engine: AsyncEngine, config: Config) -> None:
    world = TwoOwners(engine, config, seed=3)
    await world.ask(0, Start(player_id=1, idempotency_key=new_key()))
    for turn in range(6):
        router = world.routers[turn % 2]
        written = await router.ask(Craft(player_id=1, idempotency_key=new_key(), amount=1))
        read = await router.ask(GetInventory(player_id=1))
        assert isinstance(read, Inventory)
        assert read.version >= written.version


async def test_a_database_killed_under_load_loses_and_doubles_nothing(
    postgres_server: PostgresServer, cluster_settings: ClusterSettings, config: Config, tmp_path: Path
) -> None:
    await prepare_database(postgres_server.url, config)
    engine = connect(postgres_server.url, config.engine)
    world = TwoOwners(engine, config, seed=5)
    playing = asyncio.create_task(world.play(clients=12, commands=60))
    for _ in range(2):
        await asyncio.sleep(0.8)
        postgres_server.kill()
        await postgres_server.wait()
        await postgres_server.start()
    await playing
    world.assert_one_reply_a_key()
    for command in random.Random(1).sample(list(world.commands.values()), 50):
        first = world.replies.get(command.idempotency_key)
        again = await world.ask(0, command)
        assert first is None or again == first[0]
        assert not isinstance(again, NotKnownYet)
    await engine.dispose()
    patient = connect(postgres_server.url, config.engine, patient=True)
    report = await audit(patient, LogFiles(tmp_path), config.engine)
    await patient.dispose()
    assert report.clean, report.violations


async def test_a_stalled_two_grain_transaction_does_not_block_its_players(
    engine: AsyncEngine, config: Config
) -> None:
    world = TwoOwners(engine, config, seed=6)
    await world.ask(0, Start(player_id=1, idempotency_key=new_key()))
    async with engine.connect() as stalled:
        await stalled.execute(sa.text("SELECT 1 FROM players WHERE id = 1 FOR UPDATE"))
        async with asyncio.timeout(3 * config.engine.idle_in_transaction_timeout_ms / 1000):
            reply = await world.ask(0, Craft(player_id=1, idempotency_key=new_key(), amount=1))
        await stalled.invalidate()
    assert isinstance(reply, Crafted)


async def test_an_aggregate_is_loaded_as_of_one_moment(engine: AsyncEngine, config: Config) -> None:
    world = TwoOwners(engine, config, seed=7)
    await world.ask(0, Start(player_id=1, idempotency_key=new_key()))

    async def trade_it_away() -> None:
        async with engine.begin() as connection:
            await connection.execute(sa.text("INSERT INTO players (id) VALUES (2)"))
            await connection.execute(sa.text("UPDATE esprits SET player_id = 2"))
            await connection.execute(sa.text("UPDATE players SET version = version + 1 WHERE id = 1"))

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def between_player_and_esprits(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if "FROM esprits WHERE player_id = ANY" in statement:
            await_only(trade_it_away())

    found = await PostgresStore(engine).load([1], [], {})
    assert found.players[1].version == 1
    assert len(found.esprits[1]) == 1, "the Esprits are those of the version that was read"
