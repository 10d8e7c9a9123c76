"""The gateway (version 10): identify, heartbeat, resume, and events to every session concerned."""

import asyncio
import hmac
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from faye.playground import limits, sessions
from faye.playground.commands import CommandBook
from faye.playground.identity import Identity
from faye.playground.payloads import Payloads
from faye.playground.people import People
from faye.playground.pulse import Pulse
from faye.playground.sessions import Connection, Session
from faye.playground.wire import Json, decode, encode

HEARTBEAT, IDENTIFY, PRESENCE, VOICE_STATE, RESUME = 1, 2, 3, 4, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 8, 9, 10, 11

GUILDS_INTENT, GUILD_MESSAGES_INTENT, DIRECT_MESSAGES_INTENT = 1 << 0, 1 << 9, 1 << 12
MESSAGE_CONTENT_INTENT = 1 << 15
PRIVILEGED_INTENTS = (1 << 1) | (1 << 8) | MESSAGE_CONTENT_INTENT
_INTENTS_END = 1 << 26
SESSIONS_MAX = 64
IDENTIFIES_PER_DAY = 1000
ACK_DELAY_S = 0.025
"""The time that a heartbeat's answer takes over a real network. discord.py notes when it sent one only after the
sending, in another thread: an answer that is there before counts from the heartbeat before, and raises an alarm."""

log = logging.getLogger(__name__)


