"""Seed what is static: the roster, and the configuration that ledger entries name. Safe to run again."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import GameConfig
from faye.database.models.ledger import ConfigurationRow, SpeciesRow


async def load_data(engine: AsyncEngine, game: GameConfig) -> None:
    """Write roster and configuration; species already there are brought up to date, none is removed."""
    rows = [msgspec.structs.asdict(species) for species in game.roster.values()]
    body = msgspec.json.decode(msgspec.json.encode(game))
    seed = insert(SpeciesRow)
    changes = {name: seed.excluded[name] for name in SpeciesRow.model_fields if name != "code"}
    async with engine.begin() as connection:
        await connection.execute(
            seed.on_conflict_do_update(index_elements=["code"], set_=changes), sorted(rows, key=_code)
        )
        await connection.execute(insert(ConfigurationRow).on_conflict_do_nothing(), {"id": game.id, "body": body})


def _code(row: dict[str, object]) -> str:
    return str(row["code"])


async def species_count(engine: AsyncEngine) -> int:
    """How many species are seeded."""
    async with engine.connect() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(SpeciesRow)) or 0)
