"""Whatever is sent to the local Discord's port: success, or an error of Discord's; and the next request is served."""

import asyncio
import json
import logging
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import yarl
from hypothesis import example, given
from hypothesis import strategies as st

from faye.playground import LocalDiscord
from faye.playground.interactions import COMMAND
from faye.playground.ratelimits import InvalidRequests
from tests.property.plugin import budget, tried
from tests.property.stage import Unheard
from tests.property.strategies import any_text, integers, spoilt
from tests.unit.playground.test_hostile_bodies import CHOICES, GROUP, LAYOUT, MESSAGE, MODAL, places
from tests.unit.playground.test_hostile_bodies import COMMAND as SLASH

# The library warns of odd headers and quotes them, and the test processes cannot tell each other of halves of letters.
pytestmark = pytest.mark.filterwarnings("ignore")

DEEP = b'{"a":' * 20_000
SOUND: list[Any] = [
    MESSAGE,
    LAYOUT,
    SLASH,
    GROUP,
    [SLASH, GROUP],
    {"type": 4, "data": MESSAGE},
    {"type": 5, "data": {"flags": 64}},
    {"type": 8, "data": CHOICES},
    {"type": 9, "data": MODAL},
]
ROUTES = (
    "/gateway",
    "/gateway/bot",
    "/users/{}",
    "/users/@me/channels",
    "/oauth2/applications/@me",
    "/guilds/{guild}",
    "/guilds/{guild}/members/{}",
    "/channels/{channel}",
    "/channels/{channel}/typing",
    "/channels/{channel}/messages",
    "/channels/{channel}/messages/{}",
    "/channels/{}/messages/{message}",
    "/channels/{channel}/messages/{message}",
    "/applications/{application}/commands",
    "/applications/{application}/commands/{}",
    "/applications/{application}/commands/{command}",
    "/applications/{application}/guilds/{guild}/commands",
    "/interactions/{interaction}/{token}/callback",
    "/interactions/{}/{token}/callback",
    "/webhooks/{application}/{token}",
    "/webhooks/{application}/{token}/messages/@original",
    "/webhooks/{application}/{}/messages/{}",
    "/{}",
)

scalars = st.none() | st.booleans() | integers | st.floats(allow_nan=False) | any_text
odd_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(any_text, scalars, max_size=3)
PERMISSIONS = ("default_member_permissions", "contexts", "integration_types", "version", "id", "guild_id")


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A sound body in which some places hold something else."""
    body = json.loads(json.dumps(draw(st.sampled_from(SOUND))))
    for _ in range(draw(st.integers(0, 2))):
        spots = list(places(body))
        container, key = spots[draw(st.integers(0, len(spots) - 1))]
        container[key] = draw(odd_values)
    if isinstance(body, dict) and draw(st.booleans()):
        body[draw(st.sampled_from(PERMISSIONS))] = draw(odd_values)
    raw = json.dumps(body).encode()
    seed = draw(st.none() | st.none() | st.integers(0, 2**32))
    return raw if seed is None else spoilt(raw, random.Random(seed))


def png(width: int, height: int) -> bytes:
    """The beginning of a picture that says to be so large."""
    parts = (b"IHDR" + struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT")
    chunks = (struct.pack("!I", len(part) - 4) + part + struct.pack("!I", zlib.crc32(part)) for part in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def multipart(name: str, filename: str, data: bytes, payload: bytes) -> bytes:
    """A form with a file in it, its names unquoted."""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
    return (
        b'--b\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n'
        + payload
        + b"\r\n"
        + head.encode("utf-8", "surrogateescape")
        + data
        + b"\r\n--b--\r\n"
    )


FORMS = st.builds(
    multipart,
    st.sampled_from(("files[0]", "files[99999]", "payload_json", "", "\udcff")),
    st.sampled_from(("a.png", "../../a.png", "\udcff.png", "", "x" * 3000, "a.html", 'a"; x="')),
    st.sampled_from((png(1, 1), png(2**31 - 1, 2**31 - 1), png(65_000, 65_000), b"", b"\x89PNG", b"GIF89a")),
    st.just(b'{"content":"x"}') | bodies(),
)
TYPES = (
    "application/json",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "multipart/mixed; boundary=",
    "multipart/form-data; boundary=" + "b" * 200,
    "text/plain",
    "",
)


class Port:
    """A local Discord that listens, and what was logged as an error meanwhile."""

    def __init__(self) -> None:
        self.server = LocalDiscord(rate_limits=False, channels=("general",))
        self.server._guard._invalid = InvalidRequests(requests_max=10**9)
        self.unheard = Unheard()

    async def open(self) -> "Port":
        logging.getLogger().addHandler(self.unheard)
        await self.server.start()
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20))
        return self

    async def close(self) -> None:
        logging.getLogger().removeHandler(self.unheard)
        await self.session.close()
        await self.server.stop()

    def names(self) -> dict[str, str]:
        """What stands for each name in a route: things that are there."""
        world = self.server.world
        channel = world.identity.channels["general"]
        mira = world.admit("Mira")
        interaction = world.interactions.open(COMMAND, mira.id, channel)
        message = world.say(mira.id, channel, "hello")
        commands = world.commands.in_scope()
        return {
            "guild": self.server.guild_id,
            "channel": channel,
            "application": world.identity.application_id,
            "interaction": interaction.id,
            "token": interaction.token,
            "message": message.id,
            "command": commands[0]["id"] if commands else "1",
        }

    async def send(self, method: str, route: str, word: str, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer, which must be one that Discord gives."""
        place = quote(word, safe="@", errors="replace")[:500] or "0"
        path = route.replace("{}", place).format(**self.names())
        url = yarl.URL(f"{self.server.api_url}{path}", encoded=True)
        sent = {"Authorization": f"Bot {self.server.bot_token}", **headers}
        async with self.session.request(method, url, data=body, headers=sent) as answer:
            said = await answer.read()
            if answer.status >= 400:
                assert b"Traceback" not in said
            status = answer.status
        said_in_logs, self.unheard.said = self.unheard.said, []
        assert said_in_logs == [], said_in_logs
        assert status < 500, said
        return status

    async def check_well_behaved(self) -> None:
        """Whoever behaves is served as ever: the bot, and a page."""
        assert await self.send("GET", "/users/{}", "@me", {}, b"") == 200
        assert await self.send("POST", "/channels/{channel}/messages", "", {}, b'{"content":"x"}') == 200
        world = self.server.world
        world.commands.visible(world.people.permissions(world.admit("Bo")))


