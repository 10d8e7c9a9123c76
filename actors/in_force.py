"""The configuration that a host decides under, and how it learns that another one is in force."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from faye.config import GameConfig

log = logging.getLogger(__name__)

Newest = Callable[[GameConfig], Awaitable[GameConfig | None]]
"""Finds the configuration in force, given the one that is known; None: none was ever put in force.

Raises `ConnectionError` in an outage.
"""


class InForce:
    """What is decided while `game` is no longer in force cannot be written: being late costs time and no more."""

    def __init__(self, game: GameConfig, newest: Newest | None = None) -> None:
        self.game = game
        self._newest = newest
        self._complained = ""

    async def learn(self, otherwise: Callable[[], Awaitable[None]]) -> None:
        """What was decided could not be written: follow; `otherwise` where nothing else can be learnt yet."""
        if not await self.follow():
            await otherwise()

    async def follow(self) -> bool:
        """Take over the configuration in force; whether it is another one. Where it cannot be told, go on as before."""
        if self._newest is None:
            return False
        try:
            newest = await self._newest(self.game)
        except ConnectionError:
            return False  # whoever writes complains of the outage
        except Exception as error:
            if self._complained != (complaint := repr(error)):
                log.exception("the configuration in force cannot be read")
            self._complained = complaint
            return False
        if newest is None or newest.id == self.game.id:
            return False
        log.info("configuration %d is in force, in place of %d", newest.id, self.game.id)
        self.game = newest
        return True
