"""What several tests of the engine start from."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.actors.fake_host import FakeHost, echo


@pytest.fixture
async def host() -> AsyncIterator[FakeHost]:
    """A host that answers each batch with its reverse."""
    made = FakeHost("host-0", echo)
    await made.begin()
    yield made
    await made.end()
