"""What all property tests share."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from tests.property.stage import Stage


@pytest.fixture
def quiet() -> Iterator[None]:
    """Nothing is logged: thousands of refused inputs would say the same."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """The loop on which a module's stage stands."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def stage(runner: asyncio.Runner) -> Iterator[Stage]:
    """A bot before which Mira has begun."""
    made = runner.run(Stage().open())
    runner.run(made.begin("Mira"))
    yield made
    runner.run(made.close())
