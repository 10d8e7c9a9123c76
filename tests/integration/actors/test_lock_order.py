"""Two-grain transactions lock in id order, whoever gives to whom: opposite gifts never deadlock."""

import asyncio

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.messages.start import Start
from faye.messages.transfer import Transfer, Transferred
from tests.builders import new_key


async def test_opposite_gifts_lock_in_one_order(engine: AsyncEngine, config: Config) -> None:
    locked: list[list[int]] = []

    @sa.event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(
        conn: object, cursor: object, statement: str, parameters: tuple[list[int]], *rest: object
    ) -> None:
        if "FOR UPDATE" in statement and statement.startswith("SELECT"):
            assert "ORDER BY id FOR UPDATE" in statement
            locked.append(parameters[0])

    routers = []
    for name in ("a", "b"):
        store = PostgresStore(engine)
        routers.append(
            ShardRouter(LocalDelivery({name: Runtime(store, config)}), store, [name], config.engine)
        )
    for player in (1, 2):
        await routers[0].ask(Start(player_id=player, idempotency_key=new_key()))

    def gift(giver: int) -> Transfer:
        return Transfer(player_id=giver, idempotency_key=new_key(), to_player_id=3 - giver, amount=1)

    replies = await asyncio.gather(
        *(routers[giver - 1].ask(gift(giver)) for _ in range(20) for giver in (1, 2))
    )
    assert all(isinstance(reply, Transferred) for reply in replies)
    assert locked
    assert all(ids == sorted(ids) for ids in locked)
    async with engine.connect() as connection:
        deadlocks = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert await connection.scalar(deadlocks) == 0
