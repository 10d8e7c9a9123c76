"""What all property tests share."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def quiet() -> Iterator[None]:
    """Nothing is logged: thousands of refused inputs would say the same."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
