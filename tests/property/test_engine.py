"""Whatever the engine is asked: a reply, no exception, and a game whose books are right."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faye.messages import Command, Query
from faye.messages.base import snowflake_at
from faye.messages.start import Start
from tests.builders import small_config
from tests.property.plugin import budget, tried
from tests.property.room import Room
from tests.property.strategies import integers, requests
from tests.simulation.virtual_time import EPOCH_MS, VirtualClock, run_virtually

CONFIG = small_config()
PLAYERS = (11, 12)
NEW_KEYS = tuple(snowflake_at(EPOCH_MS, low) for low in range(1, 24))

asked_requests = st.lists(
    requests(st.sampled_from(PLAYERS) | integers, st.sampled_from(NEW_KEYS) | integers), max_size=40
)


async def play(asked: Sequence[Command | Query]) -> None:
    room = Room(CONFIG, VirtualClock())
    for low, player_id in enumerate(PLAYERS):
        await room.ask(Start(player_id=player_id, idempotency_key=snowflake_at(EPOCH_MS, 100 + low)))
    for request in asked:
        await room.ask(request)
    room.check_books()
    await room.close()


@pytest.mark.usefixtures("quiet")
@budget(250, long=8_000)
@given(asked_requests)
def test_no_request_crashes_the_engine_or_spoils_the_books(asked: list[Command | Query]) -> None:
    tried("requests to the engine", len(asked))
    run_virtually(play(asked))
