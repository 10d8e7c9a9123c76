"""Who is to be reminded that the daily reward is ready again: each account for each claim once, whoever takes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.database.models.ledger import Account
from faye.database.models.player import PlayerTable
from faye.messages.settings import Reminder

_ACCOUNTS: Final = sa.inspect(Account).local_table
_PLAYERS: Final = sa.inspect(PlayerTable).local_table

# Only those who want reminders are looked at, in an index of them alone, and of each the player by its key: what is
# materialized is planned as if all of it were needed, and a subquery with OFFSET is not made a join over all players.
_TAKE: Final = sa.text(
    """
    WITH ready AS MATERIALIZED (
        SELECT a.discord_id, p.daily_claimed_at
        FROM accounts a
        CROSS JOIN LATERAL (
            SELECT daily_claimed_at, suspended_until FROM players WHERE id = a.player_id OFFSET 0
        ) p
        WHERE a.notify
            AND p.daily_claimed_at <= now() - CAST(:cooldown AS interval)
            AND p.daily_claimed_at > now() - CAST(:cooldown AS interval) - CAST(:within AS interval)
            AND p.daily_claimed_at IS DISTINCT FROM a.reminded_of
            AND coalesce(p.suspended_until <= now(), true)
    ), due AS (
        SELECT a.discord_id, ready.daily_claimed_at
        FROM ready JOIN accounts a ON a.discord_id = ready.discord_id
        WHERE a.notify AND ready.daily_claimed_at IS DISTINCT FROM a.reminded_of
        LIMIT :at_most
        FOR UPDATE OF a SKIP LOCKED
    )
    UPDATE accounts SET reminded_of = due.daily_claimed_at FROM due WHERE accounts.discord_id = due.discord_id
    RETURNING accounts.discord_id, coalesce(accounts.language, accounts.reminded_in, 'en') AS language
    """
)


async def take_due(
    engine: AsyncEngine, *, cooldown: timedelta, within: timedelta, at_most: int
) -> list[Reminder]:
    """Up to `at_most` of those who want reminders and whose reward has become ready, not longer than `within` ago.

    Whoever takes one sends it. The same statement notes for which claim it was taken, so that over all processes nobody
    is reminded of one reward twice; what a process takes and does not live to send is lost.
    """
    given = {"cooldown": cooldown, "within": within, "at_most": at_most}
    async with engine.begin() as connection:
        taken = (await connection.execute(_TAKE, given)).all()
    return [Reminder(row.discord_id, row.language) for row in taken]


def settled_to(
    notify: bool, language: str | None, cooldown: timedelta
) -> dict[str, sa.ColumnElement[object]]:
    """The columns of an account that switching reminders on or off sets; `language` is Discord's.

    Of a reward that was ready before they were switched on, nobody is reminded.
    """
    values: dict[str, sa.ColumnElement[object]] = {"notify": sa.literal(notify)}
    if notify:
        values["reminded_in"] = sa.literal(language)
        ready = (
            sa.select(_PLAYERS.c.daily_claimed_at)
            .where(_PLAYERS.c.id == _ACCOUNTS.c.player_id)
            .where(_PLAYERS.c.daily_claimed_at <= sa.func.now() - cooldown)
            .scalar_subquery()
        )
        known = _ACCOUNTS.c.reminded_of
        values["reminded_of"] = sa.case((_ACCOUNTS.c.notify, known), else_=sa.func.coalesce(ready, known))
    return values
