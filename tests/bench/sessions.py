"""The peer of P2: one SQLModel session a command, which locks the player, changes objects and commits them."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from faye.database.models.player_row import PlayerRow
from tests.bench.bed import ACTIVE, REGISTERED, SECONDS, Bed
from tests.builders import new_key

CLIENTS: Final = (8, 32)


class PeerPlayer(PlayerRow, table=True):
    """The player's row, under the peer's name."""

    __tablename__ = "peer_players"


class PeerEntry(SQLModel, table=True):
    """A ledger line."""

    __tablename__ = "peer_ledger"

    player_id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    version: int = Field(sa_type=sa.BigInteger, primary_key=True)
    n: int = Field(sa_type=sa.SmallInteger, primary_key=True)
    idempotency_key: int = Field(sa_type=sa.BigInteger)
    event: str
    asset: str
    delta: int = Field(sa_type=sa.BigInteger)
    balance: int = Field(sa_type=sa.BigInteger)
    config_id: int = Field(sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=sa.DateTime(timezone=True))


class PeerCommand(SQLModel, table=True):
    """A processed command."""

    __tablename__ = "peer_commands"

    idempotency_key: int = Field(sa_type=sa.BigInteger, primary_key=True)
    player_id: int = Field(sa_type=sa.BigInteger)
    digest: int = Field(sa_type=sa.BigInteger)
    reply_schema: int = Field(sa_type=sa.SmallInteger)
    reply: bytes


def connected(bed: Bed) -> AsyncEngine:
    """An engine with a connection for each client."""
    return create_async_engine(bed.system.database_url, pool_size=max(CLIENTS), max_overflow=0)


async def crafted(database: AsyncEngine, clients: int) -> float:
    """Crafts a second by so many clients, each with one session at a time."""
    done = 0
    end_s = time.perf_counter() + SECONDS

    async def client() -> None:
        nonlocal done
        while time.perf_counter() < end_s:
            await _craft(database, random.randrange(ACTIVE) * (REGISTERED // ACTIVE))
            done += time.perf_counter() <= end_s

    await asyncio.gather(*(client() for _ in range(clients)))
    return done / SECONDS


async def _craft(database: AsyncEngine, player_id: int) -> None:
    async with AsyncSession(database) as session:
        player = await session.get(PeerPlayer, player_id, with_for_update=True)
        assert player is not None, "every active player is registered"
        player.fayrite_shards -= 10
        player.fayrites += 1
        player.version += 1
        key = new_key()

        def entry(n: int, asset: str, delta: int, balance: int) -> PeerEntry:
            return PeerEntry(
                player_id=player_id,
                version=player.version,
                n=n,
                idempotency_key=key,
                event="craft",
                asset=asset,
                delta=delta,
                balance=balance,
                config_id=1,
                at=datetime.now(UTC),
            )

        shards = entry(0, "fayrite_shards", -10, player.fayrite_shards)
        fayrites = entry(1, "fayrites", 1, player.fayrites)
        command = PeerCommand(
            idempotency_key=key, player_id=player_id, digest=1, reply_schema=1, reply=bytes(16)
        )
        session.add_all([shards, fayrites, command])
        await session.commit()
