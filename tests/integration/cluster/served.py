"""Systems without Ray, with an engine of this process over them and players who do not stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from cluster.environment import Environment
from cluster.home import Home
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import Config
from faye.database.db import connect
from faye.database.migrate import migrate
from faye.database.partitions import make_partitions
from faye.messages.start import Start
from faye.messages.transfer import Transfer
from faye.utils.log_files import LogFiles
from faye.utils.tasks import end_tasks
from faye.utils.transaction_logger import TransactionLogger
from tests.builders import new_key
from tests.integration.database.played import play

PLAYERS = (1, 2, 3, 4)
HERE = Environment.read({})


def ignore(message: str) -> None:
    """Progress that nobody reads."""


@asynccontextmanager
async def resting(home: Home, settings: ClusterSettings) -> AsyncIterator[System]:
    """A system whose servers run and that nobody plays on."""
    async with System.own(home, settings, HERE, progress=ignore, with_ray=False) as system:
        yield system


@asynccontextmanager
async def opened(system: System, config: Config) -> AsyncIterator[AsyncEngine]:
    """The system's database, brought up to date."""
    database = connect(system.database_url, config.engine, patient=True)
    try:
        await migrate(database)
        await make_partitions(database, datetime.now(UTC), config.engine)
        yield database
    finally:
        await database.dispose()


async def played_on(home: Home, settings: ClusterSettings, config: Config) -> None:
    """Have a few players play on a new home, and let it rest."""
    async with resting(home, settings) as system, opened(system, config) as database:
        await play(database, config, PLAYERS)
        await TransactionLogger(database, LogFiles(home.logs), config.engine).catch_up()


class Busy:
    """Players who give each other gifts until they are told to stop, and what was acknowledged, in order."""

    def __init__(self, database: AsyncEngine, files: LogFiles, config: Config) -> None:
        store = PostgresStore(database)
        self._router = ShardRouter(
            LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine
        )
        self._logger = TransactionLogger(database, files, config.engine)
        self.acknowledged: list[int] = []

    @asynccontextmanager
    async def playing(self) -> AsyncIterator["Busy"]:
        """Play for as long as the block lasts."""
        for player in PLAYERS:
            await self._router.ask(Start(player_id=player, idempotency_key=new_key()))
        tasks = [
            asyncio.create_task(self._logger.run()),
            *(asyncio.create_task(self._give(player)) for player in PLAYERS),
        ]
        try:
            yield self
        finally:
            await end_tasks(tasks)
            await self._router.close()

    async def more(self, number: int) -> None:
        """Return when so many more gifts were acknowledged."""
        goal = len(self.acknowledged) + number
        async with asyncio.timeout(30):
            while len(self.acknowledged) < goal:
                await asyncio.sleep(0.005)

    async def _give(self, player: int) -> None:
        receiver = PLAYERS[PLAYERS.index(player) - 1]
        while True:
            key = new_key()
            await self._router.ask(
                Transfer(player_id=player, idempotency_key=key, to_player_id=receiver, amount=1)
            )
            self.acknowledged.append(key)