@pytest.fixture(scope="module")
def port(runner: asyncio.Runner) -> Iterator[Port]:
    made = runner.run(Port().open())
    yield made
    runner.run(made.close())


methods = st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE"))
PUT_COMMANDS = "/applications/{application}/commands"
POST_MESSAGE = "/channels/{channel}/messages"


@budget(400, long=6_000)
@given(methods, st.sampled_from(ROUTES), any_text, bodies())
@example("PUT", PUT_COMMANDS, "", DEEP)
@example("POST", POST_MESSAGE, "", DEEP)
@example("PUT", PUT_COMMANDS, "", json.dumps([{**SLASH, "default_member_permissions": "x"}]).encode())
@example("PUT", PUT_COMMANDS, "", json.dumps([{**SLASH, "default_member_permissions": {}}]).encode())
@example("PUT", PUT_COMMANDS, "", json.dumps([SLASH]).encode())
@example("PATCH", PUT_COMMANDS + "/{command}", "", b'{"id": null}')
@example("GET", POST_MESSAGE + "?limit=%C2%B2", "", b"")
@example("GET", POST_MESSAGE + "?limit=" + "9" * 5000, "", b"")
@example("GET", POST_MESSAGE + "?before=" + "9" * 20, "", b"")
def test_no_request_breaks_the_rest_interface(
    runner: asyncio.Runner, port: Port, method: str, route: str, word: str, body: bytes
) -> None:
    tried("rest requests")
    runner.run(port.send(method, route, word, {"Content-Type": "application/json"}, body))
    runner.run(port.check_well_behaved())


@budget(150, long=3_000)
@given(st.sampled_from(TYPES), FORMS | bodies() | st.binary(max_size=99), st.none() | st.integers(0, 2**32))
@example(TYPES[1], multipart("files[0]", "a.png", png(65_000, 65_000), b'{"content":"x"}'), None)
@example(TYPES[1], multipart("files[0]", "\udcff.png", png(1, 1), DEEP), None)
@example(TYPES[2], b"--b--", None)
def test_no_upload_breaks_the_rest_interface(
    runner: asyncio.Runner, port: Port, content_type: str, body: bytes, seed: int | None
) -> None:
    tried("uploads")
    sent = body if seed is None else spoilt(body, random.Random(seed))
    headers = {"Content-Type": content_type}
    runner.run(port.send("POST", POST_MESSAGE, "", headers, sent))
    runner.run(port.check_well_behaved())


HEADS = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"POST /api/v10/channels/1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
    b"GET /api/v10/users/@me HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bot \xff\xfe\r\n\r\n",
    b"POST /api/v10/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
    b"GET /tab?name=x HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==\r\n\r\n\x81\xff",
    b"GET /gateway?compress=zlib-stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==\r\n\r\n\x81\xfe",
    b"GET /static/../../server.py HTTP/1.1\r\nHost: [::1\r\n\r\n",
    b"GET /attachments/1/2/%ff%fe HTTP/1.1\r\nHost: 127.0.0.1:99999\r\nOrigin: http://[x\r\n\r\n",
)


@budget(150, long=3_000)
@given(st.sampled_from(HEADS) | st.binary(max_size=99), st.none() | st.integers(0, 2**32))
@example(HEADS[5].replace(b"eHh4", b"eHh\xff", 1), None)
@example(HEADS[5].replace(b"Upgrade: websocket", b"Upgrade: web\xffsocket"), None)
def test_no_bytes_break_the_port(runner: asyncio.Runner, port: Port, said: bytes, seed: int | None) -> None:
    tried("connections of strangers")
    runner.run(say(port, said if seed is None else spoilt(said, random.Random(seed))))
    runner.run(port.check_well_behaved())


async def say(port: Port, said: bytes) -> None:
    address = yarl.URL(port.server.page_url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(said)
    writer.write_eof()
    try:
        async with asyncio.timeout(10):
            answer = await reader.read()
    except ConnectionError:
        answer = b""
    writer.close()
    assert not answer.startswith(b"HTTP/1.1 5"), answer
    assert b"Traceback" not in answer
