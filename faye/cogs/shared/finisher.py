"""Finishes in the background what could not be finished at once, and what other front-ends left behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec

from faye.cogs.shared.desk import Desk
from faye.cogs.shared.errand import Errand
from faye.cogs.shared.look import Look
from faye.cogs.shared.messenger import Messenger, Missing, Undelivered
from faye.cogs.shared.presenter import present, say_only_whether
from faye.cogs.shared.refusals import explain_unreadable
from faye.cogs.shared.rendered import Rendered
from faye.messages import Undecided
from faye.messages.codec import read
from faye.utils.deferred import Deferred, DeferredStore
from faye.utils.language import speak
from faye.utils.tasks import end_tasks

log = logging.getLogger(__name__)

_errands: Final = msgspec.msgpack.Decoder(Errand)

FIRST_PAUSE_S: Final = 0.5
PAUSE_FACTOR: Final = 1.6
PAUSE_MAX_S: Final = 15.0
LEASE_RENEWALS: Final = 3
"""A lease is renewed so many times in its length: two may fail before it lapses."""
ACKNOWLEDGED_WITHIN_S: Final = 4.0
"""Discord takes a first response for 3 s, also one that we gave up; the rest is for its way there."""


class Finisher:
    """Keeps this front-end's lease, adopts what others left, and asks until each outcome is shown."""

    def __init__(self, desk: Desk, messenger: Messenger, store: DeferredStore, look: Look) -> None:
        self._desk = desk
        self._messenger = messenger
        self._store = store
        self.look = look
        self._keeper: asyncio.Task[None] | None = None
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._watched: set[int] = set()
        """Those under way of which it is still open whether there is anything to finish."""

    async def start(self) -> None:
        """Take the lease and begin to look for what others left."""
        await self._store.renew()
        self._keeper = asyncio.create_task(self._keep(), name="deferred-keeper")

    async def stop(self) -> None:
        """Stop at once; what is unfinished stays in Valkey for the next front-end."""
        await end_tasks([*self._under_way.values(), *([self._keeper] if self._keeper else [])])
        await self._store.resign()

    def finish_later(self, deferred: Deferred, *, told: bool = False) -> None:
        """Go on with an interaction until its outcome is shown or its token ends.

        `told` says that its message already speaks of the outcome as unknown.
        """
        interaction_id = deferred.interaction_id
        if interaction_id in self._watched:
            # What is known to be unfinished must not end with a look that finds some text in its place.
            self._under_way.pop(interaction_id).cancel()
            self._watched.discard(interaction_id)
        self._undertake(interaction_id, lambda: self._finish(deferred, told))

    def finish_if_unanswered(self, deferred: Deferred, *, after_s: float = 0.0) -> None:
        """Finish an interaction of which it is open who acknowledged it, and whether anybody did.

        For `after_s` it is left to whoever else may be answering it. Then it is finished only if its message
        still waits: an answer that somebody gave stands, whatever it says, and nothing is asked for it.
        """
        if deferred.interaction_id not in self._under_way:
            self._watched.add(deferred.interaction_id)
            self._undertake(deferred.interaction_id, lambda: self._watch(deferred, after_s))

    def _undertake(self, interaction_id: int, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if interaction_id in self._under_way:
            return
        task = asyncio.create_task(work(), name=f"finish-{interaction_id}")
        self._under_way[interaction_id] = task

        def end(_: asyncio.Task[None]) -> None:
            if self._under_way.get(interaction_id) is task:
                del self._under_way[interaction_id]
                self._watched.discard(interaction_id)

        task.add_done_callback(end)

    async def _keep(self) -> None:
        """Renew the lease a few times in its length, and look for lapsed ones once in it.

        After an outage of Valkey everybody's lease is gone for a moment: nobody looks before one lease
        has passed in which all that live could renew theirs.
        """
        patience = 0
        while True:
            if not await self._store.renew():
                patience = LEASE_RENEWALS
            elif patience:
                patience -= 1
            else:
                await self._adopt()
                patience = LEASE_RENEWALS - 1
            await asyncio.sleep(self._store.lease_s / LEASE_RENEWALS)

    async def _adopt(self) -> None:
        adopted = await self._store.adopt()
        if adopted:
            log.info("finishing %d deferred interactions that another front-end left", len(adopted))
        for deferred in adopted:
            self.finish_later(deferred)

    async def _watch(self, deferred: Deferred, after_s: float) -> None:
        await asyncio.sleep(after_s)
        is_unanswered = await self._is_unanswered(deferred)
        self._watched.discard(deferred.interaction_id)
        if is_unanswered:
            await self._finish(deferred, told=False)
        else:
            await self._store.forget(deferred.interaction_id)

    async def _is_unanswered(self, deferred: Deferred) -> bool:
        """Look until Discord says it; no longer than an acknowledgement may still arrive if there is none."""
        pause_s = FIRST_PAUSE_S
        while (remaining_s := self._store.remaining_s(deferred)) > 0:
            try:
                return await self._messenger.awaits_answer(deferred)
            except Missing:
                if self._store.kept_s - remaining_s > ACKNOWLEDGED_WITHIN_S:
                    return False
            except Undelivered as error:
                log.warning("interaction %d: not looked at yet (%s)", deferred.interaction_id, error)
            await asyncio.sleep(min(pause_s, remaining_s))
            pause_s = min(PAUSE_MAX_S, pause_s * PAUSE_FACTOR)
        return False

    async def _finish(self, deferred: Deferred, told: bool) -> None:
        closed = False
        pause_s = 0.0
        while not closed and (remaining_s := self._store.remaining_s(deferred)) > 0:
            await asyncio.sleep(min(pause_s, remaining_s))
            pause_s = min(PAUSE_MAX_S, max(FIRST_PAUSE_S, pause_s * PAUSE_FACTOR))
            closed = await self._advance(deferred, speaks=not told)
            told = True
        if not closed:
            log.warning(
                "interaction %d: its token ended before its answer was shown", deferred.interaction_id
            )
        await self._store.forget(deferred.interaction_id)

    async def _advance(self, deferred: Deferred, *, speaks: bool) -> bool:
        """Look for the outcome and show it; whether the matter is closed.

        An outcome still unknown is shown only if this attempt `speaks`.
        """
        try:
            errand = read(_errands, deferred.errand)
            speak(errand.scene.language, unless_chosen=True)
            reply = await self._desk.establish(errand)
        except msgspec.MsgspecError:
            log.warning("interaction %d: another version left it, unreadable", deferred.interaction_id)
            unreadable = explain_unreadable(self.look)
            return await self._show(deferred, unreadable, lambda: unreadable)
        is_last_word = not isinstance(reply, Undecided)
        if not (is_last_word or speaks):
            return False
        if (language := await self._desk.language(errand.scene)) is not None:
            speak(language)
        try:
            rendered = present(errand, reply, self.look)
        except Exception:
            log.exception("interaction %d: its answer cannot be shown as usual", deferred.interaction_id)
            rendered = say_only_whether(errand, reply, self.look)
        shown = await self._show(deferred, rendered, lambda: say_only_whether(errand, reply, self.look))
        return shown and is_last_word

    async def _show(self, deferred: Deferred, rendered: Rendered, otherwise: Callable[[], Rendered]) -> bool:
        """Whether it stands there."""
        try:
            await self._messenger.deliver(deferred, rendered, otherwise)
        except Undelivered as error:
            log.warning("interaction %d: not delivered (%s)", deferred.interaction_id, error)
            return False
        return True
