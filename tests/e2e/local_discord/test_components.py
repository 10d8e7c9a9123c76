"""Buttons, selects, modals and layouts work between discord.py and a person."""

import pytest

from faye.playground import LocalDiscord
from faye.playground.commands import ClientRefusal
from faye.playground.interactions import State

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_button_changes_its_message(server: LocalDiscord) -> None:
    anna, ben = server.person("Anna"), server.person("Ben")
    doors = await anna.slash("doors")
    opened = await ben.click(doors, "Open")
    assert opened.answer.id == doors.answer.id
    assert opened.answer.content == "opened by Ben"
    assert opened.answer.edited


async def test_a_deferred_update_counts_as_finished_once_the_message_changed(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    knocked = await anna.click(await anna.slash("doors"), "Knock")
    assert knocked.answer.content == "knocked"


async def test_a_disabled_or_missing_component_cannot_be_used(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    doors = await anna.slash("doors")
    with pytest.raises(ClientRefusal):
        await anna.click(doors, "Closed")
    with pytest.raises(LookupError):
        await anna.click(doors, "Window")


async def test_a_select_sends_its_values(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    doors = await anna.slash("doors")
    picked = await anna.choose(doors, "Pick colours", ["Red", "blue"])
    assert picked.answer.content == "picked red, blue"
    for wrong in ([], ["red", "green", "blue"], ["violet"]):
        with pytest.raises(ClientRefusal):
            await anna.choose(doors, "doors:pick", wrong)


async def test_a_modal_is_shown_filled_in_and_answered(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    asked = await anna.slash("ask")
    assert asked.state is State.MODAL
    assert asked.modal is not None
    assert asked.modal.title == "A question"
    assert set(asked.modal.fields) == {"answer", "colour"}
    heard = await anna.submit(asked, {"answer": "forty-two", "colour": "Red"})
    assert heard.answer.content == "heard forty-two, Red"
    assert heard.ephemeral


async def test_a_modal_from_a_button_checks_lengths_before_it_is_sent(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    asked = await anna.click(await anna.slash("doors"), "Ask")
    for answer in ("", "x", "x" * 21):
        with pytest.raises(ClientRefusal):
            await anna.submit(asked, {"answer": answer, "colour": "Red"})
    assert (await anna.submit(asked, {"answer": "yes", "colour": "Blue"})).responded


async def test_a_layout_is_shown_and_replaced(server: LocalDiscord) -> None:
    anna = server.person("Anna")
    panel = await anna.slash("panel")
    assert "## A panel" in panel.answer.text
    gallery = panel.answer.components[0]["components"][3]["items"][0]["media"]
    assert (gallery["width"], gallery["height"]) == (64, 48)
    pressed = await anna.click(panel, "Press")
    assert pressed.answer.text == "pressed"
    assert pressed.answer.raw["attachments"] == []
    assert server.attachment(gallery["url"])  # a page that was told before may still be fetching it
