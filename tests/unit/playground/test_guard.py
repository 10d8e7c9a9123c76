import pytest

from faye.playground.faults import Faults
from faye.playground.guard import Guard
from faye.playground.identity import new_identity
from faye.playground.ratelimits import RateLimits
from faye.playground.snowflake import SnowflakeMaker


@pytest.fixture
def guard() -> Guard:
    identity = new_identity(SnowflakeMaker(), ("hall",))
    return Guard(identity, Faults(), RateLimits(), frozenset({"play.example"}))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
        "10.1.2.3",
        "a.localhost",
        "play.example",
    ],
)
def test_hosts_that_cannot_be_rebound_are_served(guard: Guard, host: str) -> None:
    assert guard._is_local(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "a b", "x:99999999"]
)
def test_other_hosts_are_not(guard: Guard, host: str) -> None:
    assert not guard._is_local(host)


def test_a_fault_meets_as_many_calls_as_asked_and_no_others() -> None:
    faults = Faults()
    faults.add(r"^POST .*/callback$", status=500, times=2)
    assert faults.take("GET /callback") is None
    assert [bool(faults.take("POST /x/callback")) for _ in range(3)] == [True, True, False]
