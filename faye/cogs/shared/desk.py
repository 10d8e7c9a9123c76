"""From an errand to its reply, through the router that is all of the engine a front-end sees."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from msgspec.structs import replace

from faye.cogs.shared.errand import UNKNOWN_PLAYER_KEY, Errand, Scene
from faye.cogs.shared.presenter import follow
from faye.messages import Command, DirectRequest, Query, Reply
from faye.messages.refusals import Abandoned, IdempotencyConflict, NotKnownYet, NotStarted
from faye.messages.settings import AS_IN_DISCORD, KeepsToThemselves
from faye.router import Players, Router
from faye.utils.locks import UserLocks

log = logging.getLogger(__name__)

FOLLOWED_MAX: Final = 2

LANGUAGE_WAIT_S: Final = 0.2
"""So long at most an answer waits until it is known in which language it should be."""


class LockHeld(Exception):
    """Another command that takes the lock named in it is under way; nothing was asked of the engine."""


class Desk:
    """Asks the engine on behalf of Discord users."""

    def __init__(self, router: Router, players: Players, locks: UserLocks) -> None:
        self._router = router
        self._players = players
        self._locks = locks

    async def fulfil(self, errand: Errand) -> Reply:
        """Carry the errand out; raises `LockHeld`, or `ConnectionError` when the player cannot be looked up.

        After either nothing has happened. A failure of the router itself is settled by asking what became
        of the command.
        """
        if isinstance(direct := errand.request, DirectRequest):
            return await self._players.answer(errand.scene.user_id, direct)
        player_id = await self._find(errand, opens=errand.opens)
        if player_id is None:
            return NotStarted()
        if await self._is_hidden(errand):
            return KeepsToThemselves()
        request = errand.request_of(player_id)
        if not errand.locks:
            return await self._ask(errand, request)
        assert isinstance(request, Command), "only commands are locked"
        assert request.lock is not None, "the command names its lock"
        if not await self._locks.acquire(request.lock, player_id, request.idempotency_key):
            raise LockHeld(request.lock)
        return await self._unlock(request, await self._ask(errand, request))

    async def read(self, discord_id: int, query: Query) -> Reply:
        """The reply to a query of a Discord user's own player; raises `ConnectionError`."""
        player_id = await self._players.find(discord_id)
        if player_id is None:
            return NotStarted()
        return await self._router.ask(replace(query, player_id=player_id))

    async def language(self, scene: Scene) -> str | None:
        """The language in which whoever asked wants to be answered; None if that cannot be found out at once."""
        try:
            async with asyncio.timeout(LANGUAGE_WAIT_S):
                return _of(await self._players.language(scene.user_id), scene.language)
        except (ConnectionError, TimeoutError):
            return None

    def remembered_language(self, user_id: int, discords: str) -> str:
        """The same as far as it is known without asking; else that of the user's Discord."""
        return _of(self._players.remembered_language(user_id), discords) or discords

    async def establish(self, errand: Errand) -> Reply:
        """What became of an errand that was begun earlier, perhaps by another front-end.

        A command is not carried out any more: its first reply is found, or it is made sure that it never
        happens. A query is asked again, and so is what is asked directly. `NotKnownYet` while nobody can tell.
        """
        try:
            if isinstance(direct := errand.request, DirectRequest):
                return await self._players.answer(errand.scene.user_id, direct)
            # The account of an errand that opens one may be about to be opened elsewhere.
            player_id = await self._find(errand, opens=errand.opens)
            if player_id is None:
                return await self._rule_out(errand)
            if await self._is_hidden(errand):
                return KeepsToThemselves()
            request = errand.request_of(player_id)
            if isinstance(request, Query):
                return await self._ask(errand, request)
            reply = await self._router.outcome(request)
        except ConnectionError:
            return NotKnownYet()
        except Exception:
            what = "interaction %d: its outcome cannot be found"
            log.exception(what, errand.scene.interaction_id, extra=errand.log_fields)
            return NotKnownYet()
        return await self._unlock(request, reply) if errand.locks else reply

    async def _rule_out(self, errand: Errand) -> Reply:
        """What became of an errand of somebody without an account: nothing, nor will it if they start now.

        Its key is burned under the unknown player's, so that a front-end which held the errand meanwhile
        cannot carry it out for the player who was made after this was told.
        """
        request = errand.request_of(UNKNOWN_PLAYER_KEY)
        if isinstance(request, Query):
            return NotStarted()
        reply = await self._router.outcome(request)
        if isinstance(reply, Abandoned):
            return NotStarted()
        if isinstance(reply, IdempotencyConflict):
            # The key stands for a player: there is an account now, or was one that its user has erased since.
            player_id = await self._find(errand, opens=False)
            if player_id is None:
                return NotStarted()
            return await self._router.outcome(replace(request, player_id=player_id))
        return reply

    async def _find(self, errand: Errand, *, opens: bool) -> int | None:
        if errand.player_key:
            return errand.player_key
        find = self._players.open if opens else self._players.find
        player_id = await find(errand.scene.subject_id)
        return UNKNOWN_PLAYER_KEY if player_id is None and errand.guests else player_id

    async def _is_hidden(self, errand: Errand) -> bool:
        """Whether the errand is about somebody else who lets nobody see."""
        return (
            errand.scene.is_about_another
            and not errand.operates
            and await self._players.is_private(errand.scene.subject_id)
        )

    async def _ask(self, errand: Errand, request: Command | Query) -> Reply:
        try:
            reply = await self._router.ask(request)
            for _ in range(FOLLOWED_MAX):
                query = follow(errand, reply)
                if query is None:
                    break
                reply = await self._router.ask(replace(query, player_id=query.player_id or request.player_id))
        except Exception:
            what, fields = "interaction %d: asking the engine failed", {"player": request.player_id}
            log.exception(what, errand.scene.interaction_id, extra=errand.log_fields | fields)
            return NotKnownYet()
        return reply

    async def _unlock(self, command: Command, reply: Reply) -> Reply:
        """Let the next one run once this one's fate is known."""
        if command.lock is not None and not isinstance(reply, NotKnownYet):
            await self._locks.release(command.lock, command.player_id, command.idempotency_key)
        return reply


def _of(settled: str | None, discords: str) -> str | None:
    return discords if settled == AS_IN_DISCORD else settled
