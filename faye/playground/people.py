"""The members of the server: finding, admitting and describing them."""

import unicodedata
from collections.abc import Iterator

from faye.playground.identity import PERMISSIONS_ALL, Identity, UserRecord, clean_name
from faye.playground.snowflake import SnowflakeMaker


class People:
    """Everybody who ever joined, by name and by id."""

    def __init__(self, identity: Identity, make: SnowflakeMaker) -> None:
        self._identity = identity
        self._make = make
        self._by_id = {user.id: user for user in identity.users.values()}
        self._by_direct_channel = {
            user.direct_channel_id: user for user in identity.users.values() if user.direct_channel_id
        }

    def __iter__(self) -> Iterator[UserRecord]:
        return iter(self._identity.users.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def admit(self, name: str) -> UserRecord:
        """Return the account of this name, made at its first arrival; raises `ValueError` for no name."""
        name = clean_name(name)
        key = _key(name)
        user = self._identity.users.get(key)
        if user is None:
            user_id = self._make.make() if self._by_id else self._identity.owner_id
            user = self._identity.users[key] = self._by_id[user_id] = UserRecord(user_id, name)
        return user

    def by_name(self, name: str) -> UserRecord | None:
        """Return the account of this name, if it ever arrived."""
        return self._identity.users.get(_key(name))

    def by_id(self, user_id: str) -> UserRecord | None:
        """Return the account with this id."""
        return self._by_id.get(user_id)

    def by_direct_channel(self, channel_id: str) -> UserRecord | None:
        """Return the account whose direct messages are in this channel."""
        return self._by_direct_channel.get(channel_id)

    def open_direct_channel(self, user: UserRecord) -> str:
        """Return the id of the channel for somebody's direct messages, always the same one."""
        if not user.direct_channel_id:
            user.direct_channel_id = self._make.make()
            self._by_direct_channel[user.direct_channel_id] = user
        return user.direct_channel_id

    def permissions(self, user: UserRecord) -> int:
        """Return what a member may do in the server, as Discord's bit set."""
        return PERMISSIONS_ALL if user.id == self._identity.owner_id else user.permissions


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
