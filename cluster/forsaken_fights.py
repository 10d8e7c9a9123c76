"""Ending the fights that nobody asks about any more.

Whoever asks for a player meets a forsaken fight ended. Where nobody ever does, because the account was erased in the
middle of it or its user has gone, the price of a trial would be held for ever.
"""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.messages.fight import GetFight
from faye.router import Router

log = logging.getLogger(__name__)

FIGHTS_AT_ONCE: Final = 10_000
"""So many are ended by one call; the next one ends more."""

_FORSAKEN: Final = text("SELECT id FROM players WHERE fight_until < now() LIMIT :most")


async def end_forsaken_fights(database: AsyncEngine, router: Router) -> int:
    """Ask for every player whose fight should have ended, which ends it; returns how many were asked for.

    It reads the whole table of players, which no index makes cheaper: for now and then.
    """
    async with database.connect() as connection:
        forsaken = (await connection.execute(_FORSAKEN, {"most": FIGHTS_AT_ONCE})).scalars().all()
    for player_id in forsaken:
        await router.ask(GetFight(player_id=player_id))
    if forsaken:
        log.info("%d forsaken fights were ended", len(forsaken))
    return len(forsaken)
