"""Bring the schema up to date at start, safely when several processes start at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATION_LOCK: Final = 0x46415945_4D494752
"""Key of the advisory lock under which schemas change ("FAYEMIGR")."""


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Apply every migration up to `revision` that the database lacks; a second process waits for the first.

    `engine` is a patient one: see `faye.database.db.connect`.
    """
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        await connection.run_sync(_upgrade, revision)
        await connection.commit()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database's schema is the one of this release."""
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return found == ScriptDirectory.from_config(_config()).get_current_head()


def _upgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
