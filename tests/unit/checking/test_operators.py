"""Operators and players at the same grains, by the campaign's own draws: the books are right and the checker agrees."""

import asyncio

from faye.messages.admin import Administered, AlreadyRefunded, DecidedFound, DeedPreview
from faye.messages.refusals import Suspended
from faye.utils.clock import SystemClock
from tests.builders import small_config
from tests.faults.campaign.draws import Draws
from tests.property.room import Room

PLAYERS = range(1, 5)


async def test_what_operators_do_among_players_is_what_a_sequential_model_does() -> None:
    seen: set[str] = set()
    for seed in range(3):
        seen |= await played(seed)
    expected = (Administered, AlreadyRefunded, DeedPreview, Suspended, DecidedFound)
    assert seen >= {kind.__name__ for kind in expected}


async def played(seed: int) -> set[str]:
    """Let players and operators play; gives the names of all replies."""
    config = small_config()
    room, draws = Room(config, SystemClock()), Draws(seed, PLAYERS, config)
    seen: set[str] = set()
    for player in PLAYERS:
        await room.ask(draws.start(player))
    for _ in range(3_000):
        request = draws.request()
        if not (reply := await room.ask(request)).version:
            await asyncio.sleep(0)
        draws.note(request.player_id, reply)
        seen.add(type(reply).__name__)
    room.check_books()
    await room.close()
    return seen
