"""Model objects to rows and back, in column order, without the cost of validating what the database held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import inspect
from sqlmodel import SQLModel

from faye.database.models.esprit import Esprit, EspritTable
from faye.database.models.player import Player, PlayerTable

Row = tuple[Any, ...]
M = TypeVar("M", bound=SQLModel)


def columns_of(table: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a table, in order."""
    return tuple(inspect(table).columns.keys())


PLAYER_COLUMNS: Final = columns_of(PlayerTable)
ESPRIT_COLUMNS: Final = columns_of(EspritTable)

_PLAYER_FIELDS: Final = set(PLAYER_COLUMNS)
_ESPRIT_FIELDS: Final = set(ESPRIT_COLUMNS)


def player_from(row: Sequence[Any]) -> Player:
    """The player whose columns are `row`."""
    return _made(Player, PLAYER_COLUMNS, _PLAYER_FIELDS, row)


def esprit_from(row: Sequence[Any]) -> Esprit:
    """The Esprit whose columns are `row`."""
    return _made(Esprit, ESPRIT_COLUMNS, _ESPRIT_FIELDS, row)


def values_of(model: SQLModel, columns: Sequence[str]) -> Row:
    """A model's columns as a row."""
    values = model.__dict__
    return tuple(values[column] for column in columns)


def _made(model: type[M], columns: tuple[str, ...], fields: set[str], row: Sequence[Any]) -> M:
    """An instance as its constructor would leave it; all share one set of the fields that were given: every one."""
    made: M = model.__new__(model)
    made.__dict__.update(zip(columns, row, strict=True))
    object.__setattr__(made, "__pydantic_fields_set__", fields)
    return made
