"""The local Discord server: everything behind one port of this machine."""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from faye.playground import limits
from faye.playground.faults import Faults
from faye.playground.guard import Guard
from faye.playground.identity import CHANNELS, PERMISSIONS_EVERYONE, Opening, new_identity
from faye.playground.interactions import InteractionBook
from faye.playground.messages import FILES_BYTES_MAX, MESSAGES_MAX, MessageStore
from faye.playground.page import Page
from faye.playground.persistence import Saver, StateDir
from faye.playground.person import Person
from faye.playground.ratelimits import RateLimits
from faye.playground.rest import API, Rest
from faye.playground.rest_commands import RestCommands
from faye.playground.rest_interactions import RestInteractions
from faye.playground.snowflake import SnowflakeMaker
from faye.playground.uploads import SAFE_IMAGE_TYPES
from faye.playground.world import World

_REQUEST_BYTES_MAX = limits.UPLOAD_BYTES_MAX + 1024 * 1024
_SHUTDOWN_S = 1.0

log = logging.getLogger(__name__)


def is_no_strangers_fault(record: logging.LogRecord) -> bool:
    """A log filter: who sends what is no HTTP, or hangs up, is answered or not, and is no trouble of ours."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | ConnectionError)


log.addFilter(is_no_strangers_fault)


class LocalDiscord:
    """A Discord server on this machine, for one bot and any number of people, real or programmed.

    With `state_dir`, accounts, commands and the last messages outlive restarts; without, all is in memory.
    """

    def __init__(
        self,
        state_dir: Path | None = None,
        *,
        response_deadline_s: float = limits.RESPONSE_DEADLINE_S,
        token_lifetime_s: float = limits.TOKEN_LIFETIME_S,
        heartbeat_interval_ms: int = limits.HEARTBEAT_INTERVAL_MS,
        channels: tuple[str, ...] = CHANNELS,
        rate_limits: bool = True,
        messages_max: int = MESSAGES_MAX,
        files_bytes_max: int = FILES_BYTES_MAX,
        privileged_intents: int = 0,
        allowed_hosts: frozenset[str] = frozenset(),
        opening: Opening | None = None,
    ) -> None:
        make = SnowflakeMaker()
        self._state_dir = StateDir(state_dir) if state_dir is not None else None
        known = self._state_dir.load_identity() if self._state_dir is not None else None
        identity = known or new_identity(make, channels)
        interactions = InteractionBook(
            make, response_deadline_s=response_deadline_s, token_lifetime_s=token_lifetime_s
        )
        self.world = World(
            identity,
            make,
            MessageStore(messages_max, files_bytes_max),
            interactions,
            heartbeat_interval_ms=heartbeat_interval_ms,
            privileged_intents=privileged_intents,
            opening=opening,
        )
        self.faults = Faults()
        self._guard = Guard(identity, self.faults, RateLimits(enforced=rate_limits), allowed_hosts)
        self._page = Page(self.world)
        self._runner: web.AppRunner | None = None
        self._saver: Saver | None = None
        self._saving: asyncio.Task[None] | None = None

    # -- running -----------------------------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. Raises `OSError` when the port is taken."""
        runner = web.AppRunner(self._application(), access_log=None, logger=log, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        sock = _listen(host, port)
        try:
            await web.SockSite(runner, sock).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        bound_host, bound_port = sock.getsockname()[:2]
        self._settle_address("127.0.0.1" if bound_host in ("0.0.0.0", "::") else bound_host, bound_port)
        await self._start_saving()

    async def stop(self) -> None:
        """Close every connection, write what is to be kept, stop listening."""
        self.world.interactions.close()
        await asyncio.gather(self.world.gateway.close(), self._page.close())
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._saving is not None and self._saver is not None:
            self._saving.cancel()
            with suppress(asyncio.CancelledError):
                await self._saving
            await self._saver.save()
            self.world.unwatch(self._saver.note)
            self._saving = None

    @property
    def api_url(self) -> str:
        """Where REST is: what a bot takes for `https://discord.com/api/v10`."""
        return self.world.base_url + API

    @property
    def gateway_url(self) -> str:
        """Where the gateway is: what a bot takes for `wss://gateway.discord.gg`."""
        return self.world.gateway.url

    @property
    def page_url(self) -> str:
        """Where people play."""
        return self.world.base_url + "/"

    @property
    def bot_token(self) -> str:
        """The token that the bot logs in with."""
        return self.world.identity.bot_token

    @property
    def owner_id(self) -> str:
        """The id that the first player has or will have."""
        return self.world.identity.owner_id

    @property
    def guild_id(self) -> str:
        """The id of the only server."""
        return self.world.identity.guild_id

    @property
    def ready(self) -> bool:
        """Say whether a bot is connected and its commands are known."""
        commands = self.world.commands
        return self.world.gateway.online and bool(commands.in_scope() or commands.in_scope(self.guild_id))

    async def wait_ready(self, timeout_s: float = 30.0) -> None:
        """Wait until a bot is connected and has synced its commands; raises `TimeoutError`."""
        if not await self.world.gateway.changed.until(lambda: self.ready, timeout_s):
            online = "connected, but has synced no commands" if self.world.gateway.online else "not connected"
            raise TimeoutError(f"after {timeout_s} s the bot is {online}")

    async def until(self, holds: Callable[[], bool], timeout_s: float = 15.0) -> None:
        """Wait until something is true of the server or its people; raises `TimeoutError`."""
        if not await self.world.changed.until(holds, timeout_s):
            raise TimeoutError(f"it did not come true within {timeout_s} s")

    # -- people ------------------------------------------------------------------------------------------

    def person(
        self, name: str, *, channel: str | None = None, permissions: int = 0, locale: str = ""
    ) -> Person:
        """Return a programmable person; `permissions` are added to those of @everyone.

        Without `locale`, the language of their Discord stays as it is: English at first.
        """
        user = self.world.admit(name)
        if permissions:
            user.permissions = PERMISSIONS_EVERYONE | permissions
        if locale:
            self.world.set_locale(user, locale)
        channels = self.world.identity.channels
        return Person(self.world, user, channels[channel or next(iter(channels))])

    def attachment(self, url: str) -> bytes:
        """Return an attachment's content by its address; raises `LookupError` when it is gone."""
        file_id = url.rsplit("/", 2)[-2]
        file = self.world.store.file(file_id)
        if file is None:
            raise LookupError(f"no such file: {url}")
        return file.data

    # -- trouble on request ------------------------------------------------------------------------------

    def fail_next(
        self,
        pattern: str,
        *,
        status: int | None = None,
        retry_after_s: float = 0.05,
        delay_s: float = 0.0,
        times: int = 1,
        answer_is_lost: bool = False,
    ) -> None:
        """Meet the next REST calls whose `METHOD /path` matches with a status, a delay, or both.

        If their answer is lost, they take effect all the same, and without a status the connection is cut.
        """
        self.faults.add(
            pattern,
            status=status,
            retry_after_s=retry_after_s,
            delay_s=delay_s,
            times=times,
            answer_is_lost=answer_is_lost,
        )

    async def drop_gateway(self, how: str = "abort") -> None:
        """Break the connections: `reconnect` (op 7), `close` (4000), `abort` (TCP), `invalid` (op 9)."""
        await self.world.gateway.drop(how)

    def delay_events(self, delay_s: float) -> None:
        """Send every event this much later from now on; 0 ends it."""
        self.world.gateway.delay_s = delay_s

    def redeliver(self, interaction_id: str) -> None:
        """Send a recent interaction to the bot once more."""
        self.world.redeliver(interaction_id)

    # -- inside ------------------------------------------------------------------------------------------

    def _application(self) -> web.Application:
        guards = [self._guard.local, self._guard.api]
        application = web.Application(middlewares=guards, client_max_size=_REQUEST_BYTES_MAX)
        application.add_routes(Rest(self.world).routes())
        application.add_routes(RestCommands(self.world).routes())
        application.add_routes(RestInteractions(self.world).routes())
        application.add_routes(self._page.routes())
        application.router.add_get("/gateway", self.world.gateway.handle)
        application.router.add_get("/attachments/{channel_id}/{file_id}/{name}", self._attachment)
        return application

    async def _attachment(self, request: web.Request) -> web.Response:
        file = self.world.store.file(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        shown = file.content_type in SAFE_IMAGE_TYPES
        headers = {
            "Content-Type": file.content_type if shown else "application/octet-stream",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=31536000, immutable",
        }
        if not shown:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=file.data, headers=headers)

    def _settle_address(self, host: str, port: int) -> None:
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.world.base_url = f"http://{authority}"
        self.world.gateway.url = f"ws://{authority}/gateway"

    async def _start_saving(self) -> None:
        if self._state_dir is None:
            return
        history = self._state_dir.load_history(self.world.base_url)
        for message in history.messages:
            self.world.store.put(message)
        self._state_dir.load_files(history.messages, self.world.store)
        for interaction in history.interactions:
            self.world.interactions.remember(interaction)
        world = self.world
        self._saver = Saver(self._state_dir, world.identity, world.store, world.interactions, world.base_url)
        world.watch(self._saver.note)
        world.save_people = self._saver.save_identity
        await self._saver.save_identity()
        self._saving = asyncio.create_task(self._saver.run())


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(1024)
    except OSError:
        sock.close()
        raise
    return sock
