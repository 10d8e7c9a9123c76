"""The game configuration in force: one for all hosts and front-ends, named by one row of the database.

Every unit of work says which configuration it was decided under, and the statement that writes it fails where another
one is in force. So a change takes effect for all players at once, whoever has heard of it: what was decided under the
one before and is not written yet is decided again. Whoever looks first is the host whose write failed; all others look
regularly, for the sake of what they read and show.

Once a version of a player was written under a configuration, no later version is written under an earlier one: whoever
writes version v + 1 has read v, so that his statement begins after v was committed, and sees what v's statement saw.
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from faye.config import GameConfig
from faye.database.data_loader import load_data

_ID_IN_FORCE: Final = text("SELECT id FROM current_configuration")
_IN_FORCE: Final = text(
    "SELECT c.id, c.body::text AS body FROM current_configuration JOIN configurations c USING (id)"
)
_PUT_IN_FORCE: Final = text(
    "INSERT INTO current_configuration (id) VALUES (:id) "
    "ON CONFLICT (is_it) DO UPDATE SET id = excluded.id, since = now() WHERE current_configuration.id <> excluded.id"
)
_REPLACE: Final = text(
    "INSERT INTO current_configuration (id) VALUES (:by) "
    "ON CONFLICT (is_it) DO UPDATE SET id = excluded.id, since = now() WHERE current_configuration.id = :known "
    "RETURNING id"
)


class Unreadable(Exception):
    """The configuration in force was made by another release, whose figures this one does not know."""


class Configurations:
    """What a process knows of the configuration in force."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def newest(self, known: GameConfig) -> GameConfig | None:
        """The configuration in force, which is `known` itself if it is that one; None if there never was one.

        Raises `Unreadable`, and `ConnectionError` in an outage.
        """
        try:
            async with self._engine.connect() as connection:
                found = await connection.scalar(_ID_IN_FORCE)
                if found is None or found == known.id:
                    return None if found is None else known
                row = (await connection.execute(_IN_FORCE)).one()
        except (SQLAlchemyError, OSError) as error:
            raise ConnectionError("the database does not answer") from error
        return decode_body(row.body)

    async def keep(self, game: GameConfig) -> None:
        """Store a configuration with its roster, so that it can be put in force; raises `ConfigError`."""
        await load_data(self._engine, game)

    async def put_in_force(self, game: GameConfig) -> None:
        """Have everything decided under `game` from now on, whatever was in force; raises `ConfigError`."""
        await self.keep(game)
        async with self._engine.begin() as connection:
            await connection.execute(_PUT_IN_FORCE, {"id": game.id})


async def replace_in_force(session: AsyncSession, known: int, *, by: int) -> bool:
    """Put a stored configuration in force with this transaction, if the `known` one, or none, still is."""
    return await session.scalar(_REPLACE, {"known": known, "by": by}) is not None


def decode_body(body: str) -> GameConfig:
    """A configuration as `configurations` keeps it; raises `Unreadable`."""
    try:
        return msgspec.json.decode(body, type=GameConfig)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from error
