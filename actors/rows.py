"""Model objects to rows and back, in column order, without the cost of validating what the database held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel

from faye.database.models.esprit import Esprit
from faye.database.models.player import Player

Row = tuple[Any, ...]
M = TypeVar("M", bound=SQLModel)


def columns_of(model: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a table, in order."""
    return tuple(inspect(model).columns.keys())


PLAYER_COLUMNS: Final = columns_of(Player)
ESPRIT_COLUMNS: Final = columns_of(Esprit)

configure_mappers()  # objects are made here without their constructor, which would have done it
_players = inspect(Player).class_manager
_esprits = inspect(Esprit).class_manager


def player_from(row: Sequence[Any]) -> Player:
    """The player whose columns are `row`; belongs to no session."""
    player: Player = _players.new_instance()
    player.__dict__.update(zip(PLAYER_COLUMNS, row, strict=True))
    return player


def esprit_from(row: Sequence[Any]) -> Esprit:
    """The Esprit whose columns are `row`; belongs to no session."""
    esprit: Esprit = _esprits.new_instance()
    esprit.__dict__.update(zip(ESPRIT_COLUMNS, row, strict=True))
    return esprit


def values_of(model: SQLModel, columns: Sequence[str]) -> Row:
    """A model's columns as a row."""
    values = model.__dict__
    return tuple(values[column] for column in columns)
