"""A stored reply is read by the schema it was stored in, and never taken for one of ours if it is not."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.messages import Command, codec
from faye.messages.codec import REPLY_SCHEMA, digest, encode
from faye.messages.craft import Craft, Crafted
from faye.messages.refusals import IdempotencyConflict, NotKnownYet
from faye.messages.start import Start
from tests.builders import new_key

FIRST_REPLY = Crafted(crafted=3, shards_spent=30, fayrites=3, fayrite_shards=60, version=2)


@pytest.fixture
async def router(engine: AsyncEngine, config: Config) -> AsyncIterator[ShardRouter]:
    store = PostgresStore(engine)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    await router.ask(Start(player_id=1, idempotency_key=new_key()))
    yield router
    await router.close()


async def decided_before(engine: AsyncEngine, schema: int, reply: bytes) -> Craft:
    """A command that was decided by another release, which stored its reply in `schema`."""
    command = Craft(player_id=1, idempotency_key=new_key(), amount=3)
    stored = text("INSERT INTO processed_commands VALUES (:key, 1, :digest, :schema, :reply)")
    given = {"key": command.idempotency_key, "digest": digest(command), "schema": schema, "reply": reply}
    async with engine.begin() as connection:
        await connection.execute(stored, given)
    return command


async def asked_and_established(router: ShardRouter, command: Command) -> list[object]:
    """The replies on both ways to a first reply: sent again by the player, looked up by the bot."""
    return [await router.ask(command), await router.outcome(command)]


async def versions(engine: AsyncEngine) -> list[int]:
    async with engine.connect() as connection:
        return list((await connection.execute(text("SELECT DISTINCT version FROM ledger"))).scalars())


async def test_a_reply_of_this_schema_is_the_first_reply(engine: AsyncEngine, router: ShardRouter) -> None:
    command = await decided_before(engine, REPLY_SCHEMA, encode(FIRST_REPLY))
    assert await asked_and_established(router, command) == [FIRST_REPLY] * 2


async def test_a_reply_of_a_newer_schema_is_not_known_and_nothing_is_done_again(
    engine: AsyncEngine, router: ShardRouter
) -> None:
    command = await decided_before(engine, REPLY_SCHEMA + 1, encode(FIRST_REPLY))
    assert await asked_and_established(router, command) == [NotKnownYet()] * 2
    assert await versions(engine) == [1]


async def test_a_reply_of_an_older_schema_is_converted(
    engine: AsyncEngine, router: ShardRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = await decided_before(engine, REPLY_SCHEMA - 1, b"three crafted")
    monkeypatch.setitem(
        codec.CONVERTERS, REPLY_SCHEMA - 1, {b"three crafted": encode(FIRST_REPLY)}.__getitem__
    )
    assert await asked_and_established(router, command) == [FIRST_REPLY] * 2
    assert await versions(engine) == [1]


async def test_the_same_key_for_something_else_is_a_conflict_whatever_the_schema(
    engine: AsyncEngine, router: ShardRouter
) -> None:
    command = await decided_before(engine, REPLY_SCHEMA + 1, b"of tomorrow")
    other = Craft(player_id=1, idempotency_key=command.idempotency_key, amount=4)
    assert await asked_and_established(router, other) == [IdempotencyConflict()] * 2
