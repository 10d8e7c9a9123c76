"""The real engine in one process over a real PostgreSQL, with gates where a test wants to stop it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.store import Decided, Line, Write
from faye.config import Config
from faye.database.accounts import Accounts
from faye.database.configurations import Configurations
from faye.database.models.esprit import Esprit
from faye.database.models.ledger import LedgerEntry
from faye.database.models.player import Player
from faye.messages import Command, DirectRequest, Query, Reply
from faye.messages.codec import encode
from faye.messages.craft import Crafted
from faye.messages.refusals import NotKnownYet
from faye.messages.settings import Reminder
from tests.builders import new_key

HOSTS: Final = ("host-0", "host-1")

_LEDGER = sa.inspect(LedgerEntry).local_table


class GatedEngine:
    """Router and players of every bot in a test; remembers what was asked, can be held, lost, broken or cut off."""

    def __init__(self, database: AsyncEngine, config: Config, *, superuser_url: str) -> None:
        self.database = database
        self.asked: list[Command | Query] = []
        self.asked_directly: list[DirectRequest] = []
        self.reminder_turns = 0
        """How often reminders were taken, whether or not there were any."""
        self.open_gate = asyncio.Event()
        """Cleared: requests wait before the engine; this is how a test catches a bot in the middle."""
        self.open_gate.set()
        self.reply_is_lost = False
        """Commands take effect, but the front-end does not learn it in time."""
        self.breaks_with: Exception | None = None
        self._superuser_url = superuser_url.replace("+asyncpg", "")
        self._was_asked = asyncio.Condition()
        self._config_id = config.game.id
        self._store = PostgresStore(database)
        self.configurations = Configurations(database)
        newest = self.configurations.newest
        self._hosts = {name: Runtime(self._store, config, newest=newest) for name in HOSTS}
        self._router = ShardRouter(LocalDelivery(self._hosts), self._store, list(HOSTS), config.engine)
        self._accounts = Accounts(database)

    async def close(self) -> None:
        """End everything that still runs."""
        await self._router.close()
        for host in self._hosts.values():
            await host.close()

    # -- Router --------------------------------------------------------------------------------------

    async def ask(self, request: Command | Query) -> Reply:
        """See `Router.ask`."""
        self.asked.append(request)
        async with self._was_asked:
            self._was_asked.notify_all()
        await self.open_gate.wait()
        if self.breaks_with is not None:
            raise self.breaks_with
        reply = await self._router.ask(request)
        return NotKnownYet() if self.reply_is_lost and isinstance(request, Command) else reply

    async def outcome(self, command: Command) -> Reply:
        """See `Router.outcome`."""
        return await self._router.outcome(command)

    # -- Players -------------------------------------------------------------------------------------

    async def find(self, discord_id: int) -> int | None:
        """See `Players.find`."""
        return await self._accounts.find(discord_id)

    async def open(self, discord_id: int) -> int:
        """See `Players.open`."""
        return await self._accounts.open(discord_id)

    async def is_private(self, discord_id: int) -> bool:
        """See `Players.is_private`."""
        return await self._accounts.is_private(discord_id)

    async def language(self, discord_id: int) -> str | None:
        """See `Players.language`."""
        return await self._accounts.language(discord_id)

    def remembered_language(self, discord_id: int) -> str | None:
        """See `Players.remembered_language`."""
        return self._accounts.remembered_language(discord_id)

    async def answer(self, discord_id: int, request: DirectRequest) -> Reply:
        """See `Players.answer`; what is asked waits at the gate like everything else."""
        self.asked_directly.append(request)
        await self.open_gate.wait()
        return await self._accounts.answer(discord_id, request)

    async def take_reminders(self, at_most: int, *, cooldown_hours: int, within_hours: int) -> list[Reminder]:
        """See `Players.take_reminders`."""
        due = await self._accounts.take_reminders(
            at_most, cooldown_hours=cooldown_hours, within_hours=within_hours
        )
        self.reminder_turns += 1
        return due

    # -- what tests do to it -------------------------------------------------------------------------

    async def go_away(self) -> None:
        """Have PostgreSQL end every session of this database and admit no new one: a real outage."""
        await self._as_superuser(f"ALTER DATABASE {self._name} WITH ALLOW_CONNECTIONS false")
        await self._as_superuser(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}'"
        )

    async def come_back(self) -> None:
        """End the outage."""
        await self._as_superuser(f"ALTER DATABASE {self._name} WITH ALLOW_CONNECTIONS true")

    async def give(self, discord_id: int | str, currency: str, amount: int, **figures: object) -> None:
        """Add to a purse, ledger and all, as another host would: whoever has the player in memory is now stale.

        `figures` are other columns of the player that change with it.
        """
        player, key = await self.player(discord_id), new_key()
        for column, value in figures.items():
            setattr(player, column, value)
        write = Write(player, expected=player.version, exists=True, version=player.version + 1)
        player.version += 1
        at_ms = int(datetime.now(UTC).timestamp() * 1000)
        write.lines.append(Line(write.version, 0, key, player.post("gift", currency, amount), None, at_ms))
        reply = Crafted(crafted=0, shards_spent=0, fayrites=0, fayrite_shards=0, version=write.version)
        write.decided.append(Decided(key, player.id, 0, encode(reply)))
        assert await self._store.flush([write], self._config_id) == {player.id}

    async def strengthen(self, esprit: Esprit, *, level: int, limit_breaks: int) -> None:
        """Make an Esprit another one, as another host would."""
        key, at_ms = new_key(), int(datetime.now(UTC).timestamp() * 1000)
        player = (await self._store.load([esprit.player_id], [], {})).players[esprit.player_id]
        write = Write(player, expected=player.version, exists=True, version=player.version + 1)
        player.version += 1
        esprit.level, esprit.limit_breaks = level, limit_breaks
        size = len((await self._store.load([player.id], [], {})).esprits[player.id])
        write.lines.append(
            Line(write.version, 0, key, esprit.noted("gift", collection_size=size), None, at_ms)
        )
        write.changed[esprit.id] = esprit
        reply = Crafted(crafted=0, shards_spent=0, fayrites=0, fayrite_shards=0, version=write.version)
        write.decided.append(Decided(key, player.id, 0, encode(reply)))
        assert await self._store.flush([write], self._config_id) == {player.id}

    # -- what tests see of it ------------------------------------------------------------------------

    async def player(self, discord_id: int | str) -> Player:
        """The player as the database has it."""
        key = await self._key(discord_id)
        return (await self._store.load([key], [], {})).players[key]

    async def esprits(self, discord_id: int | str) -> list[Esprit]:
        """The collection as the database has it, oldest first."""
        key = await self._key(discord_id)
        return list((await self._store.load([key], [], {})).esprits[key])

    async def ledger(self, discord_id: int | str) -> list[sa.Row]:
        """The player's ledger as the database has it, newest first."""
        return await self.lines_of(await self._key(discord_id))

    async def lines_of(self, player_key: int) -> list[sa.Row]:
        """The ledger of whoever has this key, newest first."""
        mine = sa.select(_LEDGER).where(_LEDGER.c.player_id == player_key)
        async with self.database.connect() as connection:
            newest_first = (_LEDGER.c.version.desc(), _LEDGER.c.n.desc())
            return list((await connection.execute(mine.order_by(*newest_first))).all())

    async def effects(self) -> Counter[int]:
        """How often each idempotency key took effect."""
        effects = sa.select(_LEDGER.c.idempotency_key, _LEDGER.c.player_id, _LEDGER.c.version).distinct()
        async with self.database.connect() as connection:
            return Counter((await connection.execute(effects)).scalars())

    def commands(self, kind: type[Command]) -> list[Command]:
        """The commands of one kind that were asked, also those that still wait at the gate."""
        return [request for request in self.asked if isinstance(request, kind)]

    async def until_asked(self, holds: Callable[[Command | Query], bool], timeout_s: float = 10) -> None:
        """Wait until a request was asked for which `holds` is true."""
        async with asyncio.timeout(timeout_s), self._was_asked:
            await self._was_asked.wait_for(lambda: any(holds(request) for request in self.asked))

    # -- inside --------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        name = self.database.url.database
        assert name is not None, "a test's database has a name"
        return name

    async def _key(self, discord_id: int | str) -> int:
        key = await self.find(int(discord_id))
        assert key is not None, f"{discord_id} has no account"
        return key

    async def _as_superuser(self, statement: str) -> None:
        connection = await asyncpg.connect(self._superuser_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
