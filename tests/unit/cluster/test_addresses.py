"""Addresses are shown as the place of a server and nothing more."""

import pytest

from cluster.addresses import host_and_port, place_of


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql+asyncpg://me:hunter2@db/faye", "db:5432"),
        ("postgresql+asyncpg://me:hunter2@db:5433/faye?ssl=require", "db:5433"),
        ("postgresql+asyncpg://me:hunter2@/faye?host=/run/postgresql", "/run/postgresql"),
        ("redis://:hunter2@cache/0", "cache:6379"),
        ("rediss://:hunter2@cache:7000/0", "cache:7000"),
        ("unix:///run/valkey.sock", "/run/valkey.sock"),
    ],
)
def test_a_place_is_shown_with_its_port_and_without_its_password(url: str, place: str) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("ws", 80), ("https", 443), ("wss", 443)])
def test_a_server_without_a_port_is_asked_at_the_usual_one(scheme: str, port: int) -> None:
    assert host_and_port(f"{scheme}://discord.example/x") == ("discord.example", port)
    assert host_and_port(f"{scheme}://discord.example:8080/x") == ("discord.example", 8080)
