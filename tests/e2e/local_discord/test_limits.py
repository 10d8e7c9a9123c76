"""The local Discord refuses what Discord refuses, with its codes."""

import time
from typing import Any

import aiohttp
import discord
import pytest

from faye.playground import LocalDiscord, limits
from faye.playground.person import NO_RESPONSE, Result
from faye.playground.ratelimits import InvalidRequests
from tests.e2e.local_discord.conftest import Connect
from tests.e2e.local_discord.connecting import call, point_discord_py_at, running_bot
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot


async def unanswered(server: LocalDiscord) -> Result:
    return await server.person("Anna").slash("ping", timeout_s=0)


def callback(result: Result) -> str:
    return f"/interactions/{result.id}/{result.interaction.token}/callback"


def channel_of(server: LocalDiscord) -> str:
    return next(iter(server.world.identity.channels.values()))


def form(size: int) -> aiohttp.FormData:
    """Return a message with one file of so many bytes."""
    data = aiohttp.FormData()
    data.add_field("payload_json", '{"content": "see"}', content_type="application/json")
    data.add_field("files[0]", bytes(size), filename="big.bin")
    return data


def webhook(server: LocalDiscord, result: Result) -> str:
    return f"/webhooks/{server.world.identity.application_id}/{result.interaction.token}"


@pytest.fixture
async def synced(server: LocalDiscord) -> LocalDiscord:
    """Commands without a bot: nobody but the test answers."""
    command = {"name": "ping", "description": "p", "type": 1}
    path = f"/applications/{server.world.identity.application_id}/commands"
    assert (await call(server, "PUT", path, json=[command]))[0] == 200
    return server


async def test_a_call_whose_answer_is_lost_has_taken_effect_all_the_same(synced: LocalDiscord) -> None:
    cut, broken = await unanswered(synced), await unanswered(synced)
    deferral = {"type": 5}
    synced.fail_next(r"POST .*/callback", answer_is_lost=True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call(synced, "POST", callback(cut), json=deferral)
    synced.fail_next(r"POST .*/callback", status=502, answer_is_lost=True)
    assert (await call(synced, "POST", callback(broken), json=deferral))[0] == 502
    for result in (cut, broken):
        assert result.answer.thinking
        again = await call(synced, "POST", callback(result), json=deferral)
        assert (again[0], again[1]["code"]) == (400, 40060)


async def test_a_late_first_response_is_unknown_and_the_person_sees_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = LocalDiscord(response_deadline_s=0.1)
    await server.start()
    point_discord_py_at(server, monkeypatch)
    async with running_bot(server, ThrowawayBot()) as bot:
        late = await server.person("Anna").slash("sleepy", seconds=0.2)
        assert late.error == NO_RESPONSE
        assert not late.responded
        await server.world.changed.until(lambda: bool(bot.errors), 0.5)
        assert [error.code for error in bot.errors] == [10062]
    await server.stop()


async def test_a_second_acknowledgement_is_refused(server: LocalDiscord, bot: ThrowawayBot) -> None:
    twice = await server.person("Anna").slash("twice")
    assert twice.answer.content == "first"
    await server.person("Anna").slash("ping")
    assert [error.code for error in bot.errors] == [40060]


async def test_too_long_a_message_is_refused_with_a_tree_of_errors(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    said = await server.person("Anna").slash("verbose")
    assert said.answer.content == "short"
    assert [error.code for error in bot.errors] == [50035]
    assert "content" in bot.errors[0].text


async def test_a_rate_limited_call_is_repeated_by_the_client(server: LocalDiscord, bot: ThrowawayBot) -> None:
    server.fail_next(r"PATCH .*/messages/@original", status=429, retry_after_s=0.2)
    started = time.monotonic()
    told = await server.person("Anna").slash("secret")
    assert told.answer.content == "between us"
    assert time.monotonic() - started >= 0.2


async def test_a_bucket_announces_its_end_and_then_refuses(server: LocalDiscord) -> None:
    path = f"/channels/{next(iter(server.world.identity.channels.values()))}/messages"
    statuses = [(await call(server, "POST", path, json={"content": str(n)}))[0] for n in range(6)]
    assert statuses == [200, 200, 200, 200, 200, 429]


async def test_without_a_bot_an_interaction_times_out(synced: LocalDiscord) -> None:
    synced.world.interactions._response_deadline_s = 0.05
    result = await synced.person("Anna").slash("ping")
    assert result.error == NO_RESPONSE
    status, body = await call(synced, "POST", callback(result), json={"type": 4, "data": {"content": "x"}})
    assert (status, body["code"]) == (404, 10062)


async def test_calls_need_the_bots_token(synced: LocalDiscord) -> None:
    assert (await call(synced, "GET", "/users/@me", token="wrong"))[0] == 401
    assert (await call(synced, "GET", "/users/@me"))[0] == 200
    assert (await call(synced, "GET", "/nowhere"))[1] == {"message": "404: Not Found", "code": 0}


async def test_webhook_tokens_are_unknown_before_the_acknowledgement_and_end_after_their_time(
    synced: LocalDiscord,
) -> None:
    result = await unanswered(synced)
    status, body = await call(synced, "POST", webhook(synced, result), json={"content": "x"})
    assert (status, body["code"]) == (404, 10015)
    assert (await call(synced, "POST", callback(result), json={"type": 5}))[0] == 204
    synced.world.interactions._token_lifetime_s = 0
    status, body = await call(synced, "POST", webhook(synced, result), json={"content": "x"})
    assert (status, body["code"]) == (401, 50027)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"content": "x" * 2001}, ("content",)),
        ({"embeds": [{"title": "t"}] * 11}, ("embeds",)),
        ({"embeds": [{"description": "d" * 4000}, {"description": "d" * 2001}]}, ("embeds",)),
        ({"embeds": [{"fields": [{"name": "n", "value": ""}]}]}, ("embeds", "0", "fields", "0", "value")),
        ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, ("embeds", "0", "fields")),
        (
            {
                "components": [
                    {"type": 1, "components": [{"type": 2, "style": 1, "label": "b", "custom_id": "c" * 101}]}
                ]
            },
            ("components", "0", "components", "0", "custom_id"),
        ),
        ({"components": [{"type": 10, "content": "needs the flag"}]}, ("components", "0", "type")),
        ({"flags": 1 << 15, "content": "x", "components": [{"type": 10, "content": "y"}]}, ("content",)),
        ({"flags": 1 << 15, "components": [{"type": 10, "content": "y"}] * 41}, ("components",)),
        ({"flags": 1 << 15, "components": [{"type": 10, "content": "y" * 2001}] * 2}, ("components",)),
    ],
)
async def test_a_malformed_message_names_the_wrong_field(
    synced: LocalDiscord, data: dict[str, Any], path: tuple[str, ...]
) -> None:
    result = await unanswered(synced)
    status, body = await call(synced, "POST", callback(result), json={"type": 4, "data": data})
    assert (status, body["code"]) == (400, 50035)
    node = body["errors"]
    for key in path:
        node = node[key]
    assert node["_errors"][0]["code"]
    # A refused response does not count: the bot may still answer.
    assert (await call(synced, "POST", callback(result), json={"type": 4, "data": {"content": "ok"}}))[
        0
    ] == 204


