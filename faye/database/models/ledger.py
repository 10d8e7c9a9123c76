"""The ledger: one append-only line for every balance change and every Esprit gained, lost or changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class LedgerEntry(SQLModel, table=True):
    """Line `n` of the effective command that made `version` of a player; the database refuses to change it."""

    __tablename__ = "ledger"

    player_id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    version: int = Field(sa_type=sa.BigInteger, primary_key=True)
    n: int = Field(sa_type=sa.SmallInteger, primary_key=True)
    idempotency_key: int = Field(sa_type=sa.BigInteger, nullable=False)
    event: str = Field(sa_type=sa.Text, nullable=False)
    asset: str = Field(sa_type=sa.Text, nullable=False)
    delta: int = Field(sa_type=sa.BigInteger, nullable=False)
    balance: int = Field(sa_type=sa.BigInteger, nullable=False)
    """The asset's balance after this line; for Esprits the size of the collection."""

    esprit_id: int | None = Field(default=None, sa_type=sa.BigInteger)
    subject: str | None = Field(default=None, sa_type=sa.Text)
    seed: int | None = Field(default=None, sa_type=sa.BigInteger)
    """The seed of the command's chance, from which it can be replayed; None where nothing was drawn."""

    config_id: int = Field(sa_type=sa.BigInteger, nullable=False)
    at: datetime = Field(sa_type=sa.DateTime(timezone=True), nullable=False)


class ProcessedCommand(SQLModel, table=True):
    """What was decided under an idempotency key: an effect or a refusal, with its first reply."""

    __tablename__ = "processed_commands"

    idempotency_key: int = Field(sa_type=sa.BigInteger, primary_key=True)
    player_id: int = Field(sa_type=sa.BigInteger, nullable=False)
    digest: int = Field(sa_type=sa.BigInteger, nullable=False)
    """Digest of player, command and arguments: the same key with another digest is a conflict."""

    reply_schema: int = Field(sa_type=sa.SmallInteger, nullable=False)
    reply: bytes = Field(sa_type=sa.LargeBinary, nullable=False)


class Account(SQLModel, table=True):
    """The only link between a Discord user and a player key, with what the user has settled; deleted, it is severed."""

    __tablename__ = "accounts"

    discord_id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    player_id: int = Field(sa_type=sa.BigInteger, nullable=False, unique=True)
    language: str | None = Field(default=None, sa_type=sa.Text)
    """The language the user has chosen; None: the one Discord names."""
    private: bool = Field(default=False, nullable=False)
    """Whether others see neither profile nor rank."""
    notify: bool = Field(default=False, nullable=False)
    """Whether the user is reminded of the daily reward."""
    reminded_of: datetime | None = Field(default=None, sa_type=sa.DateTime(timezone=True))
    """The claim (`daily_claimed_at`) after which a reminder was last taken: there is one for each at most."""
    reminded_in: str | None = Field(default=None, sa_type=sa.Text)
    """The language that Discord named when reminders were switched on: a direct message has none of its own."""
    mark: int = Field(sa_type=sa.BigInteger, nullable=False)
    """Drawn by the database: tells this account from another that its user had before or will have later."""


class SpeciesRow(SQLModel, table=True):
    """A species of the roster as it was last seeded, for queries by hand and by analysts."""

    __tablename__ = "species"

    code: str = Field(sa_type=sa.Text, primary_key=True)
    name: str = Field(sa_type=sa.Text, nullable=False)
    rarity: str = Field(sa_type=sa.Text, nullable=False)
    element: str = Field(sa_type=sa.Text, nullable=False)
    esprit_class: str = Field(sa_type=sa.Text, nullable=False)
    stats: dict[str, Any] = Field(sa_type=sa.JSON, nullable=False)
    lore: str = Field(sa_type=sa.Text, nullable=False)


class ConfigurationRow(SQLModel, table=True):
    """A game configuration that ledger entries refer to, so that old commands can be replayed."""

    __tablename__ = "configurations"

    id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    body: dict[str, Any] = Field(sa_type=sa.JSON, nullable=False)


class CurrentConfiguration(SQLModel, table=True):
    """The configuration in force, in the one row that there is; nothing is written that was decided under another."""

    __tablename__ = "current_configuration"

    is_it: bool = Field(default=True, primary_key=True)
    id: int = Field(sa_type=sa.BigInteger, nullable=False)
    since: datetime = Field(sa_type=sa.DateTime(timezone=True), nullable=False)
