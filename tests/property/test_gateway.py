"""Whatever is said on the local Discord's websockets is answered, or closed with a code of Discord's."""

import asyncio
import json
import random
import unicodedata
from typing import Any

from aiohttp import WSMessage, WSMsgType
from hypothesis import example, given
from hypothesis import strategies as st

from faye.playground import LocalDiscord
from faye.playground.gateway import Refused, _Client
from faye.playground.tab import Tab
from tests.property.plugin import budget, tried
from tests.property.strategies import any_text, integers, spoilt

DEEP = "[" * 30_000

scalars = st.none() | st.booleans() | integers | st.floats() | any_text
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


class Silent:
    """A connection of which only what is sent to it is kept, and that little."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.open = True
        self.close_code = None
        self.ws: Any = self

    def send(self, frame: bytes) -> None:
        self.sent = [*self.sent[-9:], frame]

    def send_op(self, op: int, data: Any = None) -> None:
        self.send(json.dumps([op, data]).encode())

    def abort(self) -> None:
        self.open = False


async def say(server: LocalDiscord, frames: list[str | bytes]) -> int | None:
    """Say all of it on one connection, and leave; the code with which it was closed before, if it was."""
    gateway, connection = server.world.gateway, Silent()
    client = _Client(gateway, connection)  # type: ignore[arg-type]
    waiting = [
        WSMessage(WSMsgType.TEXT if isinstance(frame, str) else WSMsgType.BINARY, frame, None)
        for frame in frames
    ] + [WSMessage(WSMsgType.CLOSE, 1000, None)]

    class Socket:
        async def receive(self, timeout: float) -> WSMessage:
            return waiting.pop(0)

    try:
        await client.read(Socket(), 1.0)  # type: ignore[arg-type]
    except Refused as refused:
        return refused.code
    finally:
        gateway._leave(client, connection)  # type: ignore[arg-type]
    return None


def sound(server: LocalDiscord, op: int) -> dict[str, Any]:
    token = server.bot_token
    data: dict[int, Any] = {
        1: 5,
        2: {"token": token, "intents": 1, "shard": [0, 1], "properties": {}},
        3: {"status": "online"},
        6: {"token": token, "session_id": "x", "seq": 3},
        8: {"guild_id": server.guild_id, "query": "", "limit": 0},
    }
    return {"op": op, "d": data[op]}


ops = st.sampled_from((1, 2, 3, 6, 8))
changes = st.lists(
    st.tuples(
        st.sampled_from(("token", "intents", "shard", "session_id", "seq", "query", "user_ids", "nonce")),
        values,
    ),
    max_size=2,
)


@budget(250, long=4_000)
@given(st.lists(st.tuples(ops, changes, st.none() | st.integers(0, 2**32)), max_size=6))
@example([(2, [], None), (6, [], None)])
@example([(2, [], None), (8, [("user_ids", 1.5)], None)])
@example([(2, [], None), (8, [("user_ids", {"a": 1})], None)])
@example([(2, [("token", "\ud800")], None)])
def test_no_frame_of_a_bot_breaks_the_gateway(
    said: list[tuple[int, list[tuple[str, Any]], int | None]],
) -> None:
    async def attempt() -> None:
        server = LocalDiscord()
        frames: list[str | bytes] = []
        for op, changed, seed in [(2, [], None), *said]:
            frame = sound(server, op)
            if isinstance(frame["d"], dict):
                frame["d"] |= dict(changed)
            text = json.dumps(frame)
            spoil = seed is not None
            frames.append(spoilt(text.encode(), random.Random(seed)) if spoil else text)
        tried("frames of bots", len(frames))
        code = await say(server, frames)
        assert code is None or 4000 <= code <= 4014
        assert all(session.connection is None for session in server.world.gateway.sessions)
        assert await say(server, [json.dumps(sound(server, 2))]) is None, "the next bot is let in"

    asyncio.run(attempt())


@budget(100, long=4_000)
@given(st.lists(st.binary(max_size=60) | any_text, max_size=3))
@example([DEEP])
@example(['{"op":1,"d":' + DEEP])
@example([b"\xff\xfe"])
def test_no_bytes_of_a_stranger_break_the_gateway(said: list[str | bytes]) -> None:
    async def attempt() -> None:
        server = LocalDiscord()
        tried("frames of strangers", len(said))
        code = await say(server, said)
        assert code is None or 4000 <= code <= 4014

    asyncio.run(attempt())


kinds = st.sampled_from(("say", "begun", "dismiss", "command", "autocomplete", "component", "modal", "other"))
fields = (
    "content",
    "message_id",
    "path",
    "values",
    "focused",
    "custom_id",
    "interaction_id",
    "channel_id",
    "nonce",
)


@budget(250, long=4_000)
@given(kinds, st.dictionaries(st.sampled_from(fields), values), st.none() | st.integers(0, 2**32))
@example("say", {"content": "\ud800"}, None)
@example("say", {"content": "x", "nonce": "\ud800"}, None)
@example("command", {"path": "", "values": {}}, None)
@example("command", {"path": "craft", "values": {"amount": float("nan")}}, None)
@example("autocomplete", {"path": "craft", "focused": "amount", "values": {"\ud800": "\ud800"}}, None)
def test_no_frame_of_a_page_breaks_its_tab(kind: str, given_fields: dict[str, Any], seed: int | None) -> None:
    async def attempt() -> None:
        server = LocalDiscord()
        options = [{"type": 4, "name": "amount", "description": "how many"}]
        server.world.commands.replace([{"name": "craft", "description": "make", "options": options}])
        tab = Tab(server.world, "Mira")
        raw = json.dumps({"t": kind, **given_fields}).encode()
        tried("frames of pages")
        await tab.take((raw if seed is None else spoilt(raw, random.Random(seed))).decode(errors="replace"))
        await tab.take(DEEP)
        before = tab._outbox.qsize()
        await tab.take(json.dumps({"t": "say", "content": "hello", "nonce": "n"}))
        assert tab._outbox.qsize() > before, "the tab goes on"
        server.world.interactions.close()
        tab.leave()

    asyncio.run(attempt())


@budget(100, long=1_000)
@given(any_text)
def test_anybody_with_a_name_is_admitted_and_nobody_without(name: str) -> None:
    async def attempt() -> None:
        server = LocalDiscord()
        tried("names on the page")
        tab = Tab(server.world, name)
        welcome = json.loads(tab._outbox.get_nowait() or b"")
        assert welcome["t"] == ("no_name" if tab.user is None else "hello")
        assert tab._outbox.empty()
        assert tab.user is None or has_letters(name)
        assert tab.user is not None or not has_letters(name[:8]), "what comes late may be cut off"
        tab.leave()

    asyncio.run(attempt())


def has_letters(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "CZ" for char in unicodedata.normalize("NFC", text))