async def test_an_empty_message_is_refused(synced: LocalDiscord) -> None:
    result = await unanswered(synced)
    status, body = await call(synced, "POST", callback(result), json={"type": 4, "data": {"content": " "}})
    assert (status, body["code"]) == (400, 50006)


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 10, "4", 4.0, True, None])
async def test_a_command_takes_no_other_type_of_response(synced: LocalDiscord, kind: Any) -> None:
    result = await unanswered(synced)
    status, body = await call(synced, "POST", callback(result), json={"type": kind, "data": {}})
    assert (status, body["code"]) == (400, 50035)


async def test_ephemeral_messages_cannot_be_reached_through_the_channel(synced: LocalDiscord) -> None:
    result = await unanswered(synced)
    data = {"content": "hush", "flags": 64}
    assert (await call(synced, "POST", callback(result), json={"type": 4, "data": data}))[0] == 204
    message = result.answer
    path = f"/channels/{message.raw['channel_id']}/messages/{message.id}"
    for method in ("GET", "DELETE"):
        status, body = await call(synced, method, path)
        assert (status, body["code"]) == (404, 10008)
    assert (await call(synced, "GET", f"{webhook(synced, result)}/messages/@original"))[0] == 200


@pytest.mark.parametrize(
    "command",
    [
        {"name": "Upper", "description": "d"},
        {"name": "has space", "description": "d"},
        {"name": "x" * 33, "description": "d"},
        {"name": "ok", "description": ""},
        {"name": "ok", "description": "d" * 101},
        {
            "name": "ok",
            "description": "d",
            "options": [{"type": 3, "name": f"o{n}", "description": "d"} for n in range(26)],
        },
        {
            "name": "ok",
            "description": "d",
            "options": [
                {"type": 3, "name": "a", "description": "d"},
                {"type": 3, "name": "b", "description": "d", "required": True},
            ],
        },
    ],
)
async def test_a_malformed_command_is_not_synced(server: LocalDiscord, command: dict[str, Any]) -> None:
    path = f"/applications/{server.world.identity.application_id}/commands"
    status, body = await call(server, "PUT", path, json=[command])
    assert (status, body["code"]) == (400, 50035)
    assert not server.world.commands.in_scope()


