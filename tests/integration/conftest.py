"""What tests over a real database start from."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.db import connect


@pytest.fixture
async def engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    """An engine over a migrated database of the test's own."""
    engine = connect(database_url, config.engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def patient_engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    """One for upkeep, which waits for its turn however long that takes."""
    engine = connect(database_url, config.engine, patient=True)
    yield engine
    await engine.dispose()
