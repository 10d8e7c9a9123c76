"""The store over PostgreSQL: units of work in one round trip through the driver, all else in SQLAlchemy sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy.exc import DBAPIError, EmulatedDBAPIException, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from actors import statements
from actors.commit import decided_row, write
from actors.kept_connections import KeptConnections
from actors.rows import esprit_from, player_from
from actors.store import (
    ConfigurationChanged,
    DataRefused,
    Decided,
    Exchanger,
    Line,
    Past,
    RowsLocked,
    Snapshot,
    StoreUnavailable,
    Write,
    page_of,
)
from faye.database.configurations import replace_in_force
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Posting
from faye.messages.codec import current_form, decode_reply, encode
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.messages.refusals import NotKnownYet

_NEWEST = 2**63 - 1
_UNREADABLE = encode(NotKnownYet())

_REFUSED_CLASSES = ("22", "23", "FY")
"""SQLSTATE classes of data errors, integrity violations and our own counts: nothing was written."""

_LOCKED = ("55P03", "40P01")
"""A lock was not given in time; a circle of locks was broken up."""

_NOT_IN_FORCE = "FY003"
"""Another configuration is in force than the one that the statement named."""

_CHECK_VIOLATED = "23514"
"""Of a named constraint; without a name, it is a partition that the statement did not know of yet."""


class PostgresStore:
    """The engine's database. The one place that decides which database error means what."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept = KeptConnections(engine)
        self._one_statement = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._one_snapshot = engine.execution_options(isolation_level="REPEATABLE READ")

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        """See `Store.load`: several statements, one REPEATABLE READ transaction.

        What only has to be verified is asked in one statement, as a commit is: reads do little else.
        """
        if not players and not keys:
            return Snapshot({}, {}, {}, await self._current(verify))
        async with _outcomes(), AsyncSession(self._one_snapshot) as session:
            rows: Sequence[Any] = []
            esprits: dict[int, list[Esprit]] = {}
            decided: dict[int, Decided] = {}
            current: frozenset[int] = frozenset()
            if players:
                ids = {"ids": list(players)}
                rows = (await session.execute(statements.LOAD_PLAYERS, ids)).all()
                for row in (await session.execute(statements.LOAD_ESPRITS, ids)).all():
                    esprit = esprit_from(row)
                    esprits.setdefault(esprit.player_id, []).append(esprit)
            if keys:
                decided = await _decided(session, keys)
            if verify:
                versions = {"ids": list(verify), "versions": list(verify.values())}
                current = frozenset((await session.execute(statements.VERIFY, versions)).scalars())
        return Snapshot({row.id: player_from(row) for row in rows}, esprits, decided, current)

    async def _current(self, verify: Mapping[int, int]) -> frozenset[int]:
        """Those of `verify` whose version is still the one given."""
        async with _outcomes(), self._kept.connection() as connection:
            rows = await connection.fetch(statements.VERIFY_ALONE, list(verify), list(verify.values()))
            return frozenset(row[0] for row in rows)

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        """See `Store.flush`: one statement in autocommit, so nothing can stall between lock and write."""
        async with _outcomes(), self._kept.connection() as connection:
            return await write(connection, writes, config_id)

    async def exchange(
        self,
        players: Sequence[int],
        key: int,
        decide: Exchanger,
        config_id: int,
        *,
        put_in_force: int | None = None,
    ) -> Decided | None:
        """See `Store.exchange`: the key is looked up in a statement of its own, after the locks."""
        async with _outcomes(), AsyncSession(self._engine) as session, session.begin():
            rows = (await session.execute(statements.LOCK, {"ids": list(players)})).all()
            if (stood := (await _decided(session, [key])).get(key)) is not None:
                return stood
            writes = decide({row.id: player_from(row) for row in rows})
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None, "the locks are held on it"
            written = await write(raw.driver_connection, writes, config_id)
            assert len(written) == len(writes), "a fence cannot fail under the row's own lock"
            if put_in_force is None or await replace_in_force(session, config_id, by=put_in_force):
                return None
            raise ConfigurationChanged("somebody else put another one in force meanwhile")

    async def remember(self, decided: Decided) -> Decided | None:
        """See `Store.remember`."""
        async with _outcomes(), AsyncSession(self._one_statement) as session:
            if (await session.execute(statements.REMEMBER, decided_row(decided))).scalar() is not None:
                return None
            return (await _decided(session, [decided.key]))[decided.key]

    async def past(self, key: int) -> Past | None:
        """See `Store.past`."""
        async with _outcomes(), AsyncSession(self._one_snapshot) as session:
            if (decided := (await _decided(session, [key])).get(key)) is None:
                return None
            whose = {"player_id": decided.player_id, "version": decode_reply(decided.reply).version}
            rows = (await session.execute(statements.LINES_OF, {**whose, "key": key})).all()
            refund = await session.scalar(statements.REFUND_OF, {**whose, "key": str(key)})
        return Past(decided, [_line_from(row, key) for row in rows], None if refund is None else _ms(refund))

    async def history(self, query: GetHistory) -> HistoryPage:
        """See `Store.history`."""
        version, n = query.after or query.before or (_NEWEST, 0)
        statement = statements.HISTORY_AFTER if query.after else statements.HISTORY_BEFORE
        wanted = {
            "player_id": query.player_id,
            "version": version,
            "n": n,
            "asset": query.asset,
            "limit": query.limit + 1,
        }
        async with _outcomes(), AsyncSession(self._one_statement) as session:
            rows = (await session.execute(statement, wanted)).all()
        return page_of([HistoryEntry(*row) for row in rows], query)


