"""The gateway keeps its promises when connections break."""

import asyncio
import json
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from faye.playground import LocalDiscord
from tests.e2e.local_discord.conftest import Connect
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot


class RawClient:
    """Speaks the gateway's protocol by hand."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self._inflate = zlib.decompressobj()

    async def send(self, op: int, data: Any) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": data}))

    async def read(self) -> dict[str, Any]:
        frame = await self.ws.receive(timeout=5)
        assert frame.type is aiohttp.WSMsgType.BINARY, frame
        decoded: dict[str, Any] = json.loads(self._inflate.decompress(frame.data))
        return decoded

    async def close_code(self) -> int | None:
        async with asyncio.timeout(5):
            async for _ in self.ws:
                pass
        return self.ws.close_code


@asynccontextmanager
async def raw(server: LocalDiscord, **headers: str) -> AsyncIterator[RawClient]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.gateway_url + "?v=10&compress=zlib-stream", headers=headers) as ws,
    ):
        client = RawClient(ws)
        assert (await client.read())["op"] == 10
        yield client


def identify(server: LocalDiscord, **changes: Any) -> dict[str, Any]:
    return {"token": server.bot_token, "intents": 1, "properties": {}, **changes}


@pytest.mark.parametrize("how", ["reconnect", "close", "abort"])
async def test_a_broken_connection_is_resumed_and_what_was_missed_arrives(
    server: LocalDiscord, bot: ThrowawayBot, how: str
) -> None:
    await server.drop_gateway(how)
    await server.world.gateway.changed.until(lambda: not server.ready, 5)
    missed = await server.person("Anna").slash("ping")
    assert missed.answer.content == "pong"
    assert server.world.gateway.resumes == 1
    assert server.world.gateway.identifies == 1


async def test_an_invalidated_session_identifies_anew(server: LocalDiscord, bot: ThrowawayBot) -> None:
    await server.drop_gateway("invalid")
    assert await server.world.gateway.changed.until(lambda: server.world.gateway.identifies == 2, 15)
    await server.wait_ready(10)
    assert (await server.person("Anna").slash("ping")).answer.content == "pong"


async def test_three_gateway_shards_connect_and_one_serves_the_server(
    server: LocalDiscord, connect: Connect
) -> None:
    bot = await connect(shard_count=3)
    assert server.world.gateway.identifies == 3
    assert {session.shard for session in server.world.gateway.sessions} == {0, 1, 2}
    assert (await server.person("Anna").slash("ping")).answer.content == "pong"
    assert len(bot.handled) == 1


async def test_an_interaction_delivered_twice_reaches_the_bot_twice(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    pong = await server.person("Anna").slash("ping", deliver_twice=True)
    assert pong.answer.content == "pong"
    server.redeliver(pong.id)
    await server.person("Anna").slash("ping")
    assert bot.handled.count(int(pong.id)) == 3


async def test_events_can_be_late(server: LocalDiscord, bot: ThrowawayBot) -> None:
    server.delay_events(0.15)
    late = await server.person("Anna").slash("ping", timeout_s=0.05)
    assert late.state == "pending"
    assert (await late.finished()).answer.content == "pong"
    server.delay_events(0)


async def test_two_bots_with_one_token_both_hear_and_one_answers(
    server: LocalDiscord, connect: Connect
) -> None:
    first, second = await connect(), await connect(sync=False)
    pong = await server.person("Anna").slash("ping")
    assert pong.answer.content == "pong"
    await server.person("Anna").slash("ping")
    assert int(pong.id) in first.handled
    assert int(pong.id) in second.handled


async def test_a_heartbeat_is_acknowledged_no_sooner_than_a_network_could(server: LocalDiscord) -> None:
    async with raw(server) as client:
        sent_s = time.monotonic()
        await client.send(1, None)
        assert (await client.read())["op"] == 11
        assert time.monotonic() - sent_s >= 0.02


async def test_a_client_without_heartbeats_is_dropped() -> None:
    server = LocalDiscord(heartbeat_interval_ms=50)
    await server.start()
    async with raw(server) as client:
        await client.send(2, identify(server))
        assert await client.close_code() == 4009
    await server.stop()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": -1}, 4013),
        ({"intents": 1 << 15}, 4014),
        ({"shard": [3, 3]}, 4010),
    ],
)
async def test_a_wrong_identify_closes_with_its_code(
    server: LocalDiscord, changes: dict[str, Any], code: int
) -> None:
    async with raw(server) as client:
        await client.send(2, identify(server, **changes))
        assert await client.close_code() == code


async def test_protocol_errors_close_with_their_codes(server: LocalDiscord) -> None:
    for text, code in (("nonsense", 4002), ('{"op":99}', 4001), ('{"op":3,"d":{}}', 4003)):
        async with raw(server) as client:
            await client.ws.send_str(text)
            assert await client.close_code() == code
    async with raw(server) as client:
        await client.send(2, identify(server))
        await client.send(2, identify(server))
        assert await client.close_code() == 4005


async def test_a_resume_replays_exactly_what_came_after(server: LocalDiscord) -> None:
    async with raw(server) as client:
        await client.send(2, identify(server))
        ready = await client.read()
        assert ready["t"] == "READY"
        assert (await client.read())["t"] == "GUILD_CREATE"
        await client.send(1, ready["s"])
        assert (await client.read())["op"] == 11
    session_id = ready["d"]["session_id"]
    # The connection above ended with a plain close of the socket, which ends the session.
    async with raw(server) as client:
        await client.send(6, {"token": server.bot_token, "session_id": session_id, "seq": 1})
        refused = await client.read()
        assert (refused["op"], refused["d"]) == (9, False)
        await client.send(2, identify(server))
        ready = await client.read()
        await client.read()
        await server.drop_gateway("abort")
    async with raw(server) as client:
        await client.send(6, {"token": server.bot_token, "session_id": ready["d"]["session_id"], "seq": 1})
        assert [(await client.read())["t"] for _ in range(2)] == ["GUILD_CREATE", "RESUMED"]
        ahead = {"token": server.bot_token, "session_id": ready["d"]["session_id"], "seq": 99}
        await client.send(6, ahead)
        assert await client.close_code() == 4007


async def test_browsers_of_other_origins_and_hosts_are_turned_away(server: LocalDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        for url, headers in (
            (server.page_url, {"Origin": "http://evil.example"}),
            (server.page_url, {"Host": "evil.example"}),
            (server.api_url + "/gateway", {"Origin": "http://evil.example"}),
            (server.page_url + "tab?name=x", {}),
            (server.page_url + "tab?name=x", {"Origin": "null"}),
        ):
            async with session.get(url, headers=headers) as response:
                assert response.status == 403, (url, headers)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(server.gateway_url, headers={"Origin": "http://evil.example"})
