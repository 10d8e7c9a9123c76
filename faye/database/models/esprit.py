"""One Esprit of a player's collection."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Esprit(SQLModel, table=True):
    """A spirit that somebody owns: its species decides its stats, its level and breaks how far they grew."""

    __tablename__ = "esprits"

    id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    player_id: int = Field(sa_type=sa.BigInteger, nullable=False, index=True)
    species: str = Field(sa_type=sa.Text, nullable=False)
    level: int = Field(default=1, sa_type=sa.Integer, nullable=False)
    limit_breaks: int = Field(default=0, sa_type=sa.Integer, nullable=False)
    locked: bool = Field(default=False, nullable=False)
    bound: bool = Field(default=False, nullable=False)
    """Bound to its player: it can be neither dissolved nor traded."""
    gained_at: datetime = Field(sa_type=sa.DateTime(timezone=True), nullable=False)  # type: ignore[call-overload]
