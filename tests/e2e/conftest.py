"""The real bot over the local Discord and the real engine in one process, on a real PostgreSQL and Valkey."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from msgspec.structs import replace
from redis.asyncio import BlockingConnectionPool, Redis

from cluster.postgres import PostgresServer
from faye.bot import FayeBot
from faye.config import Config, load_config
from faye.database.db import connect
from faye.gateway import point_to
from faye.playground import LocalDiscord, Person
from faye.utils.deferred import DeferredStore
from faye.utils.first_presses import FirstPresses
from faye.utils.image_generator import CardStudio
from faye.utils.locks import UserLocks
from faye.utils.rate_limiter import RateLimiter
from faye.utils.tasks import end_tasks
from tests.e2e.gated_engine import GatedEngine
from tests.shared_stores import shared_store

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class RunningBot:
    """A bot that is connected, and the means to end it well or badly."""

    bot: FayeBot
    task: asyncio.Task[None]
    ended: bool = field(default=False)

    async def close(self) -> None:
        """Stop it as a signal would."""
        self.ended = True
        await self.bot.close()
        await asyncio.gather(self.task, return_exceptions=True)

    async def kill(self) -> None:
        """End it as kill -9 would: nothing under way is finished, and nobody is told."""
        self.ended = True
        keeper = self.bot._finisher._keeper
        finishing = self.bot._finisher._under_way.values()
        await self.bot._reminders.stop()
        await end_tasks([*self.bot.flow._under_way, *finishing, *([keeper] if keeper else [])])
        await commands.AutoShardedBot.close(self.bot)
        await asyncio.gather(self.task, return_exceptions=True)


StartBot = Callable[..., Awaitable[RunningBot]]


@pytest.fixture(scope="session")
def config() -> Config:
    """What the project ships, with a lease and a deadline short enough to watch and patience with a busy machine."""
    shipped = load_config(ROOT / "config")
    patience = {"lock_timeout_ms": 5_000, "deferred_timeout_ms": 5_000, "card_wait_ms": 20_000}
    return replace(
        shipped,
        bot=replace(shipped.bot, deferred_owner_lease_s=1, **patience),
        limits=replace(shipped.limits, store_timeout_ms=5_000),
        engine=replace(shipped.engine, command_deadline_ms=3_000),
    )


@pytest.fixture
async def engine(
    database_url: str, shared_postgres: PostgresServer, config: Config
) -> AsyncIterator[GatedEngine]:
    """Router and players of every bot in a test: the real ones, over a database of the test's own."""
    database = connect(database_url, config.engine)
    engine = GatedEngine(database, config, superuser_url=shared_postgres.superuser_url)
    yield engine
    await engine.close()
    await database.dispose()


@pytest.fixture
async def discord_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalDiscord]:
    """The local Discord, to which discord.py is pointed for the length of a test."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = LocalDiscord()
    await server.start()
    point_to(server.api_url, server.gateway_url)
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def cards(config: Config) -> Iterator[CardStudio]:
    """One studio for all tests: its workers take a moment to start."""
    studio = CardStudio(
        config.bot.card_workers, config.bot.card_cache_entries, waiting_max=config.bot.cards_waiting_max
    )
    yield studio
    asyncio.run(studio.close())


@pytest.fixture
async def start_bot(
    discord_server: LocalDiscord, engine: GatedEngine, redis_url: str, config: Config, cards: CardStudio
) -> AsyncIterator[StartBot]:
    """Starts bots that share engine, Valkey and Discord; the ones still running are closed at the end."""
    running: list[RunningBot] = []
    redis = Redis.from_pool(BlockingConnectionPool.from_url(redis_url, max_connections=16))
    shared = shared_store(redis)

    async def start(config: Config = config, **parts: Any) -> RunningBot:
        bot = FayeBot(
            router=engine,
            players=engine,
            limiter=RateLimiter(shared, config.limits),
            locks=UserLocks(shared, held_s=config.bot.lock_held_s, timeout_ms=config.bot.lock_timeout_ms),
            deferred=DeferredStore(
                shared,
                owner=uuid4().hex,
                kept_s=config.bot.deferred_kept_s,
                lease_s=config.bot.deferred_owner_lease_s,
                timeout_ms=config.bot.deferred_timeout_ms,
            ),
            presses=FirstPresses(
                shared, kept_s=900, remembered_max=100, timeout_ms=config.bot.deferred_timeout_ms
            ),
            cards=cards,
            config=config,
            guild_ready_timeout=0.05,
            **parts,
        )
        await bot.login(discord_server.bot_token)
        started = RunningBot(bot, asyncio.create_task(bot.connect()))
        running.append(started)
        ready = asyncio.create_task(bot.wait_until_ready())
        await asyncio.wait({started.task, ready}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        if started.task.done():
            started.task.result()
        assert ready.done(), "the bot did not become ready"
        return started

    yield start
    for each in running:
        if not each.ended:
            await each.close()
    await redis.aclose()


@pytest.fixture
async def bot(start_bot: StartBot) -> RunningBot:
    """One running bot."""
    return await start_bot()


@pytest.fixture
async def ada(discord_server: LocalDiscord, bot: RunningBot) -> Person:
    """Somebody who has not begun yet."""
    return discord_server.person("Ada")


@pytest.fixture
async def player(discord_server: LocalDiscord, bot: RunningBot) -> Person:
    """Somebody who has begun."""
    person = discord_server.person("Mira")
    await begin(person)
    return person


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error in this test."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def begin(person: Person) -> None:
    """Let somebody accept the policy."""
    shown = await person.slash("start")
    await person.click(shown, "Accept")
