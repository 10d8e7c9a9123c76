"""The bot writes to one person alone, as long as that person takes it."""

from pathlib import Path
from typing import Any

import discord
import pytest

from faye.playground import LocalDiscord
from faye.playground.interactions import State
from faye.playground.person import Person
from faye.playground.tab import Tab
from faye.playground.wire import decode
from tests.e2e.local_discord.conftest import Connect
from tests.e2e.local_discord.connecting import call, point_discord_py_at, running_bot
from tests.e2e.local_discord.throwaway_bot import Doors, ThrowawayBot


async def user(bot: ThrowawayBot, person: Person) -> discord.User:
    return await bot.fetch_user(int(person.id))


def frames(tab: Tab) -> list[dict[str, Any]]:
    """Take what a tab was told since the last look."""
    told = []
    while not tab._outbox.empty():
        told.append(decode(tab._outbox.get_nowait() or b"null"))
    return told


async def test_what_is_sent_to_a_user_is_in_one_channel_of_theirs(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna = server.person("Anna")
    assert anna.direct_messages() == []
    recipient = await user(bot, anna)
    first = await recipient.send("hello")
    second = await (await user(bot, anna)).send(embed=discord.Embed(title="News", description="good"))
    assert isinstance(first.channel, discord.DMChannel)
    assert first.channel.id == second.channel.id == (await recipient.create_dm()).id
    assert first.guild is None
    assert "guild_id" not in anna.direct_messages()[0].raw
    assert [message.text for message in anna.direct_messages()] == ["hello", "News\ngood"]
    assert anna.messages() == []


async def test_each_person_has_a_channel_of_their_own(server: LocalDiscord, bot: ThrowawayBot) -> None:
    anna, ben = server.person("Anna"), server.person("Ben")
    to_anna, to_ben = await (await user(bot, anna)).send("psst"), await (await user(bot, ben)).send("hey")
    assert to_anna.channel.id != to_ben.channel.id
    assert [message.content for message in ben.direct_messages()] == ["hey"]
    assert not ben.sees(str(to_anna.id))


async def test_a_direct_message_is_read_changed_and_taken_back(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna = server.person("Anna")
    message = await (await user(bot, anna)).send("one")
    await message.edit(content="two")
    assert [seen.content for seen in anna.direct_messages()] == ["two"]
    assert [old.content async for old in message.channel.history()] == ["two"]
    assert (await message.channel.fetch_message(message.id)).content == "two"
    assert isinstance(await bot.fetch_channel(message.channel.id), discord.DMChannel)
    await message.delete()
    assert anna.direct_messages() == []


async def test_the_gateway_tells_of_direct_messages_without_a_server(
    server: LocalDiscord, connect: Connect
) -> None:
    # Discord tells of them on the first gateway shard, whichever carries the server.
    bot = await connect(shard_count=2)
    heard: list[discord.Message] = []

    async def on_message(message: discord.Message) -> None:
        heard.append(message)
        server.world.changed.beat()

    bot.on_message = on_message  # type: ignore[attr-defined]
    await (await user(bot, server.person("Anna"))).send("hello")
    await server.until(lambda: bool(heard), 5)
    assert (heard[0].content, heard[0].guild) == ("hello", None)


async def test_who_takes_no_direct_messages_gets_none_and_the_bot_is_told(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna = server.person("Anna")
    recipient = await user(bot, anna)
    kept = await recipient.send("before")
    anna.accepts_direct_messages = False
    with pytest.raises(discord.Forbidden) as refused:
        await recipient.send("after")
    assert (refused.value.status, refused.value.code) == (403, 50007)
    await kept.edit(content="still here")
    assert [message.content for message in anna.direct_messages()] == ["still here"]
    anna.accepts_direct_messages = True
    await recipient.send("again")
    assert anna.direct_messages()[-1].content == "again"


@pytest.mark.parametrize(
    ("recipient_id", "code"),
    [("1", 50033), (1, 50033), ("anna", 50035), (True, 50035), ([], 50035), (-1, 50035), (None, 50035)],
)
async def test_direct_messages_need_somebody_to_go_to(
    server: LocalDiscord, recipient_id: Any, code: int
) -> None:
    status, body = await call(server, "POST", "/users/@me/channels", json={"recipient_id": recipient_id})
    assert (status, body["code"]) == (400, code)


async def test_the_bot_cannot_write_to_itself(server: LocalDiscord) -> None:
    own = {"recipient_id": server.world.identity.application_id}
    status, body = await call(server, "POST", "/users/@me/channels", json=own)
    assert (status, body["code"]) == (400, 50007)


async def test_direct_messages_fill_the_bucket_of_their_channel(server: LocalDiscord) -> None:
    paths = []
    for name in ("Anna", "Ben"):
        to = {"recipient_id": server.person(name).id}
        _, channel = await call(server, "POST", "/users/@me/channels", json=to)
        assert (channel["type"], channel["recipients"][0]["global_name"]) == (1, name)
        paths.append(f"/channels/{channel['id']}/messages")
    statuses = [(await call(server, "POST", paths[0], json={"content": "x"}))[0] for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 200, 429]
    assert (await call(server, "POST", paths[1], json={"content": "x"}))[0] == 200


async def test_a_button_in_direct_messages_is_pressed_by_a_user_in_no_server(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna = server.person("Anna")
    await (await user(bot, anna)).send("doors", view=Doors())
    opened = await anna.click(anna.direct_messages()[0], "Open")
    assert opened.answer.content == "opened by Anna"
    sent = server.world._sent[opened.id]
    assert sent["context"] == 1
    assert sent["user"]["id"] == anna.id
    assert not {"guild", "guild_id", "guild_locale", "member"} & set(sent)
    asked = await anna.click(anna.direct_messages()[0], "Ask")
    heard = await anna.submit(asked, {"answer": "words", "colour": ["Red"]})
    assert heard.answer.content == "heard words, Red"
    assert heard.answer.id in {message.id for message in anna.direct_messages()}


async def test_only_the_recipients_tabs_are_told(server: LocalDiscord, bot: ThrowawayBot) -> None:
    anna, ben = Tab(server.world, "Anna"), Tab(server.world, "Ben")
    frames(anna), frames(ben)
    message = await (await user(bot, server.person("Anna"))).send("psst")
    await message.edit(content="hush")
    told = [frame["message"]["content"] for frame in frames(anna) if frame["t"] == "message"]
    assert told == ["psst", "hush"]
    assert not any(str(message.id) in str(frame) for frame in frames(ben))
    later = {name: frames(Tab(server.world, name))[0]["messages"] for name in ("Anna", "Ben")}
    assert [shown["direct"] for shown in later["Anna"]] == [True]
    assert later["Ben"] == []
    await message.delete()
    assert [frame["t"] for frame in frames(anna)].count("gone") == 1
    assert not any(frame["t"] == "gone" for frame in frames(ben))


async def test_a_tab_writes_neither_into_its_own_direct_messages_nor_into_those_of_others(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna, ben = Tab(server.world, "Anna"), Tab(server.world, "Ben")
    message = await (await user(bot, server.person("Anna"))).send("psst", view=Doors())
    place = f'"channel_id": "{message.channel.id}"'
    for tab in (anna, ben):
        frames(tab)
        await tab.take(f'{{"t": "say", "content": "hi", {place}}}')
        await tab.take(f'{{"t": "command", "path": "ping", "values": {{}}, {place}}}')
        assert [frame["t"] for frame in frames(tab)] == ["refused", "refused"]
    press = f'{{"t": "component", "message_id": "{message.id}", "custom_id": "doors:open"}}'
    await ben.take(press)
    assert [frame["t"] for frame in frames(ben)] == ["refused"]
    await anna.take(press)
    pressing = next(iter(server.world.interactions._by_id.values()))
    await server.until(lambda: pressing.state is State.ANSWERED, 5)
    assert server.person("Anna").direct_messages()[0].content == "opened by Anna"


async def test_direct_messages_outlive_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = LocalDiscord(tmp_path)
    await first.start()
    point_discord_py_at(first, monkeypatch)
    async with running_bot(first, ThrowawayBot()) as bot:
        channel_id = (await (await user(bot, first.person("Anna"))).send("yesterday")).channel.id
        assert str(channel_id) in (tmp_path / "playground.json").read_text()
        first.person("Ben").accepts_direct_messages = False
    await first.stop()

    second = LocalDiscord(tmp_path)
    await second.start()
    point_discord_py_at(second, monkeypatch)
    async with running_bot(second, ThrowawayBot(sync=False)) as bot:
        today = await (await user(bot, second.person("Anna"))).send("today")
        assert today.channel.id == channel_id
    anna, ben = second.person("Anna"), second.person("Ben")
    assert [message.content for message in anna.direct_messages()] == ["yesterday", "today"]
    assert not ben.sees(anna.direct_messages()[0].id)
    assert not ben.accepts_direct_messages
    await second.stop()
