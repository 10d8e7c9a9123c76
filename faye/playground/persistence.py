"""Keeping the local Discord on disk: who is who, and the last messages with their files."""

import asyncio
import logging
import os
import tempfile
from pathlib import Path

import msgspec

from faye.playground.identity import Identity
from faye.playground.interactions import Interaction, InteractionBook
from faye.playground.messages import MessageStore, StoredFile, StoredMessage
from faye.playground.snowflake import is_snowflake

MESSAGES_KEPT = 200
SAVE_DELAY_S = 0.5

log = logging.getLogger(__name__)


class StateDamaged(Exception):
    """The playground's state file cannot be read; the text names it and says what to do."""


class History(msgspec.Struct):
    """The content of `messages.json`."""

    base_url: str
    messages: list[StoredMessage]
    interactions: list[Interaction]


class StateDir:
    """A directory with `playground.json`, `messages.json`, `attachments/`: private, replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._attachments = path / "attachments"
        self._attachments.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._history_written = b""

    def load_identity(self) -> Identity | None:
        """Return who is who, None at the first start; raises `StateDamaged`."""
        file = self._path / "playground.json"
        try:
            return msgspec.json.decode(file.read_bytes(), type=Identity)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise StateDamaged(
                f"{file} is damaged ({error}); move it away to start with new accounts"
            ) from error

    def save_identity(self, encoded: bytes) -> None:
        """Replace `playground.json`, durably."""
        _replace(self._path / "playground.json", encoded)

    def load_history(self, base_url: str) -> History:
        """Return the last messages, their addresses rewritten to where the server is now."""
        file = self._path / "messages.json"
        try:
            history = msgspec.json.decode(file.read_bytes(), type=History)
            moved = msgspec.json.encode(history).replace(history.base_url.encode(), base_url.encode())
            return msgspec.json.decode(moved, type=History)
        except FileNotFoundError:
            pass
        except (msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("%s is damaged; old messages are not shown", file)
        return History(base_url, [], [])

    def load_files(self, messages: list[StoredMessage], store: MessageStore) -> None:
        """Put the messages' files back into the store, as far as they are still there."""
        for message in messages:
            for attachment in message.body["attachments"]:
                file = self._attachments / attachment["id"]
                if file.is_file():
                    content_type = attachment.get("content_type", "application/octet-stream")
                    store.put_file(
                        attachment["id"], StoredFile(attachment["filename"], content_type, file.read_bytes())
                    )

    def save_history(self, encoded: bytes, files: dict[str, StoredFile]) -> None:
        """Replace `messages.json` and its files; files of older messages go."""
        if encoded == self._history_written:
            return
        for file_id, file in files.items():
            target = self._attachments / file_id
            if not target.exists():
                _replace(target, file.data, durable=False)
        _replace(self._path / "messages.json", encoded)
        for old in self._attachments.iterdir():
            if is_snowflake(old.name) and old.name not in files:
                old.unlink(missing_ok=True)
        self._history_written = encoded


class Saver:
    """Writes changes soon after they happen, off the event loop, many changes in one write."""

    def __init__(
        self,
        state_dir: StateDir,
        identity: Identity,
        store: MessageStore,
        interactions: InteractionBook,
        base_url: str,
    ) -> None:
        self._state_dir = state_dir
        self._identity = identity
        self._store = store
        self._interactions = interactions
        self._base_url = base_url
        self._revision = 1
        self._saved_revision = 0
        self._identity_lock = asyncio.Lock()
        self._history_lock = asyncio.Lock()
        self._due = asyncio.Event()

    def note(self, what: str, about: object) -> None:
        """Take note of a change in the world: see `World.tell`."""
        if what in ("people", "begun", "locale", "direct", "commands"):
            self._revision += 1
        self._due.set()

    async def save_identity(self) -> None:
        """Return once everybody known at the call is on disk; concurrent callers share writes."""
        wanted = self._revision
        async with self._identity_lock:
            if self._saved_revision < wanted:
                revision, encoded = self._revision, msgspec.json.encode(self._identity)
                await asyncio.to_thread(self._state_dir.save_identity, encoded)
                self._saved_revision = revision

    async def save_history(self) -> None:
        """Write the last messages now."""
        async with self._history_lock:
            messages = self._store.latest(MESSAGES_KEPT)
            ids = [attachment["id"] for message in messages for attachment in message.body["attachments"]]
            files = {file_id: file for file_id in ids if (file := self._store.file(file_id)) is not None}
            alive = self._interactions.alive({message.id for message in messages})
            encoded = msgspec.json.encode(History(self._base_url, messages, alive))
            await asyncio.to_thread(self._state_dir.save_history, encoded, files)

    async def save(self) -> None:
        """Write everything now; a full disk is logged, not raised, and tried again at the next change."""
        self._due.clear()
        try:
            await self.save_identity()
            await self.save_history()
        except OSError as error:
            log.warning("the playground's state could not be saved: %s", error)

    async def run(self) -> None:
        """Write whenever something changed, until cancelled."""
        while True:
            await self._due.wait()
            await asyncio.sleep(SAVE_DELAY_S)
            await self.save()


def _replace(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a private file so that a crash leaves either the old or the new content."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
