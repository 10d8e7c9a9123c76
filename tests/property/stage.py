"""The whole front-end in one process: real discord.py and cogs, the local Discord's rules, no socket.

What Discord's gateway would deliver is handed to the library as it is parsed there; what the library posts is
answered by the local Discord's own handlers, which refuse what Discord would refuse.
"""

import asyncio
import itertools
import json
import logging
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final, Self
from urllib.parse import unquote

import discord
from msgspec.structs import replace
from redis.asyncio import Redis

from faye.bot import FayeBot
from faye.cogs import FEATURES
from faye.config import Config, RateLimit
from faye.messages import DirectRequest, Reply
from faye.messages.leaderboard import GetLeaderboard, Leaderboard, Ranked
from faye.messages.refusals import NotStarted
from faye.messages.settings import (
    AS_IN_DISCORD,
    AccountErased,
    EraseAccount,
    Reminder,
    SetLanguage,
    SetNotify,
    SetPrivacy,
    Settings,
)
from faye.operators import Owners
from faye.playground import LocalDiscord
from faye.playground.errors import ApiError
from faye.playground.interactions import COMMAND, Interaction, State
from faye.playground.messages import StoredMessage
from faye.playground.rest import API
from faye.playground.rest_interactions import RestInteractions
from faye.utils.clock import SystemClock
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter
from faye.utils.shared_store import SharedStore
from faye.utils.store_health import StoreHealth
from tests.builders import small_config
from tests.property.room import Room

_CALLBACK: Final = re.compile(rf"{API}/interactions/(?P<interaction_id>\d+)/(?P<token>[^/]+)/callback")
_WEBHOOK: Final = re.compile(
    rf"{API}/webhooks/(?P<application_id>\d+)/(?P<token>[^/]+)(/messages/(?P<message_id>[^/]+))?"
)
LEAKS: Final = re.compile(
    r"Traceback|Exception|[a-z]Error\b|object at 0x|<class |msgspec|asyncpg|sqlalchemy|redis|idempotency|"
    r"player_id|NoneType|\bactors\.|\bfaye\."
)
"""Words of the inside, which no user is to read."""


