"""What several tests of the database start from."""

import secrets
from collections.abc import AsyncIterator

import pytest

from cluster.postgres import PostgresServer
from tests.conftest import _with_database, as_superuser


@pytest.fixture
async def empty_url(shared_postgres: PostgresServer) -> AsyncIterator[str]:
    """A database with nothing in it."""
    name = f"empty_{secrets.token_hex(8)}"
    await as_superuser(shared_postgres, f"CREATE DATABASE {name} OWNER faye")
    yield _with_database(shared_postgres.url, name)
    await as_superuser(shared_postgres, f"DROP DATABASE {name} WITH (FORCE)")
