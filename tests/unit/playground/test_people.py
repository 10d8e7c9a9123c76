import msgspec
import pytest

from faye.playground.identity import (
    NAME_CHARS_MAX,
    PERMISSIONS_ALL,
    UserRecord,
    clean_name,
    new_identity,
    username_of,
)
from faye.playground.people import People
from faye.playground.snowflake import SnowflakeMaker


@pytest.fixture
def people() -> People:
    make = SnowflakeMaker()
    return People(new_identity(make, ("hall",)), make)


def test_the_first_to_arrive_is_the_owner_and_may_do_everything(people: People) -> None:
    first, second = people.admit("Anna"), people.admit("Ben")
    assert people.permissions(first) == PERMISSIONS_ALL
    assert not people.permissions(second) & 0x8


def test_a_name_is_one_account_however_it_is_written(people: People) -> None:
    assert people.admit("Anna").id == people.admit("  anna ").id == people.admit("ＡＮＮＡ").id
    assert people.admit("Änna").id != people.admit("Anna").id
    assert len(people) == 2
    assert people.by_name("ANNA") is people.admit("anna")
    assert people.by_name("nobody") is None


def test_each_has_one_channel_for_direct_messages(people: People) -> None:
    anna, ben = people.admit("Anna"), people.admit("Ben")
    assert people.by_direct_channel("") is None
    channel_id = people.open_direct_channel(anna)
    assert people.open_direct_channel(anna) == channel_id != people.open_direct_channel(ben)
    assert people.by_direct_channel(channel_id) is anna


def test_names_keep_what_people_are_called_and_lose_control_characters() -> None:
    assert clean_name("\tAn\x00na\n") == "An na"
    assert clean_name("🐉 بن") == "🐉 بن"
    assert len(clean_name("x" * 100)) == NAME_CHARS_MAX
    for nothing in ("", "   ", "\u200f\u200b", "\x07"):
        with pytest.raises(ValueError, match="visible"):
            clean_name(nothing)


def test_who_was_stored_long_ago_speaks_english_and_takes_direct_messages() -> None:
    stored = msgspec.json.decode(b'{"id": "1", "name": "Anna"}', type=UserRecord)
    assert stored.locale == "en-US"
    assert stored.direct_channel_id == ""
    assert stored.accepts_direct_messages


def test_usernames_are_plain_and_distinct() -> None:
    assert username_of("Anna <b>🐉", "123456789") == "annab.456789"
    assert username_of("بن", "123456789") == "player.456789"
