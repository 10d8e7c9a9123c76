"""Simulated players are real rows with a ledger of their own, and nothing that the audit would find."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from cluster.load.deeds import Deed, Verdict
from cluster.load.faucet import close_accounts, open_accounts, player_id, register, until_logged
from cluster.load.settings import Currency
from cluster.load.through_engine import ThroughEngine
from faye.config import Config
from faye.database.accounts import Accounts
from faye.database.audit import audit
from faye.database.db import connect
from faye.utils.log_files import LogFiles
from tests.integration.database.played import play

PURSE: dict[Currency, int] = {"fayrite_shards": 20, "faylen": 1_000, "fayrites": 50}


def silent(line: str) -> None:
    pass


@pytest.fixture
async def database(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url, config.engine, patient=True)
    yield engine
    await engine.dispose()


@pytest.fixture
async def load(database: AsyncEngine, config: Config) -> AsyncIterator[ThroughEngine]:
    store = PostgresStore(database)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    yield ThroughEngine(router)
    await router.close()


async def scalar(database: AsyncEngine, query: str) -> int:
    async with database.connect() as connection:
        return int(await connection.scalar(sa.text(query)) or 0)


async def test_everything_they_get_and_do_passes_the_audit(
    database: AsyncEngine, load: ThroughEngine, config: Config, tmp_path: Path
) -> None:
    await play(database, config)  # real players beside them
    await register(database, config.game, PURSE, 50, silent)
    await register(database, config.game, PURSE, 80, silent)
    for kind in (
        "craft", "summon", "summon_ten", "daily", "transfer",
        "profile", "inventory", "collection", "details", "history", "odds",
    ):  # fmt: skip
        heard = await load.act(Deed(kind, player=3, other=4, amount=2 if kind == "craft" else 1))
        assert heard.verdict is Verdict.DONE, kind
    assert (await load.act(Deed("craft", 3, 4, 2))).verdict is Verdict.DONE  # from the shards of the day
    assert (await load.act(Deed("craft", 3, 4, 3))).verdict is Verdict.REFUSED
    await register(database, config.game, PURSE, 80, silent)
    assert (await load.act(Deed("craft", 3, 4, 2))).verdict is Verdict.DONE  # once the grain has caught up

    assert await scalar(database, f"SELECT count(*) FROM players WHERE id >= {player_id(0)}") == 80
    grants = "SELECT count(DISTINCT (player_id, version)) FROM ledger WHERE event = 'load.fund'"
    assert await scalar(database, grants) == 81
    report = await audit(database, LogFiles(tmp_path), config.engine)
    assert report.clean, report.violations
    await until_logged(database, LogFiles(tmp_path), timeout_s=5)


async def test_players_without_a_starter_pass_it_too(
    database: AsyncEngine, load: ThroughEngine, config: Config, tmp_path: Path
) -> None:
    await register(database, config.game, PURSE, 5, silent, with_starter=False)
    assert (await load.act(Deed("craft", 4, 0, 1))).verdict is Verdict.DONE
    assert (await load.act(Deed("profile", 4, 0, 1))).verdict is Verdict.DONE
    assert await scalar(database, "SELECT count(*) FROM esprits") == 0
    report = await audit(database, LogFiles(tmp_path), config.engine)
    assert report.clean, report.violations


async def test_people_are_simulated_players_only_while_they_play(
    database: AsyncEngine, config: Config
) -> None:
    real = await Accounts(database).open(77)
    await register(database, config.game, PURSE, 3, silent)
    await open_accounts(database, [1001, 1002, 1003])
    await open_accounts(database, [1004, 1005])  # a run before this one was killed
    assert await Accounts(database).find(1005) == player_id(1)
    assert await Accounts(database).find(1001) is None
    await close_accounts(database)
    assert await Accounts(database).find(1005) is None
    assert await Accounts(database).find(77) == real
