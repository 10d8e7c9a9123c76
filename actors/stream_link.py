"""The router's end of one direct stream: many calls at once over one authenticated connection."""

from __future__ import annotations

import asyncio
import itertools
from typing import Final, Self

from actors.frames import READ_BUFFER_BYTES, Frame, Kind, StreamBroken, read_frame
from actors.handshake import Endpoint, introduce
from faye.utils.tasks import end_tasks

_CALLS: Final = 2**32


class LinkLost(Exception):
    """The stream ended before the answer: what became of the call is not known."""


class Link:
    """One connection to one incarnation of a host. Once lost it stays lost."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, endpoint: Endpoint
    ) -> None:
        self.endpoint = endpoint
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Frame]] = {}
        self._open = True
        self._reading = asyncio.create_task(self._read(reader))

    @classmethod
    async def connect(cls, endpoint: Endpoint, timeout_s: float) -> Self:
        """A link whose two ends have proved themselves; raises `LinkLost`."""
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_connection(
                    endpoint.address, endpoint.port, limit=READ_BUFFER_BYTES
                )
                await introduce(reader, writer, endpoint)
                return cls(reader, writer, endpoint)
        except BaseException as error:
            if writer is not None:
                writer.close()
            if isinstance(error, (StreamBroken, OSError, TimeoutError)):
                raise LinkLost(f"{endpoint!r}: {error or type(error).__name__}") from error
            raise

    @property
    def open(self) -> bool:
        """Whether it can still be called."""
        return self._open

    async def call(self, kind: Kind, body: bytes = b"") -> Frame:
        """The answer to one call; raises `LinkLost`."""
        if not self._open:
            raise LinkLost(f"{self.endpoint!r}: the stream has ended")
        number = next(self._numbers) % _CALLS
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(Frame(kind, body, number).encoded())
            await self._writer.drain()
            return await answer
        except OSError as error:
            raise LinkLost(f"{self.endpoint!r}: {type(error).__name__}") from error
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Hang up; calls under way end with `LinkLost`."""
        self._end()  # the task that reads may not even have begun
        await end_tasks([self._reading])

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                frame = await read_frame(reader)
                answer = self._waiting.get(frame.call)
                if answer is not None and not answer.done():
                    answer.set_result(frame)
        except StreamBroken:
            pass
        finally:
            self._end()

    def _end(self) -> None:
        self._open = False
        self._writer.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(LinkLost(f"{self.endpoint!r}: the stream ended"))
