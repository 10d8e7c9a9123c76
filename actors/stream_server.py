"""The host's end of the direct streams: admits routers that know the secret, and answers their calls."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from actors.frames import BODY_MAX_BYTES, READ_BUFFER_BYTES, Frame, Kind, StreamBroken, read_frame
from actors.handshake import Endpoint, admit
from faye.utils.tasks import end_tasks

log = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
CALLS_MAX: Final = 1000
"""Calls of one router under way at once; the routers' own bounds are far below."""

ROUTERS_MAX: Final = 256
"""Routers at once; further ones go by Ray calls."""

STRANGERS_MAX: Final = 64
"""Connections that have not proved themselves yet."""

_HANDSHAKE_TIMEOUT_S: Final = 2.0
_SECRET_BYTES: Final = 32
_FULL_SAID_EVERY_S: Final = 60.0

Serve = Callable[[bytes], Awaitable[bytes]]


class StreamServer:
    """Listens on loopback for one incarnation of a host, with a secret of its own."""

    def __init__(
        self, host: str, incarnation: str, node: str, *, serve: Serve, ping: Callable[[], bytes]
    ) -> None:
        self._host = host
        self._incarnation = incarnation
        self._node = node
        self._serve = serve
        self._ping = ping
        self._secret = secrets.token_bytes(_SECRET_BYTES)
        self._server: asyncio.Server | None = None
        self._endpoint: Endpoint | None = None
        self._strangers: dict[asyncio.Task[None], None] = {}
        self._routers: set[asyncio.Task[None]] = set()
        self._turned_away = 0
        self._full_said_at_s = -math.inf

    async def start(self) -> Endpoint:
        """Listen, if it does not yet; returns where, and with which secret."""
        if self._endpoint is None:
            self._server = await asyncio.start_server(self._greet, LOOPBACK, 0, limit=READ_BUFFER_BYTES)
            port: int = self._server.sockets[0].getsockname()[1]
            self._endpoint = Endpoint(self._host, self._incarnation, self._node, LOOPBACK, port, self._secret)
        return self._endpoint

    async def close(self) -> None:
        """Stop listening and hang up; whatever is under way is not answered any more."""
        if self._server is not None:
            self._server.close()
        await end_tasks([*self._strangers, *self._routers])

    @property
    def connections(self) -> int:
        """How many streams are open, proved or not."""
        return len(self._strangers) + len(self._routers)

    def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let a stranger try, if there is room; the one who has tried longest makes way for the newest."""
        if len(self._routers) >= ROUTERS_MAX:
            # Before the handshake: a router whose proof was taken would send, and lose, a batch.
            self._say_full()
            writer.close()
            return
        if len(self._strangers) >= STRANGERS_MAX:
            next(iter(self._strangers)).cancel()
        attending = asyncio.create_task(self._attend(reader, writer))
        self._strangers[attending] = None
        attending.add_done_callback(self._forget)

    def _forget(self, attending: asyncio.Task[None]) -> None:
        self._strangers.pop(attending, None)
        self._routers.discard(attending)

    def _welcome(self) -> None:
        """Count the running task among the routers; raises `StreamBroken` when there are enough."""
        attending = asyncio.current_task()
        assert attending is not None, "a stream is attended in a task"
        self._strangers.pop(attending, None)
        if len(self._routers) >= ROUTERS_MAX:
            self._say_full()
            raise StreamBroken("too many routers")
        self._routers.add(attending)

    def _say_full(self) -> None:
        """Warn that a router is turned away, once in a while, for it comes back every second."""
        self._turned_away += 1
        now_s = asyncio.get_running_loop().time()
        if now_s - self._full_said_at_s < _FULL_SAID_EVERY_S:
            return
        self._full_said_at_s = now_s
        log.warning(
            "%d routers are served by stream and no more can be; connections turned away so far: %d",
            len(self._routers),
            self._turned_away,
        )

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls: set[asyncio.Task[None]] = set()
        try:
            assert self._endpoint is not None, "nobody connects before the endpoint is known"
            async with asyncio.timeout(_HANDSHAKE_TIMEOUT_S):
                await admit(reader, writer, self._endpoint)
            self._welcome()
            while True:
                self._take(await read_frame(reader), writer, calls)
        except (StreamBroken, TimeoutError) as error:
            log.debug("a router's stream ended: %s", error)
        finally:
            writer.close()
            for call in list(calls):
                call.cancel()

    def _take(self, frame: Frame, writer: asyncio.StreamWriter, calls: set[asyncio.Task[None]]) -> None:
        """Answer a ping at once, and a batch when it is done."""
        match frame.kind:
            case Kind.PING:
                writer.write(Frame(Kind.PONG, self._ping(), frame.call).encoded())
            case Kind.BATCH if len(calls) >= CALLS_MAX:
                writer.write(Frame(Kind.REFUSED, b"too many calls at once", frame.call).encoded())
            case Kind.BATCH:
                call = asyncio.create_task(self._answer(frame, writer))
                calls.add(call)
                call.add_done_callback(calls.discard)
            case _:
                raise StreamBroken(f"{frame.kind.name} from a router")

    async def _answer(self, frame: Frame, writer: asyncio.StreamWriter) -> None:
        try:
            answers = await self._serve(frame.body)
            if len(answers) > BODY_MAX_BYTES:
                raise ValueError(f"answers of {len(answers)} bytes")
            reply = Frame(Kind.ANSWERS, answers, frame.call)
        except Exception as error:
            log.exception("a batch of %d bytes cannot be handled", len(frame.body))
            reply = Frame(Kind.REFUSED, repr(error).encode()[:500], frame.call)
        writer.write(reply.encoded())
        try:
            await writer.drain()
        except OSError:
            log.debug("a router left before its answer")
