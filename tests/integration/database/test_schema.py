"""Migrations, seeds and accounts at start, also when several processes start at once."""

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config, ConfigError
from faye.database.accounts import Accounts
from faye.database.data_loader import load_data, species_count
from faye.database.db import connect
from faye.database.migrate import migrate
from faye.database.partitions import keep_partitions


async def test_several_processes_may_migrate_at_once(empty_url: str, config: Config) -> None:
    engines = [connect(empty_url, config.engine, patient=True) for _ in range(4)]

    async def start(engine: AsyncEngine) -> None:
        await migrate(engine)
        await keep_partitions(engine, datetime.now(UTC), config.engine)
        await load_data(engine, config.game)

    await asyncio.gather(*(start(engine) for engine in engines))
    assert await species_count(engines[0]) == len(config.game.roster)
    await asyncio.gather(*(start(engine) for engine in engines))
    assert await species_count(engines[0]) == len(config.game.roster)
    for engine in engines:
        await engine.dispose()


async def test_a_roster_that_forgets_an_owned_species_is_refused(engine: AsyncEngine, config: Config) -> None:
    await load_data(engine, config.game)
    gone = next(iter(config.game.roster))
    smaller = replace(config.game, roster={c: s for c, s in config.game.roster.items() if c != gone}, id=2)
    await load_data(engine, smaller)
    async with engine.begin() as connection:
        await connection.execute(sa.text("INSERT INTO players (id) VALUES (1)"))
        owned = "INSERT INTO esprits (id, player_id, species, gained_at) VALUES (1, 1, :code, now())"
        await connection.execute(sa.text(owned), {"code": gone})
    with pytest.raises(ConfigError, match=gone):
        await load_data(engine, smaller)


async def test_one_user_opens_one_account_however_often(engine: AsyncEngine) -> None:
    accounts = [Accounts(engine) for _ in range(3)]
    assert await accounts[0].find(77) is None
    keys = await asyncio.gather(*(each.open(77) for each in accounts))
    assert len(set(keys)) == 1
    assert await Accounts(engine).find(77) == keys[0]
    assert await accounts[0].open(78) != keys[0]
