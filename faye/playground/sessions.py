"""Gateway sessions: what a bot was sent, so that a resume can send it again."""

import asyncio
import secrets
import time
import zlib
from collections import deque
from typing import Any

from aiohttp import web

from faye.playground.wire import encode

REPLAY_EVENTS_MAX = 2000
OUTBOX_FRAMES_MAX = 4000
RESUME_WINDOW_S = 120.0

UNKNOWN_ERROR, DECODE_ERROR, NOT_AUTHENTICATED = 4000, 4002, 4003
AUTHENTICATION_FAILED, ALREADY_AUTHENTICATED, INVALID_SEQUENCE = 4004, 4005, 4007
UNKNOWN_OPCODE, RATE_LIMITED, SESSION_TIMED_OUT = 4001, 4008, 4009
INVALID_SHARD, INVALID_INTENTS, DISALLOWED_INTENTS = 4010, 4013, 4014


class Connection:
    """One websocket of a bot: an outbox that keeps order, and the compression context that spans it."""

    def __init__(self, ws: web.WebSocketResponse, request: web.Request) -> None:
        self._ws = ws
        self._closed_with: int | None = None
        self._request = request
        # A client that asks for another compression is served plain text frames, which every client reads.
        wants_zlib = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj(level=3) if wants_zlib else None
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(OUTBOX_FRAMES_MAX)

    @property
    def open(self) -> bool:
        """Say whether frames can still be sent."""
        return not self._ws.closed

    @property
    def close_code(self) -> int | None:
        """The code of whoever closed it first: clients echo a close with a code of their own."""
        return self._closed_with or self._ws.close_code

    def send(self, frame: bytes) -> None:
        """Queue a frame; a client that reads too slowly loses its connection and may resume."""
        try:
            self._outbox.put_nowait(frame)
        except asyncio.QueueFull:
            self.abort()

    def send_op(self, op: int, data: Any = None) -> None:
        """Queue a frame that is not an event."""
        self.send(encode({"op": op, "d": data, "s": None, "t": None}))

    async def write_outbox(self) -> None:
        """Write queued frames until the socket goes away."""
        while True:
            frame = await self._outbox.get()
            try:
                if self._deflate is None:
                    await self._ws.send_str(frame.decode())
                else:
                    packed = self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self._ws.send_bytes(packed)
            except (ConnectionError, RuntimeError):
                return

    async def close(self, code: int) -> None:
        """Close with one of the gateway's codes."""
        self._closed_with = code
        await self._ws.close(code=code)

    def abort(self) -> None:
        """Cut the TCP connection without a word."""
        transport = self._request.transport
        if transport is not None:
            transport.abort()


class Session:
    """A bot's session on one gateway shard; it outlives its connections for a while."""

    def __init__(self, shard: int, shard_count: int, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.shard = shard
        self.shard_count = shard_count
        self.intents = intents
        self.sequence = 0
        self.connection: Connection | None = None
        self._lost_at_s = time.monotonic()
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=REPLAY_EVENTS_MAX)

    def serves(self, guild_id: str) -> bool:
        """Say whether this session's gateway shard carries the guild."""
        return (int(guild_id) >> 22) % self.shard_count == self.shard

    def dispatch(self, event: str, data: bytes) -> None:
        """Send an event now, or keep it for a resume."""
        self.sequence += 1
        head = f'{{"op":0,"t":"{event}","s":{self.sequence},"d":'.encode()
        frame = head + data + b"}"
        self._sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def can_replay(self, sequence: int) -> bool:
        """Say whether everything after this event is still kept."""
        oldest = self._sent[0][0] if self._sent else self.sequence + 1
        return oldest - 1 <= sequence <= self.sequence

    def attach(self, connection: Connection, sequence: int) -> None:
        """Go on over a new connection, sending again what came after an event."""
        if self.connection is not None:
            self.connection.abort()
        self.connection = connection
        for number, frame in self._sent:
            if number > sequence:
                connection.send(frame)

    def detach(self, connection: Connection) -> None:
        """Note that a connection is gone; a newer one is not disturbed."""
        if self.connection is connection:
            self.connection = None
            self._lost_at_s = time.monotonic()

    @property
    def expired(self) -> bool:
        """Say whether it is too late to resume."""
        return self.connection is None and time.monotonic() - self._lost_at_s > RESUME_WINDOW_S
