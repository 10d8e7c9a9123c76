"""The link between a Discord user and a player key: made once, hidden on request, erased for good."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.database.accounts import TRUSTED_MS, TRUSTED_UNHEARD_MS, Accounts
from faye.messages.refusals import NotKnownYet, NotStarted
from faye.messages.settings import (
    AS_IN_DISCORD,
    AccountErased,
    EraseAccount,
    ErasureRefused,
    GetSettings,
    SetLanguage,
    SetPrivacy,
    Settings,
)
from faye.utils.tasks import end_tasks

ADA = 77


@dataclass
class TurnedClock:
    """A clock that stands until it is turned."""

    now_ms: float = 0.0

    def time_ms(self) -> int:
        return int(self.now_ms)

    def monotonic_ms(self) -> float:
        return self.now_ms


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def here(engine: AsyncEngine, clock: TurnedClock) -> Accounts:
    """The accounts as one front-end has them."""
    accounts = Accounts(engine, clock)
    await accounts.open(ADA)
    return accounts


@pytest.fixture
async def there(engine: AsyncEngine, clock: TurnedClock) -> Accounts:
    """The accounts as another front-end has them."""
    return Accounts(engine, clock)


async def mark_of(accounts: Accounts) -> int:
    settings = await accounts.answer(ADA, GetSettings())
    assert isinstance(settings, Settings)
    return settings.mark


async def everything_about(engine: AsyncEngine, discord_id: int) -> list[sa.Row]:
    """Every row of every table in which the id stands in a column of numbers or words."""
    found: list[sa.Row] = []
    columns = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type IN ('bigint', 'text')"
    )
    async with engine.connect() as connection:
        for table, column in (await connection.execute(sa.text(columns))).all():
            rows = sa.text(f"SELECT * FROM {table} WHERE {column}::text = :id")
            found += (await connection.execute(rows, {"id": str(discord_id)})).all()
    return found


async def test_nobody_without_an_account_has_settings(engine: AsyncEngine) -> None:
    accounts = Accounts(engine)
    assert await accounts.answer(5, GetSettings()) == NotStarted()
    assert await accounts.answer(5, SetPrivacy(private=True)) == NotStarted()
    assert not await accounts.is_private(5)


async def test_privacy_holds_at_once_where_it_was_settled_and_elsewhere_within_seconds(
    here: Accounts, there: Accounts, clock: TurnedClock
) -> None:
    assert not await there.is_private(ADA)
    mark = await mark_of(here)
    assert await here.answer(ADA, SetPrivacy(private=True)) == Settings(private=True, mark=mark)
    assert await here.is_private(ADA)
    clock.now_ms += TRUSTED_UNHEARD_MS
    assert await there.is_private(ADA)
    assert await here.answer(ADA, SetPrivacy(private=False)) == Settings(private=False, mark=mark)
    assert not await here.is_private(ADA)


async def test_a_language_holds_at_once_where_it_was_settled_and_elsewhere_within_seconds(
    here: Accounts, there: Accounts, clock: TurnedClock
) -> None:
    assert await here.language(5) is None
    assert here.remembered_language(ADA) is None
    assert await there.language(ADA) == there.remembered_language(ADA) == AS_IN_DISCORD
    mark = await mark_of(here)
    settled = Settings(private=False, mark=mark, language="de")
    assert await here.answer(ADA, SetLanguage(language="de")) == settled
    assert here.remembered_language(ADA) is None, "what was believed before is forgotten"
    assert await here.language(ADA) == here.remembered_language(ADA) == "de"
    clock.now_ms += TRUSTED_UNHEARD_MS
    assert await there.find(ADA) is not None
    assert await there.language(ADA) == there.remembered_language(ADA) == "de"
    assert await there.answer(ADA, GetSettings()) == settled
    assert await here.answer(ADA, SetLanguage(language=None)) == Settings(private=False, mark=mark)
    assert await here.language(ADA) == AS_IN_DISCORD
    clock.now_ms += 10 * TRUSTED_UNHEARD_MS
    assert here.remembered_language(ADA) == AS_IN_DISCORD, "what was seen once is good enough here"
    await here.answer(ADA, EraseAccount(mark=mark))
    assert here.remembered_language(ADA) is None
    assert await here.language(ADA) is None


async def test_an_erased_account_is_gone_from_every_table_and_can_be_erased_again(
    here: Accounts, engine: AsyncEngine
) -> None:
    mark = await mark_of(here)
    assert len(await everything_about(engine, ADA)) == 1
    for _ in range(2):
        assert await here.answer(ADA, EraseAccount(mark=mark)) == AccountErased()
    assert await here.find(ADA) is None
    assert await everything_about(engine, ADA) == []


async def test_a_front_end_that_hears_nothing_serves_the_old_key_for_seconds_at_most(
    here: Accounts, there: Accounts, clock: TurnedClock
) -> None:
    key = await there.find(ADA)
    await here.answer(ADA, EraseAccount(mark=await mark_of(here)))
    clock.now_ms += TRUSTED_UNHEARD_MS - 1
    assert await there.find(ADA) == key
    clock.now_ms += 1
    assert await there.find(ADA) is None


async def listening(accounts: Accounts, patient: AsyncEngine) -> asyncio.Task[None]:
    task = asyncio.create_task(accounts.listen(patient))
    await until(lambda: accounts._hears)
    return task


async def until(holds: Callable[[], Awaitable[bool] | bool]) -> None:
    """Wait until it holds, for ten seconds at most."""
    async with asyncio.timeout(10):
        while True:
            found = holds()
            if found is True or (not isinstance(found, bool) and await found):
                return
            await asyncio.sleep(0.005)


async def test_other_front_ends_hear_of_an_erasure_and_of_privacy(
    here: Accounts, there: Accounts, engine: AsyncEngine
) -> None:
    task = await listening(there, engine)
    assert await there.find(ADA) is not None
    await here.answer(ADA, SetPrivacy(private=True))
    await until(lambda: there.is_private(ADA))
    await here.answer(ADA, EraseAccount(mark=await mark_of(here)))

    async def is_gone() -> bool:
        return await there.find(ADA) is None

    await until(is_gone)
    await end_tasks([task])


async def test_who_hears_still_looks_again_after_a_minute(
    here: Accounts, there: Accounts, engine: AsyncEngine, clock: TurnedClock
) -> None:
    task = await listening(there, engine)
    key = await there.find(ADA)
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM accounts"))
    clock.now_ms += TRUSTED_MS - 1
    assert await there.find(ADA) == key
    clock.now_ms += 1
    assert await there.find(ADA) is None
    await end_tasks([task])


async def test_whose_connection_is_lost_believes_nothing_that_was_seen_and_says_so(
    here: Accounts, there: Accounts, engine: AsyncEngine
) -> None:
    task = await listening(there, engine)
    await there.find(ADA)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    async with engine.connect() as connection:
        await connection.execute(sa.text(end))
    await asyncio.wait([task], timeout=10)
    assert task.done()
    assert not there._hears
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM accounts"))
    assert await there.find(ADA) is None


async def test_who_starts_again_is_somebody_else_everywhere_whoever_still_believes_in_the_old_key(
    here: Accounts, there: Accounts
) -> None:
    old, mark = await there.find(ADA), await mark_of(here)
    await here.answer(ADA, EraseAccount(mark=mark))
    new = await there.open(ADA)
    assert new != old
    assert await here.find(ADA) == await there.find(ADA) == new


async def test_a_late_second_press_does_not_erase_what_was_begun_since(here: Accounts) -> None:
    mark = await mark_of(here)
    await here.answer(ADA, EraseAccount(mark=mark))
    new = await here.open(ADA)
    assert await here.answer(ADA, EraseAccount(mark=mark)) == AccountErased()
    assert await here.find(ADA) == new
    assert await mark_of(here) != mark


async def test_erasing_and_starting_at_once_ends_with_an_account_that_all_agree_on(
    here: Accounts, there: Accounts
) -> None:
    for _ in range(20):
        mark = await mark_of(here)
        answers = await asyncio.gather(
            here.answer(ADA, EraseAccount(mark=mark)), there.open(ADA), here.find(ADA), there.find(ADA)
        )
        assert answers[0] == AccountErased()
        opened = await here.open(ADA)
        assert await there.open(ADA) == opened
        assert await here.find(ADA) == opened


async def test_whoever_is_suspended_cannot_shake_it_off(here: Accounts, engine: AsyncEngine) -> None:
    key, mark = await here.find(ADA), await mark_of(here)
    suspend = "INSERT INTO players (id, suspended_until) VALUES (:id, now() + interval '1 hour')"
    async with engine.begin() as connection:
        await connection.execute(sa.text(suspend), {"id": key})
    assert isinstance(await here.answer(ADA, EraseAccount(mark=mark)), ErasureRefused)
    assert await here.find(ADA) == key
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE players SET suspended_until = now() - interval '1 second'"))
    assert await here.answer(ADA, EraseAccount(mark=mark)) == AccountErased()


async def test_in_an_outage_a_change_is_open_and_a_question_fails(engine: AsyncEngine) -> None:
    nowhere = sa.make_url(engine.url).set(port=1)
    accounts = Accounts(sa.ext.asyncio.create_async_engine(nowhere))
    assert await accounts.answer(ADA, EraseAccount(mark=1)) == NotKnownYet()
    assert await accounts.answer(ADA, SetPrivacy(private=True)) == NotKnownYet()
    with pytest.raises(ConnectionError):
        await accounts.answer(ADA, GetSettings())


async def test_listening_in_an_outage_ends_quietly_to_be_tried_again(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = sa.ext.asyncio.create_async_engine(sa.make_url(engine.url).set(port=1))
    await Accounts(engine).listen(nowhere)
    assert [record for record in caplog.records if record.levelname != "INFO"] == []
