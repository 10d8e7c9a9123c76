"""Reminders of the daily reward: who is told, when, and that nobody is told twice."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.database.accounts import Accounts
from faye.database.reminders import _TAKE
from faye.messages.refusals import NotKnownYet, NotStarted
from faye.messages.settings import (
    AccountErased,
    EraseAccount,
    GetSettings,
    Reminder,
    SetLanguage,
    SetNotify,
    Settings,
)

ADA, BO = 77, 78
COOLDOWN_HOURS, WITHIN_HOURS = 22, 24


@pytest.fixture
async def accounts(engine: AsyncEngine) -> Accounts:
    """Ada wants to be reminded and has not claimed yet; Bo never asked for it and could claim again."""
    accounts = Accounts(engine)
    for discord_id in (ADA, BO):
        key = await accounts.open(discord_id)
        await execute(engine, "INSERT INTO players (id) VALUES (:key)", key=key)
    await switch(accounts, notify=True)
    await claimed(engine, BO, hours_ago=23)
    return accounts


async def execute(engine: AsyncEngine, statement: str, **given: object) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text(statement), given)


async def claimed(engine: AsyncEngine, discord_id: int, *, hours_ago: float) -> None:
    """Have somebody's last reward claimed so long ago."""
    moment = f"now() - interval '{hours_ago} hours'"
    mine = "id = (SELECT player_id FROM accounts WHERE discord_id = :discord_id)"
    statement = f"UPDATE players SET daily_claimed_at = {moment} WHERE {mine}"
    await execute(engine, statement, discord_id=discord_id)


async def switch(accounts: Accounts, *, notify: bool) -> None:
    settings = await accounts.answer(ADA, SetNotify(notify=notify, cooldown_hours=COOLDOWN_HOURS))
    assert isinstance(settings, Settings)
    assert settings.notify is notify


async def taken(accounts: Accounts, at_most: int = 10) -> list[int]:
    """Whom somebody who takes now would remind."""
    return [reminder.discord_id for reminder in await take(accounts, at_most)]


async def take(accounts: Accounts, at_most: int = 10) -> list[Reminder]:
    return await accounts.take_reminders(at_most, cooldown_hours=COOLDOWN_HOURS, within_hours=WITHIN_HOURS)


