"""The answers to one delivered batch, gathered as its jobs finish in any order."""

from __future__ import annotations

import asyncio

from actors.wire import Answer, Status

_PENDING = Answer(Status.PENDING)


class Parcel:
    """As many slots as the batch has envelopes; complete when each is settled or patience ends."""

    __slots__ = ("_answers", "_complete", "_open")

    def __init__(self, size: int) -> None:
        self._answers: list[Answer | None] = [None] * size
        self._open = size
        self._complete = asyncio.Event()

    def settle(self, index: int, answer: Answer) -> None:
        """Fill one slot; the first answer stays."""
        if self._answers[index] is None:
            self._answers[index] = answer
            self._open -= 1
            if not self._open:
                self._complete.set()

    async def collect(self, patience_s: float) -> list[Answer]:
        """All answers in the order of the batch; those still open after `patience_s` are PENDING."""
        if self._open:
            try:
                async with asyncio.timeout(patience_s):
                    await self._complete.wait()
            except TimeoutError:
                pass
        return [answer or _PENDING for answer in self._answers]
