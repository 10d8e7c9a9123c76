"""Messages come back as they were sent, and a digest tells commands apart for as long as keys are remembered."""

from datetime import UTC, datetime

import msgspec
import pytest

from faye.messages import codec
from faye.messages.base import snowflake_at, snowflake_time_ms
from faye.messages.codec import current_form, decode_reply, decode_request, digest, encode
from faye.messages.craft import Craft
from faye.messages.refusals import TooSoon
from faye.messages.start import Start
from faye.messages.summon import Summon

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_command_and_a_reply_come_back_as_they_were_sent() -> None:
    command = Summon(player_id=1, idempotency_key=2, banner="premium", count=10)
    assert decode_request(encode(command)) == command
    reply = TooSoon(what="daily", available_at=MOMENT, version=7)
    assert decode_reply(encode(reply)) == reply


def test_every_message_has_a_name_of_its_own() -> None:
    names = [message.__name__ for message in (*codec.COMMANDS, *codec.QUERIES, *codec.REPLIES)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("raw", [b"", b"\x93\x01\x02\x03", b"\x91\xa7Unknown", b"\xc1"])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode_request(raw)


def test_a_digest_tells_player_command_and_arguments_apart() -> None:
    commands = (
        Craft(player_id=1, idempotency_key=2, amount=3),
        Craft(player_id=2, idempotency_key=2, amount=3),
        Craft(player_id=1, idempotency_key=2, amount=4),
        Start(player_id=1, idempotency_key=2),
        Summon(player_id=1, idempotency_key=2, banner="standard"),
        Summon(player_id=1, idempotency_key=2, banner="standard", count=10),
    )
    assert len({digest(command) for command in commands}) == len(commands)


def test_an_appended_argument_at_its_default_leaves_the_digest_as_it_was() -> None:
    explicit = Summon(player_id=1, idempotency_key=2, banner="standard", count=1)
    assert digest(explicit) == digest(Summon(player_id=1, idempotency_key=2, banner="standard"))
    # Fixed for ever: digests of released commands are compared with stored ones.
    assert digest(Craft(player_id=1, idempotency_key=2, amount=3)) == 6726635113601703700


def test_a_snowflake_tells_its_time() -> None:
    key = snowflake_at(1_790_000_000_123, 77)
    assert snowflake_time_ms(key) == 1_790_000_000_123
    assert snowflake_at(1_790_000_000_124) > key


def test_a_reply_of_an_older_schema_is_converted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec.CONVERTERS, codec.REPLY_SCHEMA - 2, lambda raw: raw + b" and one")
    monkeypatch.setitem(codec.CONVERTERS, codec.REPLY_SCHEMA - 1, lambda raw: raw + b" and another")
    assert current_form(codec.REPLY_SCHEMA, b"reply") == b"reply"
    assert current_form(codec.REPLY_SCHEMA - 1, b"reply") == b"reply and another"
    assert current_form(codec.REPLY_SCHEMA - 2, b"reply") == b"reply and one and another"


@pytest.mark.parametrize("away", [-3, 1, 100])
def test_a_reply_of_a_schema_without_a_way_is_not_read(away: int) -> None:
    assert current_form(codec.REPLY_SCHEMA + away, encode(TooSoon(what="daily", available_at=MOMENT))) is None


def test_what_must_not_be_done_twice_at_once_names_its_lock_and_no_message_carries_it() -> None:
    locks = {kind.__name__: kind.lock for kind in codec.COMMANDS if kind.lock is not None}
    assert locks == {
        "Summon": "summon", "DissolveEsprits": "confirm", "BreakLimit": "confirm",
        "Explore": "fight", "BeginTrial": "fight", "Act": "fight",
    }  # fmt: skip
    assert all("lock" not in kind.__struct_fields__ for kind in codec.COMMANDS)
