"""What an unmodified discord.py bot says to a slash command arrives as on Discord."""

import pytest

from faye.playground import LocalDiscord
from faye.playground.commands import ClientRefusal
from tests.e2e.local_discord.throwaway_bot import ThrowawayBot

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_command_is_answered_in_the_channel(server: LocalDiscord) -> None:
    anna, ben = server.person("Anna"), server.person("Ben")
    pong = await anna.slash("ping")
    assert pong.answer.content == "pong"
    assert not pong.ephemeral
    assert pong.answer.raw["interaction_metadata"]["user"]["id"] == anna.id
    assert ben.sees(pong.answer.id)


async def test_an_ephemeral_answer_is_seen_by_its_person_alone(server: LocalDiscord) -> None:
    anna, ben = server.person("Anna"), server.person("Ben")
    said = await anna.slash("echo", text="hush", loud=True, times=2)
    assert said.answer.content == "HUSH HUSH"
    assert said.ephemeral
    assert anna.sees(said.answer.id)
    assert not ben.sees(said.answer.id)


async def test_a_deferred_answer_thinks_first_and_is_then_filled_in(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    shown = await anna.slash("picture")
    message = shown.answer
    assert not message.thinking
    assert not message.edited
    assert message.embeds[0]["title"] == "A picture"
    image = message.embeds[0]["image"]
    assert (image["width"], image["height"]) == (64, 48)
    assert server.attachment(image["url"]).startswith(b"\x89PNG")
    assert (await shown.followup()).content == "a second message"


async def test_a_deferred_ephemeral_answer_stays_ephemeral(server: LocalDiscord) -> None:
    told = await server.person("Anna").slash("secret")
    assert told.ephemeral
    assert told.answer.ephemeral
    assert told.answer.content == "between us"


async def test_subcommands_groups_and_choices_reach_the_bot(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    assert (await anna.slash("fruit eat", name="fig")).answer.content == "ate fig"
    assert (await anna.slash("fruit basket fill", size="Large")).answer.content == "filled a large one"
    with pytest.raises(ClientRefusal):
        await anna.slash("fruit basket fill", size="Enormous")
    with pytest.raises(ClientRefusal):
        await anna.slash("fruit")


async def test_autocomplete_suggests_what_the_bot_says(server: LocalDiscord) -> None:
    choices = await server.person("Anna").autocomplete("fruit eat", "name", name="ap")
    assert [choice["value"] for choice in choices] == ["apple", "apricot"]


async def test_users_channels_and_roles_are_resolved(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    server.person("Ben")
    pointed = await anna.slash("point", who="Ben", where="tavern", role="Keeper")
    assert pointed.answer.content == "Ben tavern Keeper"
    with pytest.raises(ClientRefusal):
        await anna.slash("point", who="nobody")


async def test_a_client_refuses_what_the_definition_forbids(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    for options in (
        {},
        {"text": ""},
        {"text": "x", "times": 6},
        {"text": "x" * 6001},
        {"text": "x", "other": 1},
    ):
        with pytest.raises(ClientRefusal):
            await anna.slash("echo", **options)


async def test_commands_for_administrators_are_hidden_from_others(server: LocalDiscord) -> None:
    owner, ben = server.person("Anna"), server.person("Ben")
    assert owner.id == server.owner_id
    assert (await owner.slash("govern")).answer.content == "governed: True"
    with pytest.raises(ClientRefusal):
        await ben.slash("govern")


async def test_edits_and_deletions_are_seen(server: LocalDiscord) -> None:
    changed = await server.person("Anna").slash("fickle")
    message = await changed.message_until("edited")
    assert message.content == "one, edited"
    assert message.edited


async def test_a_bot_speaks_into_the_channel_and_hears_people(
    server: LocalDiscord, bot: ThrowawayBot
) -> None:
    anna = server.person("Anna")
    await anna.slash("announce")
    await server.until(lambda: anna.messages()[-1].content == "heard")
    anna.say("thank you")
    heard = await bot.wait_for("message", check=lambda m: m.author.id == int(anna.id), timeout=5)
    assert heard.content == "", "the content of others is withheld from bots without that intent"
