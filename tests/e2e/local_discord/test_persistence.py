"""What was there yesterday is there today."""

from pathlib import Path

import pytest

from faye.playground import LocalDiscord, Opening
from faye.playground.persistence import StateDamaged
from tests.e2e.local_discord.connecting import point_discord_py_at, running_bot
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot


async def test_accounts_commands_messages_and_files_outlive_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = LocalDiscord(tmp_path)
    await first.start()
    point_discord_py_at(first, monkeypatch)
    async with running_bot(first, ThrowawayBot()):
        anna = first.person("Anna")
        shown = await anna.slash("picture")
        await shown.followup()
        url = shown.answer.embeds[0]["image"]["url"]
        picture = first.attachment(url)
    await first.stop()

    second = LocalDiscord(tmp_path)
    await second.start()
    point_discord_py_at(second, monkeypatch)
    assert second.bot_token == first.bot_token
    assert second.guild_id == first.guild_id
    async with running_bot(second, ThrowawayBot(sync=False)):
        anna_again = second.person("anna")
        assert anna_again.id == anna.id == second.owner_id
        message = anna_again.messages()[0]
        assert second.attachment(message.embeds[0]["image"]["url"]) == picture
        assert message.embeds[0]["image"]["url"].startswith(second.page_url)
        opened = await anna_again.click(message, "Open")
        assert opened.answer.content == "opened by Anna"
        assert (await anna_again.slash("ping")).answer.content == "pong"
    await second.stop()


async def test_an_answer_in_progress_can_be_finished_after_a_restart(tmp_path: Path) -> None:
    server = LocalDiscord(tmp_path)
    await server.start()
    server.world.commands.replace([{"name": "ping", "description": "p"}])
    anna = server.person("Anna")
    thinking = await anna.slash("ping", timeout_s=0)
    server.world.think(thinking.interaction, {})
    await server.stop()

    again = LocalDiscord(tmp_path)
    await again.start()
    interaction = again.world.interactions.by_token(thinking.interaction.token)
    again.world.follow_up(interaction, {"content": "here you are"}, {})
    assert again.person("Anna").messages()[-1].content == "here you are"
    await again.stop()


async def test_state_files_are_private_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    server = LocalDiscord(tmp_path)
    await server.start()
    await server.stop()
    file = tmp_path / "playground.json"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("{")
    with pytest.raises(StateDamaged, match=r"playground\.json"):
        LocalDiscord(tmp_path)


async def test_a_new_account_is_on_disk_before_the_bot_hears_of_it(tmp_path: Path) -> None:
    server = LocalDiscord(tmp_path)
    await server.start()
    server.world.commands.replace([{"name": "ping", "description": "p"}])
    anna = server.person("Anna")
    await anna.slash("ping", timeout_s=0)
    assert anna.id in (tmp_path / "playground.json").read_text()
    await server.stop()


async def test_a_taken_port_is_an_error_that_leaves_nothing_behind() -> None:
    server, late = LocalDiscord(), LocalDiscord()
    await server.start()
    port = int(server.page_url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(OSError, match="in use"):
        await late.start(port=port)
    await late.stop()
    await server.stop()


async def test_who_has_begun_yesterday_is_no_newcomer_today(tmp_path: Path) -> None:
    opening = Opening("ping", brings="an answer")
    first = LocalDiscord(tmp_path, opening=opening)
    await first.start()
    first.world.commands.replace([{"name": name, "description": "d"} for name in ("ping", "pong")])
    for name, path in (("Anna", "ping"), ("Ben", "pong")):
        shown = await first.person(name).slash(path, timeout_s=0)
        first.world.respond(shown.interaction, {"content": "here you are"}, {})
    await first.stop()

    second = LocalDiscord(tmp_path, opening=opening)
    assert {user.name: user.has_begun for user in second.world.people} == {"Anna": True, "Ben": False}