async def test_each_claim_is_reminded_of_once_when_its_cooldown_is_over(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    assert await taken(accounts) == [], "who never claimed has had the first reward ready all along"
    await claimed(engine, ADA, hours_ago=COOLDOWN_HOURS - 0.01)
    assert await taken(accounts) == []
    await claimed(engine, ADA, hours_ago=COOLDOWN_HOURS)
    assert await taken(accounts) == [ADA]
    assert await taken(accounts) == []
    await claimed(engine, ADA, hours_ago=1)
    assert await taken(accounts) == []
    await claimed(engine, ADA, hours_ago=COOLDOWN_HOURS + 1)
    assert await taken(accounts) == [ADA]
    assert await taken(accounts) == []


async def test_a_reminder_names_the_language_that_was_settled_or_else_the_one_of_discord(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await claimed(engine, ADA, hours_ago=23)
    assert await take(accounts) == [Reminder(ADA, "en")]
    await accounts.answer(ADA, SetNotify(notify=True, language="fr"))
    await claimed(engine, ADA, hours_ago=23.5)
    assert await take(accounts) == [Reminder(ADA, "fr")]
    await accounts.answer(ADA, SetLanguage(language="de"))
    await claimed(engine, ADA, hours_ago=24)
    assert await take(accounts) == [Reminder(ADA, "de")]


async def test_who_has_been_away_for_long_is_left_in_peace(accounts: Accounts, engine: AsyncEngine) -> None:
    await claimed(engine, ADA, hours_ago=COOLDOWN_HOURS + WITHIN_HOURS)
    assert await taken(accounts) == []
    await claimed(engine, ADA, hours_ago=COOLDOWN_HOURS + WITHIN_HOURS - 0.01)
    assert await taken(accounts) == [ADA]


async def test_who_switched_them_off_is_not_reminded(accounts: Accounts, engine: AsyncEngine) -> None:
    await claimed(engine, ADA, hours_ago=23)
    await switch(accounts, notify=False)
    assert await taken(accounts) == []


async def test_switching_on_reminds_of_nothing_that_was_ready_before(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await switch(accounts, notify=False)
    await claimed(engine, ADA, hours_ago=23)
    await switch(accounts, notify=True)
    assert await taken(accounts) == []
    await claimed(engine, ADA, hours_ago=22)
    assert await taken(accounts) == [ADA]


async def test_switching_on_reminds_of_what_becomes_ready_afterwards(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await switch(accounts, notify=False)
    await claimed(engine, ADA, hours_ago=3)
    await switch(accounts, notify=True)
    await execute(engine, "UPDATE players SET daily_claimed_at = daily_claimed_at - interval '19 hours'")
    assert await taken(accounts) == [ADA]


async def test_switching_on_again_what_is_on_takes_no_reminder_away(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await claimed(engine, ADA, hours_ago=23)
    await switch(accounts, notify=True)
    assert await taken(accounts) == [ADA]


async def test_the_suspended_are_reminded_only_once_that_is_over(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await claimed(engine, ADA, hours_ago=23)
    await execute(engine, "UPDATE players SET suspended_until = now() + interval '1 hour'")
    assert await taken(accounts) == []
    await execute(engine, "UPDATE players SET suspended_until = now() - interval '1 second'")
    assert await taken(accounts) == [ADA]


async def test_the_erased_are_not_reminded_and_begin_with_reminders_off(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await claimed(engine, ADA, hours_ago=23)
    settings = await accounts.answer(ADA, GetSettings())
    assert isinstance(settings, Settings)
    assert await accounts.answer(ADA, EraseAccount(mark=settings.mark)) == AccountErased()
    assert await taken(accounts) == []
    assert await accounts.answer(ADA, SetNotify(notify=True)) == NotStarted()
    await accounts.open(ADA)
    again = await accounts.answer(ADA, GetSettings())
    assert isinstance(again, Settings)
    assert not again.notify


async def many(engine: AsyncEngine, accounts: int) -> None:
    """So many more accounts, every hundredth of which wants to be reminded, all with a reward that is ready."""
    made = f"generate_series(1000, {999 + accounts}) n"
    await execute(
        engine,
        f"INSERT INTO accounts (discord_id, player_id, notify) SELECT n, n, n % 100 = 0 FROM {made}",
    )
    await execute(
        engine,
        f"INSERT INTO players (id, daily_claimed_at) SELECT n, now() - interval '23 hours' FROM {made}",
    )


async def test_of_many_who_take_at_once_one_takes_each(accounts: Accounts, engine: AsyncEngine) -> None:
    await many(engine, 5_000)
    takers = [Accounts(engine) for _ in range(3)]
    found: list[int] = []
    for _ in range(10):
        for each in await asyncio.gather(*(taken(taker, 7) for taker in takers)):
            assert len(each) <= 7
            found += each
    assert sorted(found) == list(range(1000, 6000, 100))


async def test_whoever_takes_waits_for_nobody_and_misses_nothing(
    accounts: Accounts, engine: AsyncEngine
) -> None:
    await claimed(engine, ADA, hours_ago=23)
    async with engine.connect() as other:
        await other.execute(sa.text("SELECT FROM accounts FOR UPDATE"))
        async with asyncio.timeout(1):
            assert await taken(accounts) == []
    assert await taken(accounts) == [ADA]


async def test_only_those_who_want_reminders_are_looked_at(accounts: Accounts, engine: AsyncEngine) -> None:
    await many(engine, 20_000)
    await execute(engine, "ANALYZE accounts, players")
    given = {"cooldown": timedelta(hours=22), "within": timedelta(hours=24), "at_most": 10}
    async with engine.connect() as connection:
        rows = await connection.execute(sa.text(f"EXPLAIN {_TAKE.text}"), given)
        plan = "\n".join(rows.scalars())
    assert "accounts_notify" in plan, plan
    assert "players_pkey" in plan, plan
    assert "Seq Scan" not in plan, plan


async def test_in_an_outage_taking_fails_as_an_outage(engine: AsyncEngine) -> None:
    accounts = Accounts(sa.ext.asyncio.create_async_engine(sa.make_url(engine.url).set(port=1)))
    with pytest.raises(ConnectionError):
        await take(accounts)
    assert await accounts.answer(ADA, SetNotify(notify=True)) == NotKnownYet()