@asynccontextmanager
async def _outcomes() -> AsyncIterator[None]:
    """Translate the driver's errors into what they say of the write: refused, or unknown."""
    try:
        yield
    except DBAPIError as error:
        raise _meaning(error.orig) from error
    except (PostgresError, EmulatedDBAPIException) as error:
        # The second is what a raw connection fails with when none can be made: nobody wraps it.
        raise _meaning(error) from error
    except UnicodeEncodeError as error:  # half of a surrogate pair is no text that could be stored
        raise DataRefused(str(error)) from error
    except (SQLAlchemyError, InterfaceError, InternalClientError, OSError, TimeoutError) as error:
        raise StoreUnavailable(type(error).__name__) from error


def _meaning(error: BaseException | None) -> DataRefused | StoreUnavailable | ConfigurationChanged:
    """What the driver's error says of a write."""
    state = str(getattr(error, "sqlstate", None) or "")
    if state == _NOT_IN_FORCE:
        return ConfigurationChanged(str(error))
    if state in _LOCKED:
        return RowsLocked(state)
    if state == _CHECK_VIOLATED and getattr(error, "constraint_name", None) is None:
        return StoreUnavailable(state)
    if state[:2] in _REFUSED_CLASSES:
        return DataRefused(f"{state}: {error}")
    return StoreUnavailable(state or type(error).__name__)


async def _decided(session: AsyncSession, keys: Sequence[int]) -> dict[int, Decided]:
    rows = await session.execute(statements.FIND_DECIDED, {"keys": list(keys)})
    return {row.idempotency_key: _decided_from(row) for row in rows}


def _line_from(row: Any, key: int) -> Line:
    posting = Posting(row.event, row.asset, row.delta, row.balance, row.esprit_id, row.subject)
    return Line(row.version, row.n, key, posting, row.seed, _ms(row.at))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _decided_from(row: Any) -> Decided:
    """What stands under a key; of a reply that only a newer release can read, the truth is that it is not known."""
    reply = current_form(row.reply_schema, row.reply)
    return Decided(row.idempotency_key, row.player_id, row.digest, _UNREADABLE if reply is None else reply)
