"""The link between Discord users and player keys, and what users have settled, over PostgreSQL."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, NamedTuple

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.database.leaderboard import read_leaderboard
from faye.database.models.ledger import Account
from faye.database.models.player import PlayerTable
from faye.database.reminders import settled_to, take_due
from faye.messages import DirectRequest, Reply
from faye.messages.leaderboard import GetLeaderboard
from faye.messages.refusals import NotKnownYet, NotStarted
from faye.messages.settings import (
    AS_IN_DISCORD,
    AccountErased,
    EraseAccount,
    ErasureRefused,
    GetSettings,
    Reminder,
    SetLanguage,
    SetNotify,
    SetPrivacy,
    Settings,
)
from faye.utils.clock import Clock, SystemClock

log = logging.getLogger(__name__)

_ACCOUNTS: Final = sa.inspect(Account).local_table
_PLAYERS: Final = sa.inspect(PlayerTable).local_table
_SETTLED: Final = (_ACCOUNTS.c.private, _ACCOUNTS.c.mark, _ACCOUNTS.c.language, _ACCOUNTS.c.notify)

PLAYER_KEY_BITS: Final = 62
CACHE_ENTRIES_MAX: Final = 100_000

CHANNEL: Final = "faye_accounts"
"""Where processes tell each other, by its Discord id, of an account that was changed or erased."""

TRUSTED_MS: Final = 60_000
"""So long an account that was seen is believed to be as it was, by who hears of changes."""
TRUSTED_UNHEARD_MS: Final = 5_000
"""The same by who does not, because the connection was lost and is not there again."""

_TELL: Final = sa.text("SELECT pg_notify(:channel, :discord_id)")


class _Seen(NamedTuple):
    """What the database said of an account, and until when it is believed."""

    player_id: int
    private: bool
    language: str | None
    until_ms: float


class Accounts:
    """Finds, opens, changes and erases accounts; remembers for a moment those that it has seen."""

    def __init__(self, engine: AsyncEngine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._cache: dict[int, _Seen] = {}
        self._languages: dict[int, str] = {}
        """What everybody seen had settled then: what is wrong of it does no harm, so it is believed in outages too."""
        self._changes = 0
        """Counts the changes that are known here, so that nothing that was read before one is kept after it."""
        self._hears = False

    async def listen(self, patient: AsyncEngine) -> None:
        """Hear of what other processes change until that connection is lost or cannot be had; to be called again.

        `patient` is an engine whose connections may stay idle, see `faye.database.db.connect`.
        """
        try:
            await self._listen(patient)
        except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.info("changes of accounts are not heard of for a moment (%s)", type(error).__name__)

    async def _listen(self, patient: AsyncEngine) -> None:
        lost = asyncio.Event()
        async with patient.connect() as connection:
            try:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                driver.add_termination_listener(lambda _: lost.set())
                await driver.add_listener(CHANNEL, lambda *heard: self._forget(int(heard[-1])))
                self._hear(True)
                await lost.wait()
            finally:
                self._hear(False)
                await connection.invalidate()  # it must not go to the pool as a listener

    async def find(self, discord_id: int) -> int | None:
        """The player key of a Discord user, None if there is none; raises `ConnectionError` in an outage."""
        seen = await self._look(discord_id)
        return None if seen is None else seen.player_id

    async def is_private(self, discord_id: int) -> bool:
        """Whether a Discord user lets nobody else see the player; raises `ConnectionError` in an outage."""
        seen = await self._look(discord_id)
        return seen is not None and seen.private

    async def language(self, discord_id: int) -> str | None:
        """See `faye.router.Players.language`."""
        if (known := self._languages.get(discord_id)) is not None:
            return known
        seen = await self._look(discord_id)
        return None if seen is None else seen.language or AS_IN_DISCORD

    def remembered_language(self, discord_id: int) -> str | None:
        """See `faye.router.Players.remembered_language`."""
        return self._languages.get(discord_id)

    async def open(self, discord_id: int) -> int:
        """The player key of a Discord user, made now if there is none; raises `ConnectionError` in an outage."""
        made = insert(Account).values(discord_id=discord_id, player_id=secrets.randbits(PLAYER_KEY_BITS))
        # One statement that writes in any case: between two of them the account could be erased. And what was believed
        # of it before may be an account that another process has erased.
        opened = made.on_conflict_do_update(
            index_elements=["discord_id"], set_={"discord_id": made.excluded.discord_id}
        ).returning(_ACCOUNTS.c.player_id)
        with self._changing(discord_id):
            async with self._engine.begin() as connection:
                return int((await connection.execute(opened)).scalar_one())

    async def answer(self, discord_id: int, request: DirectRequest) -> Reply:
        """See `faye.router.Players.answer`."""
        try:
            match request:
                case GetSettings():
                    return await self._settings(discord_id)
                case SetPrivacy():
                    return await self._settle(discord_id, private=request.private)
                case SetLanguage():
                    return await self._settle(discord_id, language=request.language)
                case SetNotify():
                    cooldown = timedelta(hours=request.cooldown_hours)
                    return await self._settle(
                        discord_id, **settled_to(request.notify, request.language, cooldown)
                    )
                case EraseAccount():
                    return await self._erase(discord_id, request.mark)
                case GetLeaderboard():
                    with _outages_told():
                        return await read_leaderboard(self._engine, discord_id, request)
                case _:
                    raise TypeError(f"nobody answers {type(request).__name__}")
        except ConnectionError:
            if not request.CHANGES:
                raise
            return NotKnownYet()

    async def take_reminders(self, at_most: int, *, cooldown_hours: int, within_hours: int) -> list[Reminder]:
        """See `faye.router.Players.take_reminders`."""
        cooldown, within = timedelta(hours=cooldown_hours), timedelta(hours=within_hours)
        with _outages_told():
            return await take_due(self._engine, cooldown=cooldown, within=within, at_most=at_most)

    async def _settings(self, discord_id: int) -> Settings | NotStarted:
        wanted = sa.select(*_SETTLED).where(_ACCOUNTS.c.discord_id == discord_id)
        with _outages_told():
            async with self._engine.connect() as connection:
                found = (await connection.execute(wanted)).first()
        return NotStarted() if found is None else Settings(**found._mapping)

    async def _settle(self, discord_id: int, **settled: object) -> Settings | NotStarted:
        change = (
            sa.update(Account)
            .where(_ACCOUNTS.c.discord_id == discord_id)
            .values(**settled)
            .returning(*_SETTLED)
        )
        with self._changing(discord_id):
            async with self._engine.begin() as connection:
                changed = (await connection.execute(change)).first()
                await _tell(connection, discord_id)
        return NotStarted() if changed is None else Settings(**changed._mapping)

    async def _erase(self, discord_id: int, mark: int) -> AccountErased | ErasureRefused:
        """Delete the row that is the link. Nothing else holds it: errands know a user, ledger and log know a key."""
        meant = sa.and_(_ACCOUNTS.c.discord_id == discord_id, _ACCOUNTS.c.mark == mark)
        suspended = sa.and_(
            _PLAYERS.c.id == _ACCOUNTS.c.player_id, _PLAYERS.c.suspended_until > sa.func.now()
        )
        held = sa.select(_PLAYERS.c.suspended_until).join(_ACCOUNTS, suspended).where(meant).cte("held")
        erased = sa.delete(Account).where(meant, ~sa.exists(sa.select(held))).returning(_ACCOUNTS.c.mark)
        # One statement: between two a suspension could be lifted, and what was kept be called erased.
        erase = sa.select(held.c.suspended_until).add_cte(erased.cte("erased"))
        with self._changing(discord_id):
            async with self._engine.begin() as connection:
                until = await connection.scalar(erase)
                await _tell(connection, discord_id)
        return AccountErased() if until is None else ErasureRefused(until=until)

    async def _look(self, discord_id: int) -> _Seen | None:
        if (known := self._believed(discord_id)) is not None:
            return known
        now_ms = self._clock.monotonic_ms()
        changes = self._changes
        columns = (_ACCOUNTS.c.player_id, _ACCOUNTS.c.private, _ACCOUNTS.c.language)
        wanted = sa.select(*columns).where(_ACCOUNTS.c.discord_id == discord_id)
        with _outages_told():
            async with self._engine.connect() as connection:
                found: Any = (await connection.execute(wanted)).first()
        self._cache.pop(discord_id, None)
        if found is None:
            return None
        trusted_ms = TRUSTED_MS if self._hears else TRUSTED_UNHEARD_MS
        seen = _Seen(found.player_id, found.private, found.language, now_ms + trusted_ms)
        if changes == self._changes:
            self._keep(discord_id, seen)
        return seen

    def _believed(self, discord_id: int) -> _Seen | None:
        known = self._cache.get(discord_id)
        return known if known is not None and self._clock.monotonic_ms() < known.until_ms else None

    def _keep(self, discord_id: int, seen: _Seen) -> None:
        known: tuple[dict[int, Any], ...] = (self._cache, self._languages)
        for entries, entry in zip(known, (seen, seen.language or AS_IN_DISCORD), strict=True):
            if len(entries) >= CACHE_ENTRIES_MAX:
                entries.pop(next(iter(entries)))
            entries[discord_id] = entry

    def _forget(self, discord_id: int) -> None:
        self._changes += 1
        self._cache.pop(discord_id, None)
        self._languages.pop(discord_id, None)

    def _hear(self, hears: bool) -> None:
        """Begin or cease to hear; what was missed meanwhile is not believed any more."""
        self._hears = hears
        self._changes += 1
        self._cache.clear()

    @contextmanager
    def _changing(self, discord_id: int) -> Iterator[None]:
        """Believe nothing of this account any more, whether or not the change is known to have been made."""
        try:
            with _outages_told():
                yield
        finally:
            self._forget(discord_id)


async def _tell(connection: AsyncConnection, discord_id: int) -> None:
    """Tell all processes of a change, as soon as it is committed."""
    await connection.execute(_TELL, {"channel": CHANNEL, "discord_id": str(discord_id)})


@contextmanager
def _outages_told() -> Iterator[None]:
    """Raise `ConnectionError` in place of whatever an outage of the database raises."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise ConnectionError("the database does not answer") from error
