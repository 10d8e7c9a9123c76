"""What several tests of the engine start from."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database.db import connect
from tests.integration.actors.fake_host import FakeHost, echo


@pytest.fixture
async def engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    """An engine over a migrated database of the test's own."""
    engine = connect(database_url, config.engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def host() -> AsyncIterator[FakeHost]:
    """A host that answers each batch with its reverse."""
    made = FakeHost("host-0", echo)
    await made.begin()
    yield made
    await made.end()
