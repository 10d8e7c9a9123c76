"""Seed what is static: the roster, and the configuration that ledger entries name. Safe to run again."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from faye.config import ConfigError, GameConfig
from faye.database.models.ledger import ConfigurationRow, SpeciesRow


async def load_data(engine: AsyncEngine, game: GameConfig) -> None:
    """Write roster and configuration; species already there are brought up to date, none is removed."""
    rows = [msgspec.structs.asdict(species) for species in game.roster.values()]
    body = msgspec.json.decode(msgspec.json.encode(game))
    seed = insert(SpeciesRow)
    changes = {name: seed.excluded[name] for name in SpeciesRow.model_fields if name != "code"}
    async with engine.begin() as connection:
        await _refuse_to_forget(connection, game)
        await connection.execute(
            seed.on_conflict_do_update(index_elements=["code"], set_=changes),
            sorted(rows, key=lambda row: str(row["code"])),
        )
        await connection.execute(
            insert(ConfigurationRow).on_conflict_do_nothing(), {"id": game.id, "body": body}
        )


async def _refuse_to_forget(connection: AsyncConnection, game: GameConfig) -> None:
    """Raise `ConfigError` if somebody owns an Esprit whose species the roster no longer has."""
    known = set((await connection.execute(sa.text("SELECT code FROM species"))).scalars())
    owned = sa.text("SELECT EXISTS (SELECT 1 FROM esprits WHERE species = :code)")
    for code in sorted(known - set(game.roster)):
        if await connection.scalar(owned, {"code": code}):
            raise ConfigError(
                f"roster.json: key {code}: missing; rule: a species that players own stays in the roster"
            )


async def species_count(engine: AsyncEngine) -> int:
    """How many species are seeded."""
    async with engine.connect() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(SpeciesRow)) or 0)
