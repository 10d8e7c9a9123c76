"""The messages and files of the server: few enough to keep, enough to scroll back."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator

import msgspec

from faye.playground.wire import Json

MESSAGES_MAX = 4000
FILES_BYTES_MAX = 96 * 1024 * 1024
FILES_REPLACED_KEPT = 20


class StoredMessage(msgspec.Struct):
    """A message as Discord describes it, with who may see it and where its answer belongs."""

    body: Json
    only_for: str | None = None
    """The one person who sees an ephemeral message."""
    dismissed: bool = False
    recipient_id: str | None = None
    """The one person in whose direct messages it stands."""

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self.body["id"])

    @property
    def channel_id(self) -> str:
        """The id of its channel."""
        return str(self.body["channel_id"])

    def concerns(self, user_id: str) -> bool:
        """Say whether this person may hear of the message."""
        return self.only_for in (None, user_id) and self.recipient_id in (None, user_id)

    def visible_to(self, user_id: str) -> bool:
        """Say whether this person sees the message."""
        return self.concerns(user_id) and not self.dismissed


class StoredFile(msgspec.Struct):
    """An uploaded file."""

    name: str
    content_type: str
    data: bytes


class MessageStore:
    """Messages in the order of their ids; the oldest go when there are too many, their files with them."""

    def __init__(self, messages_max: int = MESSAGES_MAX, files_bytes_max: int = FILES_BYTES_MAX) -> None:
        self._messages: OrderedDict[str, StoredMessage] = OrderedDict()
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._files_bytes = 0
        self._replaced: deque[str] = deque()
        self._messages_max = messages_max
        self._files_bytes_max = files_bytes_max

    def __iter__(self) -> Iterator[StoredMessage]:
        return iter(self._messages.values())

    def __len__(self) -> int:
        return len(self._messages)

    def get(self, message_id: str) -> StoredMessage | None:
        """Return a message, if it is still kept."""
        return self._messages.get(message_id)

    def put(self, message: StoredMessage) -> None:
        """Keep a message; drop the oldest one if there are too many."""
        self._messages[message.id] = message
        while len(self._messages) > self._messages_max:
            self.remove(next(iter(self._messages)))

    def remove(self, message_id: str) -> StoredMessage | None:
        """Forget a message and its files."""
        message = self._messages.pop(message_id, None)
        if message is not None:
            self.drop_files(attachment["id"] for attachment in message.body["attachments"])
        return message

    def latest(self, count: int, channel_id: str | None = None) -> list[StoredMessage]:
        """Return the newest messages, oldest first."""
        found: list[StoredMessage] = []
        for message in reversed(self._messages.values()):
            if channel_id in (None, message.channel_id):
                found.append(message)
                if len(found) == count:
                    break
        return found[::-1]

    def put_file(self, file_id: str, file: StoredFile) -> None:
        """Keep a file; drop the oldest ones if they take too much room."""
        self._files[file_id] = file
        self._files_bytes += len(file.data)
        while self._files_bytes > self._files_bytes_max and len(self._files) > 1:
            self.drop_files([next(iter(self._files))])

    def file(self, file_id: str) -> StoredFile | None:
        """Return a file, if it is still kept."""
        return self._files.get(file_id)

    def replace_files(self, file_ids: Iterable[str]) -> None:
        """Forget files that an edit took away, but the latest only later: a page may be fetching them."""
        self._replaced.extend(file_ids)
        while len(self._replaced) > FILES_REPLACED_KEPT:
            self.drop_files([self._replaced.popleft()])

    def drop_files(self, file_ids: Iterable[str]) -> None:
        """Forget files."""
        for file_id in list(file_ids):
            file = self._files.pop(file_id, None)
            if file is not None:
                self._files_bytes -= len(file.data)