async def test_one_command_is_synced_by_itself(server: LocalDiscord) -> None:
    path = f"/applications/{server.world.identity.application_id}/commands"
    status, made = await call(server, "POST", path, json={"name": "a", "description": "d"})
    assert status == 201
    assert (await call(server, "POST", path, json={"name": "a", "description": "e"}))[0] == 200
    one = f"{path}/{made['id']}"
    assert (await call(server, "PATCH", one, json={"description": "f"}))[1]["description"] == "f"
    assert (await call(server, "GET", one))[1]["description"] == "f"
    assert (await call(server, "DELETE", one))[0] == 204
    status, body = await call(server, "GET", one)
    assert (status, body["code"]) == (404, 10063)


async def test_a_file_beyond_the_limit_is_too_large_and_one_at_it_is_not(synced: LocalDiscord) -> None:
    result = await unanswered(synced)
    assert (await call(synced, "POST", callback(result), json={"type": 5}))[0] == 204
    announced = synced.world._sent[result.id]["attachment_size_limit"]
    assert announced == limits.UPLOAD_BYTES_MAX
    status, body = await call(synced, "POST", webhook(synced, result), data=form(announced + 1))
    assert (status, body["code"]) == (413, 40005)
    status, body = await call(synced, "POST", webhook(synced, result), data=form(announced))
    assert (status, body["attachments"][0]["size"]) == (200, announced)


@pytest.mark.parametrize("name", ["files[0]", "payload_json", "anything"])
async def test_a_body_that_repeats_a_part_has_an_end(synced: LocalDiscord, name: str) -> None:
    path = f"/channels/{channel_of(synced)}/messages"
    for files, expected in ((limits.ATTACHMENTS_MAX, 200), (limits.ATTACHMENTS_MAX + 1, 413)):
        data = aiohttp.FormData()
        data.add_field("payload_json", '{"content": "see"}', content_type="application/json")
        for _ in range(files):
            data.add_field(name, '{"content": "again"}', filename="again.txt")
        assert (await call(synced, "POST", path, data=data))[0] == expected


async def test_too_long_a_body_and_a_wrong_method_are_told_as_json(synced: LocalDiscord) -> None:
    path = f"/channels/{channel_of(synced)}/messages"
    status, body = await call(synced, "POST", path, data=b'{"content": "' + b"x" * 12_000_000 + b'"}')
    assert (status, body["code"]) == (413, 40005)
    assert await call(synced, "PUT", path) == (405, {"message": "405: Method Not Allowed", "code": 0})


async def test_a_reply_needs_a_message_to_reply_to(synced: LocalDiscord) -> None:
    path = f"/channels/{channel_of(synced)}/messages"
    reply = {"content": "indeed", "message_reference": {"message_id": "1"}}
    status, body = await call(synced, "POST", path, json=reply)
    assert (status, body["code"]) == (400, 50035)
    assert body["errors"]["message_reference"]["_errors"][0]["code"] == "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
    reply["message_reference"] = {"message_id": "1", "fail_if_not_exists": False}
    status, body = await call(synced, "POST", path, json=reply)
    assert (status, "message_reference" in body) == (200, False)


async def test_an_ephemeral_answer_is_edited_and_deleted_by_its_webhook_alone(synced: LocalDiscord) -> None:
    result = await unanswered(synced)
    hush = {"content": "hush", "flags": 64}
    assert (await call(synced, "POST", callback(result), json={"type": 4, "data": hush}))[0] == 204
    original = webhook(synced, result) + "/messages/@original"
    status, body = await call(synced, "PATCH", original, json={"content": "louder", "flags": 0})
    assert (status, body["content"], body["flags"] & 64) == (200, "louder", 64)
    assert (await call(synced, "DELETE", original))[0] == 204
    status, body = await call(synced, "PATCH", original, json={"content": "late"})
    assert (status, body["code"]) == (404, 10008)


async def test_ten_thousand_invalid_requests_restrict_the_address(synced: LocalDiscord) -> None:
    synced._guard._invalid = InvalidRequests(requests_max=3)
    for _ in range(3):
        assert (await call(synced, "GET", "/users/@me", token="wrong"))[0] == 401
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bot {synced.bot_token}"}) as session,
        session.get(synced.api_url + "/users/@me") as response,
    ):
        assert (response.status, "Via" in response.headers) == (429, False)


async def test_an_injected_outage_is_met_by_the_clients_retries(
    server: LocalDiscord, connect: Connect
) -> None:
    await connect()
    server.fail_next(r"POST .*/callback", status=500)
    pong = await server.person("Anna").slash("ping")
    assert pong.answer.content == "pong"


async def test_a_wrong_token_cannot_log_in(server: LocalDiscord) -> None:
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()
