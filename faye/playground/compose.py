"""Turning what a bot posts into the message that Discord would store."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from faye.playground.check_message import EPHEMERAL, LOADING, SETTABLE_FLAGS, check_message
from faye.playground.form import Form
from faye.playground.interactions import COMMAND, COMPONENT, Interaction
from faye.playground.limits import ATTACHMENTS_MAX
from faye.playground.messages import MessageStore, StoredFile, StoredMessage
from faye.playground.payloads import Payloads
from faye.playground.people import People
from faye.playground.resolve import number_components, resolve_attachments
from faye.playground.snowflake import SnowflakeMaker
from faye.playground.uploads import image_size
from faye.playground.wire import Json, decode, encode

DEFAULT, REPLY, CHAT_COMMAND = 0, 19, 20
_CONTENTS = ("content", "embeds", "components")
_USER_MENTION = re.compile(r"<@!?(\d{1,20})>")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be: who says it where, and with what."""

    channel_id: str
    author: Json
    body: Json
    files: dict[str, StoredFile] = field(default_factory=dict)
    interaction: Interaction | None = None
    ephemeral: bool = False
    reply_to: str | None = None
    """The id of the message that this one answers."""


class Composer:
    """Builds and edits messages: checks them, stores their files, resolves `attachment://` addresses."""

    def __init__(
        self,
        make: SnowflakeMaker,
        store: MessageStore,
        people: People,
        payloads: Payloads,
        base_url: Callable[[], str],
    ) -> None:
        self._make = make
        self._store = store
        self._people = people
        self._payloads = payloads
        self._base_url = base_url

    def create(self, draft: Draft) -> StoredMessage:
        """Store a new message; raises `ApiError` where Discord would refuse it."""
        message = self._blank(draft)
        self._fill(message, draft.body, draft.files)
        return self._keep(message, draft)

    def placeholder(self, draft: Draft) -> StoredMessage:
        """Store the message that says "thinking…" until its content arrives."""
        message = self._blank(draft)
        message["flags"] |= LOADING
        return self._keep(message, draft)

    def edit(self, stored: StoredMessage, body: Json, files: dict[str, StoredFile]) -> None:
        """Change a stored message; the first edit of a placeholder is its content, not an edit."""
        first = bool(stored.body["flags"] & LOADING)
        # Checked on a copy: a refused edit must leave the message as it was.
        message: Json = decode(encode(stored.body))
        message["flags"] &= ~LOADING
        before = {attachment["id"] for attachment in message["attachments"]}
        self._fill(message, body, files)
        message["edited_timestamp"] = None if first else _now()
        stored.body = message
        self._store.replace_files(before - {attachment["id"] for attachment in message["attachments"]})

    def _blank(self, draft: Draft) -> Json:
        message: Json = {
            "id": self._make.make(),
            "channel_id": draft.channel_id,
            "author": draft.author,
            "content": "",
            "timestamp": _now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "type": DEFAULT,
            "flags": EPHEMERAL if draft.ephemeral else 0,
        }
        if draft.reply_to is not None:
            message["type"] = REPLY
            message["message_reference"] = {"channel_id": draft.channel_id, "message_id": draft.reply_to}
        if draft.interaction is not None:
            message |= self._provenance(draft.interaction, message["type"])
        return message

    def _provenance(self, interaction: Interaction, kind: int) -> Json:
        """Describe the interaction that a message answers."""
        person = self._people.by_id(interaction.user_id)
        assert person is not None, "interactions are made by admitted people"
        user = self._payloads.user(person)
        application_id = self._payloads.bot_user()["id"]
        direct = self._people.by_direct_channel(interaction.channel_id) is not None
        metadata: Json = {
            "id": interaction.id,
            "type": interaction.type,
            "user": user,
            "authorizing_integration_owners": {"0": "0" if direct else self._payloads.guild_outline()["id"]},
        }
        if interaction.type == COMPONENT:
            metadata["interacted_message_id"] = interaction.source_id
        outcome: Json = {
            "webhook_id": application_id,
            "application_id": application_id,
            "interaction_metadata": metadata,
        }
        if interaction.type == COMMAND:
            outcome["type"] = kind or CHAT_COMMAND
            outcome["interaction"] = {
                "id": interaction.id,
                "type": interaction.type,
                "name": interaction.command_name,
                "user": user,
            }
        return outcome

    def _fill(self, message: Json, body: Json, files: dict[str, StoredFile]) -> None:
        """Put the posted content into a message and check the whole."""
        for key in _CONTENTS:
            if key in body:
                message[key] = body[key] or ("" if key == "content" else [])
        form = Form()
        message["flags"] |= form.integer(body, "flags", 0, (1 << 31) - 1, 0) & SETTABLE_FLAGS & ~EPHEMERAL
        described = {
            str(entry.get("id")): entry for entry in form.items(body, "attachments", ATTACHMENTS_MAX)
        }
        mentions = self._mentions(str(message["content"]), form.object(body, "allowed_mentions"), form)
        form.raise_if_failed()
        if "attachments" in body:
            message["attachments"] = [kept for kept in message["attachments"] if kept["id"] in described]
        new_files = self._attach(message, described, files)
        check_message(message)
        for file_id, file in new_files.items():
            self._store.put_file(file_id, file)
        resolve_attachments(message)
        number_components(message["components"])
        message["mentions"] = mentions

    def _attach(
        self, message: Json, described: dict[str, Json], files: dict[str, StoredFile]
    ) -> dict[str, StoredFile]:
        """Add uploaded files to a message's attachments; return them by their new ids."""
        new_files: dict[str, StoredFile] = {}
        for index, file in files.items():
            file_id = self._make.make()
            new_files[file_id] = file
            url = f"{self._base_url()}/attachments/{message['channel_id']}/{file_id}/{file.name}"
            entry = {
                "id": file_id,
                "filename": file.name,
                "size": len(file.data),
                "url": url,
                "proxy_url": url,
                "content_type": file.content_type,
                **image_size(file),
            }
            if description := described.get(index, {}).get("description"):
                entry["description"] = str(description)
            message["attachments"].append(entry)
        return new_files

    def _mentions(self, content: str, allowed: Json, form: Form) -> list[Json]:
        found = dict.fromkeys(_USER_MENTION.findall(content))
        place = form.at("allowed_mentions")
        permitted = place.texts(allowed, "users")
        if allowed and "users" not in place.texts(allowed, "parse"):
            found = {user_id: None for user_id in found if user_id in permitted}
        people = [self._people.by_id(user_id) for user_id in found]
        return [self._payloads.user(person) for person in people if person is not None]

    def _keep(self, message: Json, draft: Draft) -> StoredMessage:
        owner = draft.interaction.user_id if draft.ephemeral and draft.interaction else None
        recipient = self._people.by_direct_channel(draft.channel_id)
        stored = StoredMessage(message, only_for=owner, recipient_id=recipient.id if recipient else None)
        self._store.put(stored)
        return stored


def _now() -> str:
    return datetime.now(UTC).isoformat()
