"""Finding what a command did in the ledger, and playing it again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import GameConfig
from faye.database.configurations import Unreadable, decode_body
from faye.database.models.explore import EVENT as EXPLORE
from faye.database.models.fight import SPOILS
from faye.database.models.outcome import FIGHT
from faye.database.models.start import EVENT as START
from faye.replay import (
    Line,
    Story,
    is_summon,
    replay_fight,
    replay_outing,
    replay_start,
    replay_summon,
    tells_of_pity,
)

_PLAYER: Final = sa.text("SELECT player_id FROM processed_commands WHERE idempotency_key = :key")
_COLUMNS: Final = (
    "version, n, idempotency_key, event, asset, delta, esprit_id, subject, seed, config_id, player_id"
)
_OF_PLAYER: Final = sa.text(
    f"SELECT {_COLUMNS} FROM ledger WHERE player_id = :player AND idempotency_key = :key ORDER BY version, n"
)
_ANYWHERE: Final = sa.text(
    f"SELECT {_COLUMNS} FROM ledger WHERE idempotency_key = :key ORDER BY player_id, version, n"
)
_EARLIER: Final = sa.text(
    f"SELECT {_COLUMNS} FROM ledger WHERE player_id = :player AND version < :version "
    "AND (event LIKE 'summon.%' OR event IN ('admin.set', 'admin.reset')) ORDER BY version, n"
)
_FIGHT: Final = sa.text(
    f"""
    WITH begun AS (
        SELECT max(version) AS version FROM ledger
        WHERE player_id = :player AND event = 'fight.begin' AND version <= :version
    ), ended AS (
        SELECT min(l.version) AS version FROM ledger l, begun
        WHERE l.player_id = :player AND l.asset = '{FIGHT}' AND l.delta < 0 AND l.version >= begun.version
    )
    SELECT {_COLUMNS} FROM ledger
    WHERE player_id = :player AND (asset = '{FIGHT}' OR event = '{SPOILS}')
        AND version >= (SELECT version FROM begun)
        AND version <= coalesce((SELECT version FROM ended), {2**63 - 1})
    ORDER BY version, n
    """
)
_CONFIGURATION: Final = sa.text("SELECT body::text FROM configurations WHERE id = :id")


class CannotReplay(Exception):
    """There is nothing to play again, or it cannot be read; the message says why."""


async def replay(engine: AsyncEngine, key: int) -> list[Story]:
    """What the command with this key left to chance, played again; empty if it left nothing to chance.

    Raises `CannotReplay` if no command with this key had an effect.
    """
    async with engine.connect() as connection:
        ledger = _Ledger(connection)
        lines, player = await ledger.of_command(key)
        stories: list[Story] = []
        if is_summon(lines):
            version = lines[0].version
            earlier = [line async for line in ledger.read(_EARLIER, player=player, version=version)]
            stories.append(replay_summon(lines, filter(tells_of_pity, earlier)))
        if any(line.event == START for line in lines):
            stories.append(replay_start(lines))
        if any(line.event == EXPLORE for line in lines):
            stories.append(replay_outing([line for line in lines if line.event in (EXPLORE, "fight.begin")]))
        if any(line.asset == FIGHT for line in lines):
            of_fight = ledger.read(_FIGHT, player=player, version=lines[0].version)
            stories.append(replay_fight([line async for line in of_fight]))
        return stories


class _Ledger:
    """One player's ledger, each line with its configuration."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._configurations: dict[int, GameConfig] = {}

    async def of_command(self, key: int) -> tuple[list[Line], int]:
        """A command's lines, and whose they are; long after it, the whole ledger has to be looked through."""
        player = await self._connection.scalar(_PLAYER, {"key": key})
        given = {"key": key} if player is None else {"key": key, "player": player}
        rows = (await self._connection.execute(_ANYWHERE if player is None else _OF_PLAYER, given)).all()
        if not rows:
            raise CannotReplay(f"no command with the key {key} had an effect")
        first = rows[0].player_id
        return [await self._line(row) for row in rows if row.player_id == first], first

    async def read(self, statement: sa.TextClause, **given: int) -> AsyncIterator[Line]:
        """The lines that a statement finds."""
        for row in (await self._connection.execute(statement, given)).all():
            yield await self._line(row)

    async def _line(self, row: Any) -> Line:
        return Line(
            version=row.version,
            n=row.n,
            key=row.idempotency_key,
            event=row.event,
            asset=row.asset,
            delta=row.delta,
            esprit_id=row.esprit_id,
            subject=row.subject,
            seed=row.seed,
            config=await self._configuration(row.config_id),
        )

    async def _configuration(self, config_id: int) -> GameConfig:
        if config_id not in self._configurations:
            body = await self._connection.scalar(_CONFIGURATION, {"id": config_id})
            if body is None:
                raise CannotReplay(f"the configuration {config_id} that it was decided under is not kept")
            try:
                self._configurations[config_id] = decode_body(body)
            except Unreadable as error:
                raise CannotReplay(f"the configuration {config_id} is of another release: {error}") from None
        return self._configurations[config_id]
