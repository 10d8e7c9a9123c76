"""What was decided is remembered for as long as its key is accepted, however wrong the clocks are within bounds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.config_checks import CLOCK_SKEW_SAFE_S
from faye.database.partitions import keep_partitions
from faye.messages.base import snowflake_at
from faye.messages.craft import Craft, Crafted
from faye.messages.refusals import Expired
from faye.messages.start import Start
from faye.utils.clock import SystemClock
from tests.builders import new_key

MIDNIGHT = (datetime.now(UTC) + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
MOMENTS = {
    "just before midnight": MIDNIGHT - timedelta(milliseconds=1),
    "at midnight": MIDNIGHT,
    "at noon": MIDNIGHT + timedelta(hours=12),
}
EARLIER = timedelta(seconds=-CLOCK_SKEW_SAFE_S)
LATER = timedelta(seconds=CLOCK_SKEW_SAFE_S)
NOT_AT_ALL = timedelta()


@pytest.fixture
def engine(patient_engine: AsyncEngine) -> AsyncEngine:
    return patient_engine


@pytest.fixture
def loose(config: Config) -> Config:
    """The worst configuration that is allowed: a day of memory, clocks twelve hours off."""
    return replace(
        config,
        engine=replace(
            config.engine, retention_days=1, partitions_ahead_days=2, clock_skew_max_s=CLOCK_SKEW_SAFE_S
        ),
    )


class StoppedClock(SystemClock):
    """A host's time of day, which stands still so that edges can be met to the millisecond."""

    def __init__(self, moment: datetime) -> None:
        self._ms = ms(moment)

    def time_ms(self) -> int:
        return self._ms


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@asynccontextmanager
async def playing(engine: AsyncEngine, config: Config, moment: datetime) -> AsyncIterator[ShardRouter]:
    """A host that takes it to be `moment`, and has forgotten what it knew."""
    clock, store = StoppedClock(moment), PostgresStore(engine)
    runtime = Runtime(store, config, clock=clock)
    router = ShardRouter(LocalDelivery({"here": runtime}), store, ["here"], config.engine, clock=clock)
    yield router
    await router.close()
    await runtime.close()


async def craft(engine: AsyncEngine, config: Config, moment: datetime, key: int) -> object:
    async with playing(engine, config, moment) as router:
        return await router.ask(Craft(player_id=1, idempotency_key=key, amount=1))


async def effects(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int(
            await connection.scalar(
                sa.text("SELECT count(DISTINCT idempotency_key) FROM ledger WHERE event = 'craft'")
            )
            or 0
        )


async def begin(engine: AsyncEngine, config: Config, upkeep_at: datetime) -> None:
    """A player, and partitions as a front-end leaves them that takes it to be `upkeep_at`."""
    async with playing(engine, config, datetime.now(UTC)) as router:
        await router.ask(Start(player_id=1, idempotency_key=new_key()))
    await keep_partitions(engine, upkeep_at, config.engine)


@pytest.mark.parametrize("when", MOMENTS)
@pytest.mark.parametrize("configured", ["as shipped", "as loose as allowed"])
@pytest.mark.parametrize(
    ("upkeep_off", "host_off"),
    [(LATER, EARLIER), (EARLIER, LATER), (NOT_AT_ALL, NOT_AT_ALL)],
    ids=["upkeep is early", "upkeep is late", "clocks agree"],
)
async def test_the_oldest_and_the_newest_key_that_are_accepted_count_once_and_the_next_are_never_executed(
    when: str,
    configured: str,
    upkeep_off: timedelta,
    host_off: timedelta,
    engine: AsyncEngine,
    config: Config,
    loose: Config,
) -> None:
    if configured == "as shipped":
        upkeep_off, host_off = (
            off / CLOCK_SKEW_SAFE_S * config.engine.clock_skew_max_s for off in (upkeep_off, host_off)
        )
    else:
        config = loose
    bounds = config.engine
    now = MOMENTS[when] + host_off
    await begin(engine, config, MOMENTS[when] + upkeep_off)
    oldest = ms(now - timedelta(days=bounds.retention_days))
    newest = ms(now + timedelta(seconds=bounds.clock_skew_max_s))

    for number, time_ms in enumerate((oldest, newest), 1):
        key = snowflake_at(time_ms, 5)
        first = await craft(engine, config, now, key)
        assert isinstance(first, Crafted), (first, datetime.fromtimestamp(time_ms / 1000, UTC))
        assert await craft(engine, config, now, key) == first
        assert await effects(engine) == number
    for time_ms in (oldest - 1, newest + 1):
        assert await craft(engine, config, now, snowflake_at(time_ms, 5)) == Expired()
    assert await effects(engine) == 2


@pytest.mark.parametrize("host_off", [EARLIER, LATER])
async def test_nothing_is_forgotten_while_discord_may_bring_it_again(
    host_off: timedelta, engine: AsyncEngine, loose: Config
) -> None:
    interaction = MIDNIGHT + timedelta(milliseconds=-1)
    again = interaction + timedelta(minutes=15)
    await begin(engine, loose, interaction)
    key = snowflake_at(ms(interaction), 5)
    first = await craft(engine, loose, interaction, key)
    assert isinstance(first, Crafted)
    for upkeep_off in (EARLIER, LATER):
        await keep_partitions(engine, again + upkeep_off, loose.engine)
        assert await craft(engine, loose, again + host_off, key) == first
    assert await effects(engine) == 1


async def test_a_key_whose_memory_was_dropped_is_expired_and_not_a_new_one(
    engine: AsyncEngine, config: Config
) -> None:
    await begin(engine, config, MIDNIGHT)
    key = snowflake_at(ms(MIDNIGHT), 5)
    assert isinstance(await craft(engine, config, MIDNIGHT, key), Crafted)
    later = MIDNIGHT + timedelta(days=config.engine.retention_days + 2)
    await keep_partitions(engine, later, config.engine)
    async with engine.connect() as connection:
        kept = sa.text("SELECT count(*) FROM processed_commands WHERE idempotency_key = :key")
        assert await connection.scalar(kept, {"key": key}) == 0
    assert await craft(engine, config, later, key) == Expired()
    assert await effects(engine) == 1
