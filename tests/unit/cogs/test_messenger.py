"""What Discord says to an answer, and what the front-end makes of it."""

from dataclasses import dataclass
from typing import Any, cast

import discord
import pytest

from faye.cogs.shared.messenger import Messenger, Missing, Rejected, Undelivered
from faye.cogs.shared.rendered import Rendered, notice
from faye.utils.deferred import Deferred
from faye.utils.image_generator import CardStudio

DEFERRED = Deferred(1, 1574321814727950336, "token", 0, b"")


@dataclass
class Response:
    """As much of an HTTP answer as the library's errors look at."""

    status: int
    reason: str = "because"


def failure(status: int, code: int) -> discord.HTTPException:
    body = {"code": code, "message": "no"}
    return discord.HTTPException(cast(Any, Response(status)), body)


@dataclass
class RefusingWebhook:
    """Answers everything with one error."""

    error: Exception

    async def edit_message(self, *_: object, **__: object) -> None:
        raise self.error

    send = fetch_message = edit_message


def messenger_over(error: Exception, monkeypatch: pytest.MonkeyPatch) -> Messenger:
    messenger = Messenger(cast(discord.Client, None), cast(CardStudio, None), card_wait_ms=1)
    monkeypatch.setattr(messenger, "_webhook", lambda _: RefusingWebhook(error))
    return messenger


@pytest.mark.parametrize(
    ("status", "code", "meant"),
    [
        (404, 10008, Missing),
        (404, 10015, Missing),
        (404, 10003, Missing),
        (401, 50027, Missing),
        (404, 0, Undelivered),
        (401, 0, Undelivered),
        (403, 50013, Undelivered),
        (502, 0, Undelivered),
        (400, 50035, Rejected),
    ],
)
async def test_no_answer_of_discord_ends_the_delivery_for_good(
    monkeypatch: pytest.MonkeyPatch, status: int, code: int, meant: type[Exception]
) -> None:
    messenger = messenger_over(failure(status, code), monkeypatch)
    for rendered in (notice("private", is_aside=True), notice("public", is_aside=False)):
        with pytest.raises(Undelivered) as told:
            await messenger.deliver(DEFERRED, rendered, Rendered)
        assert type(told.value) is meant
    with pytest.raises(Undelivered) as looked:
        await messenger.awaits_answer(DEFERRED)
    assert type(looked.value) is meant
