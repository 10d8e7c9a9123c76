"""The answers to one delivered batch, gathered as its jobs finish in any order."""

from __future__ import annotations

import asyncio

from actors.wire import Answer, Status

_PENDING = Answer(Status.PENDING)


class Parcel:
    """As many slots as the batch has envelopes; complete when each is settled, or when nothing moves any more."""

    __slots__ = ("_answers", "_complete", "_moved", "_open")

    def __init__(self, size: int) -> None:
        self._answers: list[Answer | None] = [None] * size
        self._open = size
        self._complete = asyncio.Event()
        self._moved = False

    def settle(self, index: int, answer: Answer) -> None:
        """Fill one slot; the first answer stays."""
        if self._answers[index] is None:
            self._answers[index] = answer
            self._open -= 1
            self._moved = True
            if not self._open:
                self._complete.set()

    async def collect(self, patience_s: float, linger_s: float) -> list[Answer]:
        """All answers in the order of the batch.

        Those still open after `patience_s`, or when none has come for `linger_s`, are PENDING: one that is stuck must
        keep back neither the others' answers nor the next batch.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + patience_s
        while self._open and (left_s := until_s - loop.time()) > 0:
            self._moved = False
            try:
                async with asyncio.timeout(min(linger_s, left_s)):
                    await self._complete.wait()
            except TimeoutError:
                if not self._moved:
                    break
        return [answer or _PENDING for answer in self._answers]
