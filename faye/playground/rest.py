"""REST version 10: the application, people, channels and messages."""

from aiohttp import web

from faye.playground import errors
from faye.playground.compose import Draft
from faye.playground.form import Form
from faye.playground.gateway import IDENTIFIES_PER_DAY
from faye.playground.messages import StoredMessage
from faye.playground.snowflake import is_snowflake
from faye.playground.uploads import read_body
from faye.playground.wire import Json, json_response
from faye.playground.world import World

API = "/api/v10"
_HISTORY_MAX = 100


class Rest:
    """The routes that a bot calls with its token."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Return the route table."""
        message = API + "/channels/{channel_id}/messages/{message_id}"
        return [
            web.get(API + "/gateway", self.gateway),
            web.get(API + "/gateway/bot", self.gateway_bot),
            web.get(API + "/users/@me", self.me),
            web.get(API + "/users/{user_id}", self.user),
            web.post(API + "/users/@me/channels", self.open_direct_messages),
            web.get(API + "/oauth2/applications/@me", self.application),
            web.get(API + "/applications/@me", self.application),
            web.get(API + "/guilds/{guild_id}", self.guild),
            web.get(API + "/guilds/{guild_id}/members/{user_id}", self.member),
            web.get(API + "/channels/{channel_id}", self.channel),
            web.post(API + "/channels/{channel_id}/typing", self.typing),
            web.get(API + "/channels/{channel_id}/messages", self.history),
            web.post(API + "/channels/{channel_id}/messages", self.create_message),
            web.get(message, self.message),
            web.patch(message, self.edit_message),
            web.delete(message, self.delete_message),
        ]

    async def gateway(self, request: web.Request) -> web.Response:
        """Where the gateway is."""
        return json_response({"url": self._world.gateway.url})

    async def gateway_bot(self, request: web.Request) -> web.Response:
        """Where the gateway is, how many shards it wants, how many sessions may still start."""
        start_limit = {
            "total": IDENTIFIES_PER_DAY,
            "remaining": max(0, IDENTIFIES_PER_DAY - self._world.gateway.identifies),
            "reset_after": 86_400_000,
            "max_concurrency": 1,
        }
        return json_response(
            {"url": self._world.gateway.url, "shards": 1, "session_start_limit": start_limit}
        )

    async def me(self, request: web.Request) -> web.Response:
        """The bot's own account."""
        return json_response(self._world.payloads.bot_user())

    async def user(self, request: web.Request) -> web.Response:
        """Somebody's account."""
        user_id = request.match_info["user_id"]
        if user_id == self._world.identity.application_id:
            return await self.me(request)
        user = self._world.people.by_id(user_id)
        if user is None:
            raise errors.unknown_user()
        return json_response(self._world.payloads.user(user))

    async def open_direct_messages(self, request: web.Request) -> web.Response:
        """The channel of somebody's direct messages; whether they take any shows when one is sent."""
        body, _ = await read_body(request)
        recipient_id = _recipient_id(body)
        if recipient_id == self._world.identity.application_id:
            raise errors.cannot_message_user(400)
        user = self._world.people.by_id(recipient_id)
        if user is None:
            raise errors.invalid_recipient()
        return json_response(await self._world.open_direct_channel(user))

    async def application(self, request: web.Request) -> web.Response:
        """The bot's application."""
        return json_response(self._world.payloads.application())

    async def guild(self, request: web.Request) -> web.Response:
        """The server."""
        self._check_guild(request)
        return json_response(self._world.payloads.guild())

    async def member(self, request: web.Request) -> web.Response:
        """A member of the server."""
        self._check_guild(request)
        user = self._world.people.by_id(request.match_info["user_id"])
        if user is None:
            raise errors.unknown_member()
        return json_response(self._world.payloads.member(user))

    async def channel(self, request: web.Request) -> web.Response:
        """A channel."""
        channel_id = request.match_info["channel_id"]
        recipient = self._world.recipient(channel_id)
        if recipient is not None:
            return json_response(self._world.payloads.direct_channel(recipient))
        return json_response(self._world.payloads.channel(self._world.channel_name(channel_id)))

    async def typing(self, request: web.Request) -> web.Response:
        """The bot is typing; nobody is told."""
        self._world.recipient(request.match_info["channel_id"])
        return web.Response(status=204)

    async def history(self, request: web.Request) -> web.Response:
        """The newest messages of a channel that everybody sees, newest first."""
        channel_id = request.match_info["channel_id"]
        self._world.recipient(channel_id)
        wanted = request.query.get("limit", "50")
        limit = int(wanted) if is_snowflake(wanted) else 0
        if not 1 <= limit <= _HISTORY_MAX:
            raise errors.invalid_form(
                {"limit": {"_errors": [{"code": "NUMBER_TYPE_RANGE", "message": "1 to 100"}]}}
            )
        before, after = request.query.get("before"), request.query.get("after")
        found = [
            message.body
            for message in self._world.store
            if message.channel_id == channel_id
            and message.only_for is None
            and (not is_snowflake(before) or int(message.id) < int(str(before)))
            and (not is_snowflake(after) or int(message.id) > int(str(after)))
        ]
        return json_response(found[::-1][:limit])

    async def create_message(self, request: web.Request) -> web.Response:
        """Say something in a channel."""
        channel_id = request.match_info["channel_id"]
        recipient = self._world.recipient(channel_id)
        if recipient is not None and not recipient.accepts_direct_messages:
            raise errors.cannot_message_user()
        body, files = await read_body(request)
        author = self._world.payloads.bot_user()
        draft = Draft(channel_id, author, body, files, reply_to=self._original(body, channel_id))
        message = self._world.post(draft)
        return json_response(message.body)

    async def message(self, request: web.Request) -> web.Response:
        """One message."""
        return json_response(self._find(request).body)

    async def edit_message(self, request: web.Request) -> web.Response:
        """Change one of the bot's own messages."""
        message = self._find(request)
        if message.body["author"]["id"] != self._world.identity.application_id:
            raise errors.foreign_author()
        body, files = await read_body(request)
        return json_response(self._world.edit(message, body, files).body)

    async def delete_message(self, request: web.Request) -> web.Response:
        """Remove a message."""
        self._world.delete(self._find(request))
        return web.Response(status=204)

    def _original(self, body: Json, channel_id: str) -> str | None:
        """Return the id of the message that a new one replies to; raises 50035 where there is none such."""
        form = Form()
        reference = form.object(body, "message_reference")
        form.raise_if_failed()
        if not reference:
            return None
        message = self._world.store.get(str(reference.get("message_id")))
        if message is not None and message.channel_id == channel_id and message.only_for is None:
            return message.id
        if reference.get("fail_if_not_exists", True):
            form.at("message_reference").fail("MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
            form.raise_if_failed()
        return None

    def _find(self, request: web.Request) -> StoredMessage:
        message = self._world.store.get(request.match_info["message_id"])
        hidden = message is None or message.only_for is not None
        if message is None or hidden or message.channel_id != request.match_info["channel_id"]:
            raise errors.unknown_message()
        return message

    def _check_guild(self, request: web.Request) -> None:
        if request.match_info["guild_id"] != self._world.identity.guild_id:
            raise errors.unknown_guild()


def _recipient_id(body: Json) -> str:
    """Return the id that direct messages shall go to, a text or a number; raises 50035 where there is none."""
    form, wanted = Form(), body.get("recipient_id")
    if wanted is None:
        form.fail("CHANNEL_RECIPIENT_REQUIRED", "At least one channel recipient is required.")
    elif isinstance(wanted, bool) or not isinstance(wanted, str | int) or not is_snowflake(str(wanted)):
        form.at("recipient_id").fail("NUMBER_TYPE_COERCE", f'Value "{wanted}" is not snowflake.')
    form.raise_if_failed()
    return str(wanted)