class Unheard(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@dataclass
class _Response:
    """As much of an HTTP response as the library reads."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    reason: str = ""

    async def text(self, encoding: str = "utf-8") -> str:
        return self.body.decode(encoding)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


class _Session:
    """Stands where the library has its HTTP session, and asks the handlers instead of a server."""

    closed = False

    def __init__(self, handlers: RestInteractions) -> None:
        self._handlers = handlers

    def request(self, method: str, url: str, *, data: Any, params: Any = None, **_: Any) -> Any:
        return self._Call(self._answer(method, url.split("?", maxsplit=1)[0], data, params or {}))

    class _Call:
        def __init__(self, answer: Any) -> None:
            self._answer = answer

        async def __aenter__(self) -> _Response:
            response: _Response = await self._answer
            return response

        async def __aexit__(self, *_: object) -> None:
            return None

    async def _answer(self, method: str, url: str, data: Any, params: dict[str, Any]) -> _Response:
        path = unquote(API + url.partition(API)[2])

        async def read() -> bytes:
            return b"" if data is None else str(data).encode()

        found = _CALLBACK.fullmatch(path) or _WEBHOOK.fullmatch(path)
        assert found, path
        query = {name: str(value) for name, value in params.items()}
        asked: Any = SimpleNamespace(
            match_info=found.groupdict(), content_type="application/json", read=read, query=query
        )
        try:
            answer = await self._handler(method, found)(asked)
        except ApiError as error:
            return _Response(error.status, json.dumps(error.body).encode())
        return _Response(answer.status, bytes(answer.body or b""))

    def _handler(self, method: str, found: re.Match[str]) -> Any:
        if found.re is _CALLBACK:
            return self._handlers.callback
        return {
            "POST": self._handlers.follow_up,
            "GET": self._handlers.message,
            "PATCH": self._handlers.edit_message,
        }[method]


class _NoCards:
    """A studio in which nothing is drawn: pictures are not what is tried here."""

    async def card(self, *_: object) -> bytes:
        raise RuntimeError("nothing is drawn here")

    sheet = banner = scene = card


class _Players:
    """Everybody's key, made at the first asking, and the wish to be seen or not; an account's mark is its key."""

    def __init__(self) -> None:
        self._keys: dict[int, int] = {}
        self._private: set[int] = set()
        self._languages: dict[int, str | None] = {}
        self._notified: set[int] = set()
        self._made = itertools.count(1)

    async def find(self, discord_id: int) -> int | None:
        return self._keys.get(discord_id)

    async def open(self, discord_id: int) -> int:
        if discord_id not in self._keys:
            self._keys[discord_id] = next(self._made)
        return self._keys[discord_id]

    async def is_private(self, discord_id: int) -> bool:
        return discord_id in self._private

    async def language(self, discord_id: int) -> str | None:
        return self.remembered_language(discord_id)

    def remembered_language(self, discord_id: int) -> str | None:
        return self._languages.get(discord_id) or (AS_IN_DISCORD if discord_id in self._keys else None)

    async def answer(self, discord_id: int, request: DirectRequest) -> Reply:
        key = self._keys.get(discord_id)
        if isinstance(request, GetLeaderboard):
            return self._board(request)
        if isinstance(request, EraseAccount):
            if key == request.mark:
                del self._keys[discord_id]
            return AccountErased()
        if key is None:
            return NotStarted()
        if isinstance(request, SetPrivacy):
            (self._private.add if request.private else self._private.discard)(discord_id)
        if isinstance(request, SetLanguage):
            self._languages[discord_id] = request.language
        if isinstance(request, SetNotify):
            (self._notified.add if request.notify else self._notified.discard)(discord_id)
        return Settings(
            private=discord_id in self._private,
            mark=key,
            language=self._languages.get(discord_id),
            notify=discord_id in self._notified,
        )

    async def take_reminders(self, at_most: int, *, cooldown_hours: int, within_hours: int) -> list[Reminder]:
        return []

    def _board(self, request: GetLeaderboard) -> Leaderboard:
        """Everybody, in the order in which they came, as far as a page goes."""
        pages = range(max(1, -(-len(self._keys) // request.page_size)))
        page = request.page if request.page in pages else 0
        skipped = page * request.page_size
        shown = list(self._keys)[skipped : skipped + request.page_size]
        entries = [Ranked(skipped + n, 1, 0, each, each in self._private) for n, each in enumerate(shown, 1)]
        return Leaderboard(
            entries=entries, page=page, pages=len(pages), players=len(self._keys), drawn_up_at=None, own=None
        )


class Stage:
    """One bot and the people before it. Valkey is away all the time, as far as the bot knows."""

    def __init__(self, limits: RateLimit | None = None) -> None:
        config = _patient(small_config(), limits)
        self.config = config
        self.server = LocalDiscord(rate_limits=False, response_deadline_s=120)
        self.world = self.server.world
        self.world.base_url = "http://127.0.0.1:1"
        self.room = Room(config, SystemClock())
        self.unheard = Unheard()
        operator = int(self.world.admit("Mira").id)
        self.bot = _make_bot(config, self.room, Owners(frozenset({operator})))
        self._message_id = ""
        self._resident: set[asyncio.Task[Any]] = set()

    async def open(self) -> Self:
        """Load the features, and have errors noted."""
        await self.bot._async_setup_hook()
        self.bot.http._HTTPClient__session = _Session(RestInteractions(self.world))  # type: ignore[attr-defined]
        state, account = self.bot._connection, self.world.payloads.bot_user()
        state.application_id, state.user = int(account["id"]), discord.ClientUser(state=state, data=account)
        for feature in FEATURES:
            await self.bot.load_extension(f"faye.cogs.{feature}")
        items = [item for cog in self.bot.cogs.values() for item in getattr(cog, "ITEMS", ())]
        self.bot._items = items
        self.bot.add_dynamic_items(*items)
        sent = [command.to_dict(self.bot.tree) for command in self.bot.tree.get_commands()]
        self.world.commands.replace(sent)
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: self.unheard.said.append(f"{context['message']}: {context.get('exception')!r}")
        )
        logging.getLogger().addHandler(self.unheard)
        self._resident = asyncio.all_tasks()
        return self

    async def close(self) -> None:
        """End it all."""
        logging.getLogger().removeHandler(self.unheard)
        self.world.interactions.close()
        await self.room.close()

    async def deliver(self, kind: int, user_name: str, data: dict[str, Any], **details: Any) -> Interaction:
        """Have a new interaction arrive at the bot, and wait until nothing of it is under way."""
        interaction = self.world.interactions.open(kind, self.person(user_name), self.channel_id, **details)
        await self.redeliver(interaction, data)
        return interaction

    async def deliver_as(
        self, kind: int, user_name: str, data: dict[str, Any], member: dict[str, Any]
    ) -> Interaction:
        """Have a new interaction arrive whose member looks otherwise."""
        interaction = self.world.interactions.open(kind, self.person(user_name), self.channel_id)
        await self.redeliver(interaction, data, member=member)
        return interaction

    async def redeliver(self, interaction: Interaction, data: dict[str, Any], **changes: Any) -> None:
        """Have an interaction arrive, with other contents if any are given."""
        payload = json.loads(json.dumps(self.world._interaction_payload(interaction, data) | changes))
        self.bot._connection.parse_interaction_create(payload)
        await self._settled()

    async def message(self, name: str) -> StoredMessage:
        """A message of the bot's that this person sees, the same one as long as it is there."""
        message = self.world.store.get(self._message_id)
        if message is None:
            shown = await self.deliver(COMMAND, name, self.command("help", []), command_name="help")
            message = self.world.store.get(shown.original_id or "")
            assert message is not None
            self._message_id = message.id
        return message

    def person(self, name: str) -> str:
        """The id of somebody of this name."""
        return self.world.admit(name).id

    @property
    def channel_id(self) -> str:
        """Where people meet."""
        return next(iter(self.world.identity.channels.values()))

    def shown(self, interaction: Interaction) -> str:
        """Everything that stands in the answer."""
        ids = [interaction.original_id or "", *interaction.followup_ids]
        found = [message for each in ids if (message := self.world.store.get(each))]
        return json.dumps([message.body for message in found], ensure_ascii=False)

    def check(self, interaction: Interaction) -> None:
        """The interaction was answered in words for users, and nothing was logged as an error."""
        said, self.unheard.said = self.unheard.said, []
        assert said == [], said
        assert interaction.state not in (State.THINKING, State.NO_RESPONSE), interaction
        if interaction.original_id != interaction.source_id:
            words = self.shown(interaction)
            assert not LEAKS.search(words), words

    async def begin(self, name: str) -> None:
        """Let somebody accept the policy."""
        started = await self.deliver(COMMAND, name, self.command("start", []), command_name="start")
        message = self.world.store.get(started.original_id or "")
        assert message is not None
        button = message.body["components"][0]["components"][0]
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": 1}
        await self.deliver(3, name, data, source_id=message.id)

    def command(self, path: str, options: list[dict[str, Any]]) -> dict[str, Any]:
        """The data of a command with these options, whatever they are."""
        name, *rest = path.split()
        known = next(command for command in self.world.commands.in_scope() if command["name"] == name)
        for depth, part in enumerate(reversed(rest)):
            options = [{"name": part, "type": 2 if depth else 1, "options": options}]
        return {"id": known["id"], "name": name, "type": 1, "options": options}

    async def _settled(self) -> None:
        while busy := [
            task
            for task in asyncio.all_tasks() - self._resident - {asyncio.current_task()}
            if not task.get_name().startswith("finish-")
        ]:
            await asyncio.wait(busy, timeout=10)


def _patient(config: Config, limits: RateLimit | None) -> Config:
    rate = limits or RateLimit(requests=1_000_000, seconds=10)
    classes = dict.fromkeys(config.limits.classes, rate)
    engine = replace(config.engine, command_deadline_ms=20_000)
    return replace(config, engine=engine, limits=replace(config.limits, default=rate, classes=classes))


def _make_bot(config: Config, room: Room, owners: Owners) -> FayeBot:
    redis = Redis(port=1)
    health = StoreHealth.of(redis, config.bot.valkey)
    health.is_away = True
    shared = SharedStore(redis, "faye", health)
    return FayeBot(
        router=room,
        players=_Players(),
        limiter=RateLimiter(shared, config.limits),
        locks=UserLocks(shared, held_s=1, timeout_ms=1),
        deferred=DeferredStore(shared, owner="x", kept_s=900, lease_s=1, timeout_ms=1),
        presses=FirstPresses(shared, kept_s=1, remembered_max=1000, timeout_ms=1),
        cards=_NoCards(),  # type: ignore[arg-type]
        config=config,
        owners=owners,
    )
