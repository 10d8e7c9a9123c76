"""What a store holds at the end, in the shape in which it is checked."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.memory_store import MemoryStore
from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS, esprit_from, player_from
from actors.store import Decided, Line
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Posting
from faye.database.models.player import Player

_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Records:
    """Players, what they own, their ledger by version, and what stands under each key."""

    players: dict[int, Player]
    esprits: dict[int, dict[int, Esprit]]
    lines: dict[int, dict[int, list[Line]]]
    """By player and version, in order."""
    decided: dict[int, Decided]

    @classmethod
    def of(cls, store: MemoryStore) -> Self:
        """The records of a simulation."""
        return cls._of(
            (player_from(row) for row in store.players.values()),
            (esprit_from(row) for row in store.esprits.values()),
            ((player_id, line) for (player_id, _, _), line in sorted(store.ledger.items())),
            store.decided.values(),
        )

    @classmethod
    async def read(cls, database: AsyncEngine) -> Self:
        """The records of a database, in one snapshot."""
        async with database.execution_options(isolation_level="REPEATABLE READ").connect() as connection:

            async def rows(statement: str) -> Any:
                return (await connection.execute(sa.text(statement))).all()

            return cls._of(
                [player_from(row) for row in await rows(f"SELECT {', '.join(PLAYER_COLUMNS)} FROM players")],
                [esprit_from(row) for row in await rows(f"SELECT {', '.join(ESPRIT_COLUMNS)} FROM esprits")],
                [(row.player_id, _line(row)) for row in await rows(_LEDGER)],
                [Decided(*row) for row in await rows(_DECIDED)],
            )

    @classmethod
    def _of(cls, players: Any, esprits: Any, lines: Any, decided: Any) -> Self:
        collections: dict[int, dict[int, Esprit]] = defaultdict(dict)
        for esprit in esprits:
            collections[esprit.player_id][esprit.id] = esprit
        ledger: dict[int, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
        for player_id, line in lines:
            ledger[player_id][line.version].append(line)
        return cls(
            {player.id: player for player in players},
            collections,
            ledger,
            {each.key: each for each in decided},
        )


_LEDGER = (
    "SELECT player_id, version, n, idempotency_key, event, asset, delta, balance, esprit_id, subject, seed, at "
    "FROM ledger ORDER BY player_id, version, n"
)
_DECIDED = "SELECT idempotency_key, player_id, digest, reply FROM processed_commands"


def _line(row: Any) -> Line:
    posting = Posting(row.event, row.asset, row.delta, row.balance, row.esprit_id, row.subject)
    at_ms = (row.at - _EPOCH) // timedelta(milliseconds=1)
    return Line(row.version, row.n, row.idempotency_key, posting, row.seed, at_ms)
