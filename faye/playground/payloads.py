"""Discord's objects as JSON: users, members, channels, roles, the server, the application."""

from datetime import UTC, datetime

from faye.playground.identity import (
    BOT_NAME,
    GUILD_NAME,
    PERMISSIONS_ALL,
    PERMISSIONS_EVERYONE,
    Identity,
    UserRecord,
    username_of,
)
from faye.playground.locales import DEFAULT_LOCALE
from faye.playground.people import People
from faye.playground.snowflake import made_at_ms
from faye.playground.wire import Json


class Payloads:
    """Describes the server and those in it, as the gateway and REST do."""

    def __init__(self, identity: Identity, people: People) -> None:
        self._identity = identity
        self._people = people

    def bot_user(self) -> Json:
        """The bot's own account."""
        return {
            "id": self._identity.application_id,
            "username": BOT_NAME,
            "global_name": None,
            "discriminator": "0001",
            "avatar": None,
            "bot": True,
            "verified": True,
            "mfa_enabled": False,
            "email": None,
            "flags": 0,
            "public_flags": 0,
        }

    def user(self, user: UserRecord) -> Json:
        """A person's account."""
        return {
            "id": user.id,
            "username": username_of(user.name, user.id),
            "global_name": user.name,
            "discriminator": "0",
            "avatar": None,
            "bot": False,
            "public_flags": 0,
        }

    def member(self, user: UserRecord) -> Json:
        """A person as a member of the server, with the permissions of the channel."""
        return {"user": self.user(user), **self.member_without_user(user)}

    def member_without_user(self, user: UserRecord) -> Json:
        """The partial member of resolved data."""
        return {**_membership(user.id), "permissions": str(self._people.permissions(user))}

    def channel(self, name: str) -> Json:
        """A text channel."""
        return {
            "id": self._identity.channels[name],
            "type": 0,
            "guild_id": self._identity.guild_id,
            "name": name,
            "position": list(self._identity.channels).index(name),
            "permission_overwrites": [],
            "parent_id": None,
            "topic": None,
            "nsfw": False,
            "flags": 0,
            "rate_limit_per_user": 0,
            "last_message_id": None,
        }

    def partial_channel(self, name: str, user: UserRecord) -> Json:
        """A channel with what this member may do in it, as interactions carry it."""
        return {**self.channel(name), "permissions": str(self._people.permissions(user))}

    def direct_channel(self, user: UserRecord) -> Json:
        """The channel of somebody's direct messages, once it is open."""
        return {
            "id": user.direct_channel_id,
            "type": 1,
            "last_message_id": None,
            "flags": 0,
            "recipients": [self.user(user)],
        }

    def roles(self) -> list[Json]:
        """All roles, @everyone first."""
        everyone = _role(self._identity.guild_id, "@everyone", 0, PERMISSIONS_EVERYONE)
        named = self._identity.roles.items()
        return [everyone, *(_role(role_id, name, n + 1, 0) for n, (name, role_id) in enumerate(named))]

    def guild(self) -> Json:
        """The whole server, as GUILD_CREATE carries it; people come with their interactions."""
        bot_member = {"user": self.bot_user(), **_membership(self._identity.application_id)}
        return {
            **self.guild_outline(),
            "name": GUILD_NAME,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "banner": None,
            "description": None,
            "vanity_url_code": None,
            "owner_id": self._identity.owner_id,
            "application_id": None,
            "region": "local",
            "roles": self.roles(),
            "emojis": [],
            "stickers": [],
            "channels": [self.channel(name) for name in self._identity.channels],
            "threads": [],
            "members": [bot_member],
            "member_count": len(self._people) + 1,
            "large": False,
            "unavailable": False,
            "joined_at": _stamp(self._identity.guild_id),
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "nsfw": False,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": DEFAULT_LOCALE,
            "system_channel_flags": 0,
            "system_channel_id": None,
            "afk_timeout": 300,
            "afk_channel_id": None,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "safety_alerts_channel_id": None,
            "max_members": 1000,
        }

    def guild_outline(self) -> Json:
        """The partial server that an interaction carries."""
        return {"id": self._identity.guild_id, "locale": DEFAULT_LOCALE, "features": []}

    def application(self) -> Json:
        """The bot's application; its owner is the first player."""
        owner = self._people.by_id(self._identity.owner_id) or UserRecord(self._identity.owner_id, "Owner")
        return {
            "id": self._identity.application_id,
            "name": BOT_NAME,
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "owner": self.user(owner),
            "team": None,
            "bot": self.bot_user(),
            "approximate_guild_count": 1,
            "integration_types_config": {"0": {}},
        }


def _membership(user_id: str) -> Json:
    return {
        "roles": [],
        "nick": None,
        "avatar": None,
        "joined_at": _stamp(user_id),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": str(PERMISSIONS_ALL),
    }


def _role(role_id: str, name: str, position: int, permissions: int) -> Json:
    return {
        "id": role_id,
        "name": name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": position > 0,
        "flags": 0,
    }


def _stamp(snowflake: str) -> str:
    return datetime.fromtimestamp(made_at_ms(snowflake) / 1000, UTC).isoformat()
