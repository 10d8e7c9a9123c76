from pathlib import Path

import pytest

from cluster.environment import Environment
from cluster.errors import ClusterError


def test_nothing_set_gives_the_defaults() -> None:
    environment = Environment.read({"FAYE_HOME": "", "DISCORD_TOKEN": " "})
    assert (environment.home, environment.config, environment.port) == (Path(".faye"), Path("config"), 8000)
    assert environment.discord_token is None
    assert environment.database_url is None


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_of_ones_own_is_reached_by_asyncpg(scheme: str) -> None:
    environment = Environment.read({"FAYE_DATABASE_URL": f"{scheme}://me:pw@db:5432/faye"})
    assert environment.database_url == "postgresql+asyncpg://me:pw@db:5432/faye"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAYE_PORT", "eighty"),
        ("FAYE_PORT", "65536"),
        ("FAYE_PORT", "-1"),
        ("FAYE_PORT", "٣"),
        ("FAYE_DATABASE_URL", "mysql://host/db"),
        ("FAYE_DATABASE_URL", "host"),
        ("FAYE_REDIS_URL", "localhost:6379"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ClusterError, match=name):
        Environment.read({name: value})


def test_a_refused_address_does_not_show_its_password() -> None:
    with pytest.raises(ClusterError) as refusal:
        Environment.read({"FAYE_DATABASE_URL": "mysql://me:hunter2@host/db"})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("name", ["FAYE_DISCORD_API", "FAYE_DISCORD_GATEWAY"])
def test_half_an_address_of_another_discord_is_refused(name: str) -> None:
    with pytest.raises(ClusterError, match="both or neither"):
        Environment.read({name: "http://127.0.0.1:1", "DISCORD_TOKEN": "secret"})
