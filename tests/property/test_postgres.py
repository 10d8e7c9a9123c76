"""The same on the real database, which has bounds of its own: what it cannot hold is refused, and soon."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.database.db import connect
from faye.messages import Command, Query, Reply
from faye.messages.craft import Craft
from faye.messages.history import GetHistory, HistoryPage
from faye.messages.start import Start
from tests.builders import new_key, small_config
from tests.property.plugin import budget, tried
from tests.property.strategies import INT64_MAX, integers, requests

PATIENT = replace(small_config().engine, command_deadline_ms=20_000)
CONFIG = replace(small_config(), engine=PATIENT)
KNOWN = 11
ANSWERED_WITHIN_S = CONFIG.engine.command_deadline_ms / 1000 / 2

EXAMPLES = (
    GetHistory(player_id=KNOWN, before=(2**63, 0)),
    GetHistory(player_id=KNOWN, after=(INT64_MAX, 2**31)),
    GetHistory(player_id=KNOWN, before=(-1, -(2**63))),
    GetHistory(player_id=KNOWN, limit=2**64 - 1),
    GetHistory(player_id=KNOWN, limit=-5),
    GetHistory(player_id=KNOWN, asset="\x00"),
    Craft(player_id=2**63, idempotency_key=2**63, amount=1),
    Craft(player_id=KNOWN, idempotency_key=-(2**63), amount=1),
)


@pytest.fixture
async def router(database_url: str) -> AsyncIterator[ShardRouter]:
    """An engine over a database of the test's own, in which one player has started."""
    database = connect(database_url, CONFIG.engine)
    store = PostgresStore(database)
    host = Runtime(store, CONFIG)
    router = ShardRouter(LocalDelivery({"a": host}), store, ["a"], CONFIG.engine)
    await router.ask(Start(player_id=KNOWN, idempotency_key=new_key()))
    yield router
    await router.close()
    await host.close()
    await database.dispose()


@pytest.mark.timeout(1_800)
@pytest.mark.usefixtures("quiet")
async def test_whatever_the_database_cannot_hold_is_refused_long_before_the_deadline(
    router: ShardRouter,
) -> None:
    loop = asyncio.get_running_loop()

    @budget(150, long=5_000)
    @given(requests(st.just(KNOWN) | integers, st.builds(new_key) | integers))
    @each_of(EXAMPLES)
    def attempt(request: Command | Query) -> None:
        tried("requests to an engine over the real database")
        asyncio.run_coroutine_threadsafe(ask(router, request), loop).result(60)

    # Each example waits for the loop, which has the database's connections.
    await asyncio.to_thread(attempt)


async def ask(router: ShardRouter, request: Command | Query) -> None:
    began = time.monotonic()
    reply = await router.ask(request)
    assert isinstance(reply, Reply)
    assert time.monotonic() - began < ANSWERED_WITHIN_S, f"{reply} only at the deadline"
    assert isinstance(await router.ask(GetHistory(player_id=KNOWN)), HistoryPage)


def each_of(requests: Iterable[Command | Query]) -> Callable[[Any], Any]:
    """Every one of these is tried, whatever else is."""

    def decorate(attempt: Any) -> Any:
        for request in requests:
            attempt = example(request)(attempt)
        return attempt

    return decorate
