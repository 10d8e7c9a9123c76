"""The link between Discord users and player keys, over PostgreSQL."""

from __future__ import annotations

import secrets
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.database.models.ledger import Account

_ACCOUNTS: Final = sa.inspect(Account).local_table

PLAYER_KEY_BITS: Final = 62
CACHE_ENTRIES_MAX: Final = 100_000


class Accounts:
    """Finds and opens accounts; remembers links it has seen, since a link never changes while it lives."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._cache: dict[int, int] = {}

    async def find(self, discord_id: int) -> int | None:
        """The player key of a Discord user, None if there is none; raises `ConnectionError` in an outage."""
        if (known := self._cache.get(discord_id)) is not None:
            return known
        wanted = sa.select(_ACCOUNTS.c.player_id).where(_ACCOUNTS.c.discord_id == discord_id)
        try:
            async with self._engine.connect() as connection:
                found = await connection.scalar(wanted)
        except (SQLAlchemyError, OSError) as error:
            raise ConnectionError("the database does not answer") from error
        return None if found is None else self._keep(discord_id, int(found))

    async def open(self, discord_id: int) -> int:
        """The player key of a Discord user, made now if there is none; raises `ConnectionError` in an outage."""
        made = insert(Account).values(discord_id=discord_id, player_id=secrets.randbits(PLAYER_KEY_BITS))
        try:
            async with self._engine.begin() as connection:
                await connection.execute(made.on_conflict_do_nothing(index_elements=["discord_id"]))
        except (SQLAlchemyError, OSError) as error:
            raise ConnectionError("the database does not answer") from error
        key = await self.find(discord_id)
        assert key is not None, "an account that was just opened can be found"
        return key

    def _keep(self, discord_id: int, player_id: int) -> int:
        if len(self._cache) >= CACHE_ENTRIES_MAX:
            self._cache.pop(next(iter(self._cache)))
        self._cache[discord_id] = player_id
        return player_id
