"""An engine over a migrated database of the test's own."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.db import connect


@pytest.fixture
async def engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url, config.engine)
    yield engine
    await engine.dispose()