class Refused(Exception):
    """The client broke the protocol; the connection closes with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Gateway:
    """All sessions of the bot. Two processes with one token both receive every event, as on Discord."""

    def __init__(
        self,
        identity: Identity,
        people: People,
        payloads: Payloads,
        commands: CommandBook,
        *,
        heartbeat_interval_ms: int,
        privileged_intents: int,
    ) -> None:
        self.changed = Pulse()
        self.url = ""
        self.identifies = 0
        self.resumes = 0
        self.delay_s = 0.0
        self.on_presence: Callable[[bool], None] = lambda _: None
        self._identity = identity
        self._people = people
        self._payloads = payloads
        self._commands = commands
        self._heartbeat_interval_ms = heartbeat_interval_ms
        self._privileged_intents = privileged_intents
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()

    @property
    def online(self) -> bool:
        """Say whether a bot is connected on the gateway shard that carries the server."""
        return any(
            s.connection is not None and s.serves(self._identity.guild_id) for s in self._sessions.values()
        )

    @property
    def sessions(self) -> list[Session]:
        """The sessions that are connected or may still resume."""
        return list(self._sessions.values())

    def dispatch(self, event: str, data: Json, *, intent: int = 0) -> None:
        """Send an event to every session that carries where it happened and asked for this kind."""
        if self.delay_s:
            asyncio.get_running_loop().call_later(self.delay_s, self._dispatch, event, data, intent)
        else:
            self._dispatch(event, data, intent)

    def dispatch_message(self, event: str, message: Json) -> None:
        """Send a message's event; foreign content is withheld from those without the intent."""
        full = encode(message)
        author_id = message.get("author", {}).get("id")
        own = author_id in (None, self._identity.application_id)
        hidden = (
            full
            if own
            else encode({**message, "content": "", "embeds": [], "attachments": [], "components": []})
        )
        for session in self._concerned(message_intent(message), message):
            session.dispatch(event, full if session.intents & MESSAGE_CONTENT_INTENT else hidden)

    async def drop(self, how: str) -> None:
        """Break every connection: `reconnect` (op 7), `close` (4000), `abort` (TCP), `invalid` (op 9)."""
        for session in self.sessions:
            connection = session.connection
            if connection is None:
                continue
            if how == "reconnect":
                connection.send_op(RECONNECT)
            elif how == "close":
                await connection.close(sessions.UNKNOWN_ERROR)
            elif how == "abort":
                connection.abort()
            elif how == "invalid":
                del self._sessions[session.id]
                connection.send_op(INVALID_SESSION, False)
            else:
                raise ValueError(f"unknown way to drop a connection: {how}")

    async def close(self) -> None:
        """Say goodbye to every connection: the server goes away."""
        await asyncio.gather(*(connection.close(1001) for connection in list(self._connections)))

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket of a bot from HELLO to its end."""
        ws = web.WebSocketResponse(max_msg_size=64 * 1024, compress=False, timeout=1.0)
        await ws.prepare(request)
        connection = Connection(ws, request)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write_outbox())
        client = _Client(self, connection)
        try:
            connection.send_op(HELLO, {"heartbeat_interval": self._heartbeat_interval_ms})
            await client.read(ws, self._heartbeat_interval_ms / 1000)
        except Refused as refusal:
            await connection.close(refusal.code)
        finally:
            writer.cancel()
            self._connections.discard(connection)
            self._leave(client, connection)
        return ws

    def identify(self, connection: Connection, data: Json) -> Session:
        """Open a session; raises `Refused` with the code that Discord closes with."""
        self.check_token(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or not 0 <= intents < _INTENTS_END:
            raise Refused(sessions.INVALID_INTENTS)
        if intents & PRIVILEGED_INTENTS & ~self._privileged_intents:
            raise Refused(sessions.DISALLOWED_INTENTS)
        session = Session(*_shard(data.get("shard", [0, 1])), intents)
        self._make_room()
        self._sessions[session.id] = session
        self.identifies += 1
        session.attach(connection, 0)
        session.dispatch("READY", encode(self._ready(session)))
        if session.serves(self._identity.guild_id) and intents & GUILDS_INTENT:
            session.dispatch("GUILD_CREATE", encode(self._payloads.guild()))
        self._changed()
        return session

    def resume(self, connection: Connection, data: Json) -> Session | None:
        """Go on with a session; None where the client must identify anew."""
        self.check_token(data)
        session = self._sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None or session.expired or not isinstance(sequence, int):
            return None
        if sequence > session.sequence:
            raise Refused(sessions.INVALID_SEQUENCE)
        if not session.can_replay(sequence):
            return None
        self.resumes += 1
        session.attach(connection, sequence)
        session.dispatch("RESUMED", b"{}")
        self._changed()
        return session

    def members_chunk(self, session: Session, data: Json) -> None:
        """Answer a request for members."""
        wanted = data.get("user_ids")
        ids = set(map(str, wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]))
        query = str(data.get("query") or "").casefold()
        found = [u for u in self._people if (u.id in ids if ids else u.name.casefold().startswith(query))]
        chunk = {
            "guild_id": self._identity.guild_id,
            "members": [self._payloads.member(user) for user in found[:100]],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", encode(chunk))

    def check_token(self, data: Json) -> None:
        """Refuse a wrong token with 4004."""
        token = str(data.get("token", "")).removeprefix("Bot ")
        if not hmac.compare_digest(token.encode(), self._identity.bot_token.encode()):
            raise Refused(sessions.AUTHENTICATION_FAILED)

    def _dispatch(self, event: str, data: Json, intent: int) -> None:
        encoded = encode(data)
        for session in self._concerned(intent, data):
            session.dispatch(event, encoded)

    def _concerned(self, intent: int, data: Json) -> list[Session]:
        # What happens in no server is told to the first gateway shard.
        guild_id = str(data.get("guild_id", 0))
        return [
            session
            for session in self._sessions.values()
            if session.serves(guild_id) and session.intents & intent == intent and not session.expired
        ]

    def _changed(self) -> None:
        self.changed.beat()
        self.on_presence(self.online)

    def _ready(self, session: Session) -> Json:
        return {
            "v": 10,
            "user": self._payloads.bot_user(),
            "guilds": [{"id": self._identity.guild_id, "unavailable": True}],
            "session_id": session.id,
            "session_type": "normal",
            "shard": [session.shard, session.shard_count],
            "resume_gateway_url": self.url,
            "application": {"id": self._identity.application_id, "flags": 0},
            "private_channels": [],
            "relationships": [],
        }

    def _leave(self, client: "_Client", connection: Connection) -> None:
        if client.session is not None:
            client.session.detach(connection)
            # A client that says goodbye with 1000 or 1001 ends its session; any other way it may resume.
            if connection.close_code in (1000, 1001, sessions.SESSION_TIMED_OUT):
                self._sessions.pop(client.session.id, None)
        self._changed()

    def _make_room(self) -> None:
        for session in [s for s in self._sessions.values() if s.expired]:
            del self._sessions[session.id]
        idle = [s for s in self._sessions.values() if s.connection is None]
        for session in idle[: max(0, len(self._sessions) - SESSIONS_MAX + 1)]:
            del self._sessions[session.id]


class _Client:
    """What one connection has said so far, and how its next words are taken."""

    def __init__(self, gateway: Gateway, connection: Connection) -> None:
        self.session: Session | None = None
        self._gateway = gateway
        self._connection = connection
        self._minute_ends_s = 0.0
        self._sent_this_minute = 0

    async def read(self, ws: web.WebSocketResponse, heartbeat_interval_s: float) -> None:
        """Take frames until the client leaves; one that misses its heartbeats is dropped with 4009."""
        loop = asyncio.get_running_loop()
        # Twice the interval: the first heartbeat may come after a whole one, and clocks jitter.
        beats_by_s = loop.time() + 2 * heartbeat_interval_s
        while True:
            try:
                frame = await ws.receive(timeout=max(0.001, beats_by_s - loop.time()))
            except TimeoutError:
                raise Refused(sessions.SESSION_TIMED_OUT) from None
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            op, data = _parse(frame.data)
            self._count(loop.time(), op)
            if op == HEARTBEAT:
                beats_by_s = loop.time() + 2 * heartbeat_interval_s
                loop.call_later(ACK_DELAY_S, self._connection.send_op, HEARTBEAT_ACK)
            else:
                self._take(op, data)

    def _take(self, op: int, data: Any) -> None:
        # Of a second session on one connection nobody would be told when it closes.
        own = self.session is not None and op == RESUME and data.get("session_id") == self.session.id
        if op in (IDENTIFY, RESUME) and self.session is not None and not own:
            raise Refused(sessions.ALREADY_AUTHENTICATED)
        if op == IDENTIFY:
            self.session = self._gateway.identify(self._connection, data)
        elif op == RESUME:
            resumed = self._gateway.resume(self._connection, data)
            if resumed is None:
                self._connection.send_op(INVALID_SESSION, False)
            else:
                self.session = resumed
        elif op not in (PRESENCE, VOICE_STATE, REQUEST_MEMBERS):
            raise Refused(sessions.UNKNOWN_OPCODE)
        elif self.session is None:
            raise Refused(sessions.NOT_AUTHENTICATED)
        elif op == REQUEST_MEMBERS:
            self._gateway.members_chunk(self.session, data)

    def _count(self, now_s: float, op: int) -> None:
        if now_s >= self._minute_ends_s:
            self._minute_ends_s, self._sent_this_minute = now_s + 60, 0
        self._sent_this_minute += op != HEARTBEAT
        if self._sent_this_minute > limits.GATEWAY_SENDS_PER_MINUTE_MAX:
            raise Refused(sessions.RATE_LIMITED)


def message_intent(message: Json) -> int:
    """Return the intent with which a bot asks for events of this message."""
    return GUILD_MESSAGES_INTENT if "guild_id" in message else DIRECT_MESSAGES_INTENT


def _parse(text: str | bytes) -> tuple[int, Any]:
    try:
        frame = decode(text)
        op, data = frame["op"], frame.get("d")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(sessions.DECODE_ERROR) from None
    if not isinstance(op, int) or (op in (IDENTIFY, RESUME, REQUEST_MEMBERS) and not isinstance(data, dict)):
        raise Refused(sessions.DECODE_ERROR)
    return op, data


def _shard(value: Any) -> tuple[int, int]:
    match value:
        case [int(shard), int(count)] if 0 <= shard < count <= 1000:
            return shard, count
    raise Refused(sessions.INVALID_SHARD)
