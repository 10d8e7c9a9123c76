from pathlib import Path

import pytest

from cluster.environment import Environment
from cluster.errors import ClusterError
from faye.operators import Owners


def test_nothing_set_gives_the_defaults() -> None:
    environment = Environment.read({"FAYE_HOME": "", "DISCORD_TOKEN": " "})
    assert (environment.home, environment.config, environment.port) == (Path(".faye"), Path("config"), 8000)
    assert environment.discord_token is None
    assert environment.database_url is None


def test_owners_are_listed_with_commas_and_nobody_is_one_by_default() -> None:
    environment = Environment.read({"FAYE_OWNERS": "123, 456,", "FAYE_ADMIN_GUILD": " 789 "})
    assert environment.owners == Owners(frozenset({123, 456}), 789)
    assert Environment.read({"FAYE_OWNERS": " "}).owners == Owners()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_of_ones_own_is_reached_by_asyncpg(scheme: str) -> None:
    environment = Environment.read({"FAYE_DATABASE_URL": f"{scheme}://me:pw@db:5432/faye"})
    assert environment.database_url == "postgresql+asyncpg://me:pw@db:5432/faye"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAYE_PORT", "eighty"),
        ("FAYE_LOG", "xml"),
        ("FAYE_LOG_LEVEL", "loud"),
        ("FAYE_PORT", "65536"),
        ("FAYE_PORT", "-1"),
        ("FAYE_PORT", "٣"),
        ("FAYE_DATABASE_URL", "mysql://host/db"),
        ("FAYE_DATABASE_URL", "host"),
        ("FAYE_DATABASE_URL", "postgresql://me:pw@db:port/faye"),
        ("FAYE_DATABASE_URL", "postgresql://me:pw@db:99999/faye"),
        ("FAYE_DATABASE_URL", "postgresql://me:pw@db"),
        ("FAYE_DATABASE_URL", "postgresql:///faye"),
        ("FAYE_DATABASE_URL", "postgresql://me:pw@db/faye?pool=3"),
        ("FAYE_DATABASE_URL", "postgresql://me:pw@db/faye?sslmode=perhaps"),
        ("FAYE_DATABASE_URL", "postgresql://me:p w@db/faye"),
        ("FAYE_REDIS_URL", "localhost:6379"),
        ("FAYE_REDIS_URL", "redis://localhost:port/0"),
        ("FAYE_REDIS_URL", "redis://localhost/zero"),
        ("FAYE_REDIS_URL", "redis://localhost/0?colour=red"),
        ("FAYE_REDIS_URL", "redis:///0"),
        ("FAYE_REDIS_URL", "unix://"),
        ("FAYE_OWNERS", "Olga"),
        ("FAYE_OWNERS", "123, -5"),
        ("FAYE_OWNERS", "0"),
        ("FAYE_OWNERS", str(2**63)),
        ("FAYE_ADMIN_GUILD", "1,2"),
        ("FAYE_ADMIN_GUILD", "our server"),
        ("DISCORD_TOKEN", "one two"),
        ("DISCORD_TOKEN", "one\ntwo"),
        ("DISCORD_TOKEN", "tök"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ClusterError, match=name):
        Environment.read({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAYE_DATABASE_URL", "mysql://me:hunter2@host/db"),
        ("FAYE_DATABASE_URL", "postgresql://me:hunter2@host:port/db"),
        ("FAYE_DATABASE_URL", "postgresql://me:hunter2@[host/db"),
        ("FAYE_DATABASE_URL", "postgresql://me:a?hunter2@host/db"),
        ("FAYE_DATABASE_URL", "postgresql://me@host/db?sslmode=hunter2"),
        ("FAYE_REDIS_URL", "redis://:hunter2@host:port/0"),
        ("FAYE_REDIS_URL", "redis://:hunter2@host/0?colour=red"),
        ("DISCORD_TOKEN", "hunter2 hunter2"),
    ],
)
def test_a_refused_value_does_not_show_its_secret(name: str, value: str) -> None:
    with pytest.raises(ClusterError) as refusal:
        Environment.read({name: value})
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgres://db/faye?sslmode=require", "postgresql+asyncpg://db/faye?ssl=require"),
        ("postgres://db/faye?ssl=verify-full", "postgresql+asyncpg://db/faye?ssl=verify-full"),
        ("postgresql:///faye?host=%2Frun%2Fpg", "postgresql+asyncpg:///faye?host=%2Frun%2Fpg"),
        ("postgresql://me:a%40b@db/faye", "postgresql+asyncpg://me:a%40b@db/faye"),
    ],
)
def test_libpqs_word_for_tls_is_understood_and_a_password_is_left_as_it_is(given: str, taken: str) -> None:
    assert Environment.read({"FAYE_DATABASE_URL": given}).database_url == taken


def test_white_space_around_a_token_is_not_part_of_it() -> None:
    assert Environment.read({"DISCORD_TOKEN": " abc.def\r\n"}).discord_token == "abc.def"


@pytest.mark.parametrize(
    ("api", "gateway", "name"),
    [
        ("nonsense", "ws://127.0.0.1:1/", "FAYE_DISCORD_API"),
        ("ws://127.0.0.1:1/", "ws://127.0.0.1:1/", "FAYE_DISCORD_API"),
        ("http://", "ws://127.0.0.1:1/", "FAYE_DISCORD_API"),
        ("http://127.0.0.1:1/api/v10", "http://127.0.0.1:1/", "FAYE_DISCORD_GATEWAY"),
        ("http://127.0.0.1:1/api/v10", "ws://127.0.0.1:port/", "FAYE_DISCORD_GATEWAY"),
    ],
)
def test_an_address_that_no_discord_can_have_is_refused_by_its_name(
    api: str, gateway: str, name: str
) -> None:
    with pytest.raises(ClusterError, match=name):
        Environment.read({"FAYE_DISCORD_API": api, "FAYE_DISCORD_GATEWAY": gateway})


@pytest.mark.parametrize("name", ["FAYE_DISCORD_API", "FAYE_DISCORD_GATEWAY"])
def test_half_an_address_of_another_discord_is_refused(name: str) -> None:
    with pytest.raises(ClusterError, match="both or neither"):
        Environment.read({name: "http://127.0.0.1:1", "DISCORD_TOKEN": "secret"})
