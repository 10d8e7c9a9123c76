"""Turning what a bot posts into the message that Discord would store."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from faye.playground.check_components import walk
from faye.playground.check_message import EPHEMERAL, LOADING, SETTABLE_FLAGS, check_message
from faye.playground.form import Form
from faye.playground.interactions import COMMAND, COMPONENT, Interaction
from faye.playground.messages import MessageStore, StoredFile, StoredMessage
from faye.playground.payloads import Payloads
from faye.playground.people import People
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
        self._store.drop_files(before - {attachment["id"] for attachment in message["attachments"]})

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
        metadata: Json = {
            "id": interaction.id,
            "type": interaction.type,
            "user": user,
            "authorizing_integration_owners": {"0": self._payloads.guild_outline()["id"]},
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
        flags = form.integer(body, "flags", 0, (1 << 31) - 1, 0)
        form.raise_if_failed()
        message["flags"] |= flags & SETTABLE_FLAGS & ~EPHEMERAL
        attachments, new_files = self._attachments(message, body, files)
        message["attachments"] = attachments
        check_message(message)
        for file_id, file in new_files.items():
            self._store.put_file(file_id, file)
        self._resolve(message)
        _number_components(message["components"])
        message["mentions"] = self._mentions(message["content"], body.get("allowed_mentions"))

    def _attachments(
        self, message: Json, body: Json, files: dict[str, StoredFile]
    ) -> tuple[list[Json], dict[str, StoredFile]]:
        described = {str(entry.get("id")): entry for entry in body.get("attachments") or []}
        old = message["attachments"]
        kept = [a for a in old if a["id"] in described] if "attachments" in body else list(old)
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
            kept.append(entry)
        return kept, new_files

    def _resolve(self, message: Json) -> None:
        """Replace every `attachment://name` by the file's address and complete the media's description."""
        files = {attachment["filename"]: attachment for attachment in message["attachments"]}
        for embed in message["embeds"]:
            embed.setdefault("type", "rich")
            for key in ("image", "thumbnail", "author", "footer"):
                _resolve_media(embed.get(key), files)
        for component in walk(message["components"]):
            holders = [component, *(component.get("items") or [])]
            for holder in holders:
                for key in ("media", "file"):
                    _resolve_media(holder.get(key), files)
            if isinstance(component.get("file"), dict):
                attachment = _by_url(files, component["file"].get("url"))
                component["name"] = attachment.get("filename", "file")
                component["size"] = attachment.get("size", 0)

    def _mentions(self, content: str, allowed: Any) -> list[Json]:
        found = dict.fromkeys(_USER_MENTION.findall(content))
        if isinstance(allowed, dict) and "users" not in (allowed.get("parse") or []):
            permitted = set(map(str, allowed.get("users") or []))
            found = {user_id: None for user_id in found if user_id in permitted}
        people = [self._people.by_id(user_id) for user_id in found]
        return [self._payloads.user(person) for person in people if person is not None]

    def _keep(self, message: Json, draft: Draft) -> StoredMessage:
        owner = draft.interaction.user_id if draft.ephemeral and draft.interaction else None
        stored = StoredMessage(message, only_for=owner)
        self._store.put(stored)
        return stored


def _resolve_media(media: Any, files: dict[str, Json]) -> None:
    if not isinstance(media, dict):
        return
    key = "icon_url" if "icon_url" in media else "url"
    url = media.get(key)
    if isinstance(url, str) and url.startswith("attachment://"):
        attachment = files.get(url.removeprefix("attachment://"))
        if attachment is None:
            return
        media[key] = attachment["url"]
        media[f"proxy_{key}"] = attachment["url"]
        if key == "url":
            media |= {k: attachment[k] for k in ("width", "height", "content_type") if k in attachment}
            media["attachment_id"] = attachment["id"]
    elif isinstance(url, str):
        media.setdefault(f"proxy_{key}", url)


def _by_url(files: dict[str, Json], url: Any) -> Json:
    return next((attachment for attachment in files.values() if attachment["url"] == url), {})


def _number_components(components: list[Json]) -> None:
    """Give every component without an id the next free one, as Discord does."""
    taken = {component["id"] for component in walk(components) if component.get("id")}
    following = 1
    for component in walk(components):
        if not component.get("id"):
            while following in taken:
                following += 1
            component["id"] = following
            taken.add(following)


def _now() -> str:
    return datetime.now(UTC).isoformat()
