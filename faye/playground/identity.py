"""Who is who on the local Discord: the ids and names that must outlive a restart."""

import secrets
import unicodedata
from base64 import urlsafe_b64encode

import msgspec

from faye.playground.locales import DEFAULT_LOCALE
from faye.playground.snowflake import SnowflakeMaker
from faye.playground.wire import Json

NAME_CHARS_MAX = 32
PERMISSIONS_ALL = (1 << 53) - 1
PERMISSIONS_EVERYONE = sum(
    1 << bit for bit in (0, 6, 9, 10, 11, 14, 15, 16, 17, 18, 20, 21, 25, 26, 31, 37, 38, 50)
)
"""What @everyone may do on a new Discord server: see, talk, react, use commands; no administration."""

BOT_NAME = "Faye"
GUILD_NAME = "Faye's Court"
CHANNELS = ("summoning-hall", "tavern")
ROLES = ("Keeper",)


class Opening(msgspec.Struct, frozen=True):
    """The command that newcomers are led to until it was answered, and what it brings them, in a few words."""

    command: str
    brings: str


class UserRecord(msgspec.Struct):
    """One account. Permissions beyond those of @everyone are granted by tests and by being the owner."""

    id: str
    name: str
    permissions: int = PERMISSIONS_EVERYONE
    has_begun: bool = False
    """Whether the opening command was answered, or its hint dismissed."""
    locale: str = DEFAULT_LOCALE
    """The language that this person set Discord to."""
    direct_channel_id: str = ""
    """Where the bot writes to this person alone; empty until it first wanted to."""
    accepts_direct_messages: bool = True


class Identity(msgspec.Struct, forbid_unknown_fields=True):
    """The content of `playground.json`."""

    guild_id: str
    application_id: str
    bot_token: str
    owner_id: str
    channels: dict[str, str]
    roles: dict[str, str]
    users: dict[str, UserRecord] = {}
    commands: dict[str, list[Json]] = {}
    """Synced commands by scope: the empty string for global ones, otherwise a guild's id."""
    format: int = 1


def new_identity(make: SnowflakeMaker, channels: tuple[str, ...]) -> Identity:
    """Return a fresh server: its first person to arrive becomes the owner."""
    application_id = make.make()
    return Identity(
        guild_id=make.make(),
        application_id=application_id,
        bot_token=_bot_token(application_id),
        owner_id=make.make(),
        channels={name: make.make() for name in channels},
        roles={name: make.make() for name in ROLES},
    )


def clean_name(text: str) -> str:
    """Return a display name of at most 32 whole, printable characters; raises `ValueError` when empty.

    Marks of right-to-left scripts and emoji stay: they are what people are called.
    """
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs") else c for c in unicodedata.normalize("NFC", text)
    )
    name = " ".join(kept.split())[:NAME_CHARS_MAX].strip()
    if not any(unicodedata.category(c)[0] not in "CZ" for c in name):
        raise ValueError("a name needs at least one visible character")
    return name


def username_of(name: str, user_id: str) -> str:
    """Return the unique lower-case handle of an account, made of what Discord allows in one."""
    plain = "".join(c for c in name.lower() if c.isascii() and (c.isalnum() or c in "._"))
    return f"{plain or 'player'}.{user_id[-6:]}"


def _bot_token(application_id: str) -> str:
    """Return a token of the usual shape: the id in base64, a stamp, a secret."""
    first = urlsafe_b64encode(application_id.encode()).decode().rstrip("=")
    return f"{first}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
