"""A refund that was refused is judged by what had been decided at its version, not by what came after."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from faye.messages.admin import NothingFound, NotRefundable, Refund
from faye.messages.codec import encode
from faye.messages.craft import Craft, Crafted
from faye.messages.refusals import InvalidAmount
from faye.messages.start import Start
from faye.utils.clock import SystemClock
from tests.builders import new_key, small_config
from tests.property.room import Room


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    """Where one player has started."""
    room = Room(small_config(), SystemClock())
    await room.ask(Start(player_id=7, idempotency_key=new_key()))
    yield room
    await room.close()


def refund(key: int) -> Refund:
    return Refund(player_id=7, idempotency_key=new_key(), admin_id=1, reason="", key=key)


def craft(amount: int = 1) -> Craft:
    return Craft(player_id=7, idempotency_key=new_key(), amount=amount)


async def test_before_the_command_has_come_there_is_nothing_to_refund(room: Room) -> None:
    late = craft()
    assert isinstance(await room.ask(refund(late.idempotency_key)), NothingFound)
    assert isinstance(await room.ask(late), Crafted)
    room.check_books()


async def test_before_the_command_has_been_refused_there_is_nothing_to_refund(room: Room) -> None:
    late = craft(0)
    assert isinstance(await room.ask(refund(late.idempotency_key)), NothingFound)
    await room.ask(craft())
    assert isinstance(await room.ask(late), InvalidAmount)
    room.check_books()


async def test_what_had_been_decided_before_cannot_be_missed(room: Room) -> None:
    refused = craft(0)
    await room.ask(refused)
    await room.ask(craft())
    late = refund(refused.idempotency_key)
    reply = await room.ask(late)
    assert isinstance(reply, NotRefundable)
    stood = room.store.decided[late.idempotency_key]
    missed = encode(NothingFound(version=reply.version))
    room.store.decided[late.idempotency_key] = replace(stood, reply=missed)
    with pytest.raises(AssertionError, match="was refused with NothingFound"):
        room.check_books()
