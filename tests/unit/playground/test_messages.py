from typing import Any

import pytest

from faye.playground.check_message import EPHEMERAL
from faye.playground.compose import Composer, Draft
from faye.playground.errors import ApiError
from faye.playground.identity import new_identity
from faye.playground.messages import FILES_REPLACED_KEPT, MessageStore, StoredFile, StoredMessage
from faye.playground.payloads import Payloads
from faye.playground.people import People
from faye.playground.snowflake import SnowflakeMaker
from faye.playground.views import MessageView


class Room:
    """A composer with everything it needs."""

    def __init__(self) -> None:
        make = SnowflakeMaker()
        identity = new_identity(make, ("hall",))
        people = self.people = People(identity, make)
        self.store = MessageStore(messages_max=3, files_bytes_max=100)
        self.payloads = Payloads(identity, people)
        self.composer = Composer(make, self.store, people, self.payloads, lambda: "http://here")
        self.anna = people.admit("Anna")

    def draft(self, body: dict[str, Any], *files: StoredFile) -> Draft:
        indexed = {str(index): file for index, file in enumerate(files)}
        return Draft("1", self.payloads.bot_user(), body, indexed)

    def post(self, body: dict[str, Any], *files: StoredFile) -> StoredMessage:
        return self.composer.create(self.draft(body, *files))


@pytest.fixture
def room() -> Room:
    return Room()


def file(name: str = "a.txt", size: int = 10) -> StoredFile:
    return StoredFile(name, "text/plain", b"x" * size)


def test_an_attachment_address_is_resolved_in_embeds(room: Room) -> None:
    message = room.post({"embeds": [{"image": {"url": "attachment://a.txt"}}]}, file())
    url = message.body["attachments"][0]["url"]
    assert url.startswith("http://here/attachments/1/")
    assert message.body["embeds"][0]["image"]["url"] == url


def test_components_get_ids_that_are_not_taken(room: Room) -> None:
    buttons = [{"type": 2, "style": 1, "label": "x", "custom_id": str(n)} for n in range(2)]
    message = room.post({"components": [{"type": 1, "id": 2, "components": buttons}]})
    row = message.body["components"][0]
    assert [row["id"], *(button["id"] for button in row["components"])] == [2, 1, 3]


def test_an_edit_changes_only_what_it_names_and_is_marked(room: Room) -> None:
    message = room.post({"content": "a", "embeds": [{"title": "t"}]})
    room.composer.edit(message, {"content": "b"}, {})
    assert message.body["content"] == "b"
    assert message.body["embeds"][0]["title"] == "t"
    assert MessageView(message.body).edited


def test_a_refused_edit_leaves_the_message_as_it_was(room: Room) -> None:
    message = room.post({"content": "a"})
    before = dict(message.body)
    with pytest.raises(ApiError):
        room.composer.edit(message, {"content": "x" * 2001}, {})
    with pytest.raises(ApiError):
        room.composer.edit(message, {"content": None}, {})
    assert message.body == before


def test_an_edit_keeps_adds_and_drops_files_as_told(room: Room) -> None:
    message = room.post({"content": "a"}, file("one"), file("two"))
    one, two = (attachment["id"] for attachment in message.body["attachments"])
    room.composer.edit(message, {"attachments": [{"id": two}, {"id": 0}]}, {"0": file("three")})
    assert [a["filename"] for a in message.body["attachments"]] == ["two", "three"]
    assert room.store.file(two) is not None
    # A page that was told before the edit may still fetch the old file; later edits let go of it.
    assert room.store.file(one) is not None
    for _ in range(FILES_REPLACED_KEPT):
        room.composer.edit(message, {"attachments": [{"id": 0}]}, {"0": file(size=1)})
    assert room.store.file(one) is None


def test_mentions_name_known_people_unless_they_are_not_allowed(room: Room) -> None:
    content = f"hello <@{room.anna.id}> and <@1>"
    assert [user["id"] for user in room.post({"content": content}).body["mentions"]] == [room.anna.id]
    silent = room.post({"content": content, "allowed_mentions": {"parse": []}})
    assert silent.body["mentions"] == []


def test_old_messages_and_their_files_make_room(room: Room) -> None:
    messages = [room.post({"content": str(n)}, file(size=30)) for n in range(5)]
    assert len(room.store) == 3
    assert room.store.get(messages[0].id) is None
    assert room.store.file(messages[1].body["attachments"][0]["id"]) is None
    assert [message.body["content"] for message in room.store.latest(2)] == ["3", "4"]
    big = room.post({"content": "big"}, file(size=90))
    assert room.store.file(big.body["attachments"][0]["id"]) is not None
    assert room.store.file(messages[4].body["attachments"][0]["id"]) is None


def test_a_person_alone_sees_an_ephemeral_message_until_it_is_dismissed() -> None:
    message = StoredMessage({"id": "1", "flags": EPHEMERAL}, only_for="7")
    assert message.visible_to("7")
    assert not message.visible_to("8")
    message.dismissed = True
    assert not message.visible_to("7")


def test_direct_messages_concern_their_recipient_alone(room: Room) -> None:
    channel_id = room.people.open_direct_channel(room.anna)
    message = room.composer.create(Draft(channel_id, room.payloads.bot_user(), {"content": "psst"}))
    assert message.visible_to(room.anna.id)
    assert not message.concerns("8")
    assert room.post({"content": "hear, hear"}).visible_to("8")
