"""Fights in nobody's name: they end, and what was held for them goes back."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from cluster.forsaken_fights import end_forsaken_fights
from faye.config import Config
from faye.database.data_loader import load_data
from faye.messages.fight import GetFight, OpenFight
from faye.messages.start import Start
from faye.messages.trial import BeginTrial, TrialBegun
from tests.builders import new_key
from tests.integration.database.played import tamper

LEFT, PLAYS = 7, 8


@pytest.fixture
async def router(patient_engine: AsyncEngine, config: Config) -> AsyncIterator[ShardRouter]:
    """The engine over a database in which two players face a trial, and one of them has gone."""
    await load_data(patient_engine, config.game)
    for player in (LEFT, PLAYS):
        first = _router(patient_engine, config)
        await first.ask(Start(player_id=player, idempotency_key=new_key()))
        await first.close()
    await tamper(
        patient_engine,
        "UPDATE players SET level = 10, faylen = 5000, remna = 500",
    )
    router = _router(patient_engine, config)
    for player in (LEFT, PLAYS):
        begun = await router.ask(BeginTrial(player_id=player, idempotency_key=new_key(), level_cap=10))
        assert isinstance(begun, TrialBegun), begun
    await router.close()
    await tamper(patient_engine, f"UPDATE players SET fight_until = now() - interval '1 s' WHERE id = {LEFT}")
    router = _router(patient_engine, config)
    yield router
    await router.close()


def _router(engine: AsyncEngine, config: Config) -> ShardRouter:
    store = PostgresStore(engine)
    return ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)


async def test_a_fight_that_nobody_asks_about_ends_and_its_price_goes_back(
    router: ShardRouter, patient_engine: AsyncEngine
) -> None:
    assert await end_forsaken_fights(patient_engine, router) == 1
    async with patient_engine.connect() as connection:
        rows = await connection.execute(sa.text("SELECT id, fight IS NULL, faylen FROM players ORDER BY id"))
        assert [tuple(row) for row in rows] == [(LEFT, True, 5000), (PLAYS, False, 3000)]
    assert await end_forsaken_fights(patient_engine, router) == 0
    assert isinstance(await router.ask(GetFight(player_id=PLAYS)), OpenFight)
