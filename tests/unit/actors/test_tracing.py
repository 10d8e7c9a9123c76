"""A command's way through router and host, as the log tells it."""

import logging

import pytest

from actors.delivery import DeliveryFailed, LocalDelivery
from actors.ids import PLAYER, GrainId, shard_of
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.wire import Pong
from faye.messages.base import snowflake_at
from faye.messages.craft import Craft
from faye.messages.start import Start
from tests.builders import small_config
from tests.simulation.virtual_time import VirtualClock, run_virtually

PLAYER_KEY = 7


class Table:
    """A router over one host in this process."""

    def __init__(self) -> None:
        config = small_config()
        self.clock = VirtualClock()
        store = MemoryStore()
        runtime = Runtime(store, config, clock=self.clock)
        self.delivery = LocalDelivery({"host-0": runtime})
        self.router = ShardRouter(self.delivery, store, ["host-0"], config.engine, clock=self.clock)
        self._keys = 0

    def key(self) -> int:
        self._keys += 1
        return snowflake_at(self.clock.time_ms(), self._keys)

    async def start(self) -> None:
        await self.router.ask(Start(player_id=PLAYER_KEY, idempotency_key=self.key()))


async def _started() -> None:
    await Table().start()


def lines(caplog: pytest.LogCaptureFixture, key: int) -> list[logging.LogRecord]:
    return [record for record in caplog.records if getattr(record, "key", None) == key]


def test_one_search_for_the_key_shows_a_command_from_the_router_to_its_commit(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> int:
        table = Table()
        await table.start()
        key = table.key()
        await table.router.ask(Craft(player_id=PLAYER_KEY, idempotency_key=key, amount=1))
        return key

    caplog.set_level(logging.DEBUG, "actors")
    told = lines(caplog, run_virtually(scenario()))
    assert [record.message for record in told] == ["asked", "delivered", "decided", "committed", "answered"]
    shard = shard_of(GrainId(PLAYER, PLAYER_KEY))
    assert {(record.player, record.shard) for record in told} == {(PLAYER_KEY, shard)}  # type: ignore[attr-defined]
    asked, _, decided, committed, answered = (vars(record) for record in told)
    assert asked["host"] == "host-0"
    assert (decided["reply"], answered["reply"]) == ("Crafted", "Crafted")
    assert decided["version"] == committed["version"] == answered["version"] == 2


def test_a_repeated_command_is_told_as_replayed(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> int:
        table = Table()
        await table.start()
        craft = Craft(player_id=PLAYER_KEY, idempotency_key=table.key(), amount=1)
        await table.router.ask(craft)
        caplog.clear()
        await table.router.ask(craft)
        return craft.idempotency_key

    caplog.set_level(logging.DEBUG, "actors")
    messages = [record.message for record in lines(caplog, run_virtually(scenario()))]
    assert messages == ["asked", "delivered", "replayed", "answered"]


def test_nothing_is_told_of_a_command_unless_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "actors")
    run_virtually(_started())
    assert caplog.records == []


def test_a_router_counts_what_became_of_requests() -> None:
    async def scenario() -> ShardRouter:
        table = Table()
        await table.start()

        async def hang(host: str, batch: bytes) -> bytes:
            raise DeliveryFailed("gone")

        table.delivery.deliver = hang  # type: ignore[method-assign]
        await table.router.ask(Craft(player_id=PLAYER_KEY, idempotency_key=table.key(), amount=1))
        await table.router.close()
        return table.router

    meters = run_virtually(scenario()).meters
    assert (meters.asked, meters.answered, meters.unanswered) == (2, 1, 1)
    assert meters.resent > 0


def test_a_router_keeps_each_hosts_last_sign_of_life() -> None:
    async def scenario() -> Pong:
        table = Table()
        table.router.start()
        await table.start()
        pong = table.router.heard["host-0"].pong
        await table.router.close()
        return pong

    pong = run_virtually(scenario())
    assert pong.host == "host-0"
    assert pong.meters is not None
