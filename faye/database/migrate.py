"""Bring the schema up to date at start, safely when several processes start at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

MIGRATION_LOCK: Final = 0x46415945_4D494752
"""Key of the advisory lock under which schemas change ("FAYEMIGR")."""


class SchemaNewer(Exception):
    """The database's schema was made by a later release than this one, which must not touch it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"the database's schema is {found}, which a later release of Faye made; this one knows up to {head()}: "
            "start that release, or a later one, or restore a backup from before the upgrade"
        )


async def migrate(engine: AsyncEngine, revision: str = "head") -> None:
    """Apply every migration up to `revision` that the database lacks; a second process waits for the first.

    All of them are one transaction: ended anywhere, nothing has happened. Raises `SchemaNewer`, having changed
    nothing, when the database is ahead of this release. `engine` is a patient one: see `faye.database.db.connect`.
    """
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        found = await revision_of(connection)
        if found is not None and not is_known(found):
            raise SchemaNewer(found)
        await connection.run_sync(_upgrade, revision)
        await connection.commit()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database's schema is the one of this release."""
    async with engine.connect() as connection:
        return await revision_of(connection) == head()


async def revision_of(connection: AsyncConnection) -> str | None:
    """The revision of a database's schema; None: it holds nothing of Faye's."""
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def head() -> str:
    """The revision of this release's schema."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None, "there are migrations"
    return newest


def is_known(revision: str) -> bool:
    """Whether this release knows a revision, and so how to bring it up to date."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return any(script.revision == revision for script in scripts)


def _upgrade(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
