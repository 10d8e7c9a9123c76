"""What an audit finds: violations, the first of each kind with the row that shows it, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

VIOLATIONS_SHOWN_MAX: Final = 20


class Violation(Struct, frozen=True):
    """Something that is off: what, and the row that shows it."""

    what: str
    row: dict[str, Any]


class Findings:
    """The violations found: the first of each kind, and how many there are of each."""

    def __init__(self) -> None:
        self.shown: list[Violation] = []
        self.totals: dict[str, int] = {}
        self.players: dict[str, set[int]] = {}
        """Of each kind, whom it is about, as far as it is about players."""

    @property
    def total(self) -> int:
        """How many violations there are of all kinds."""
        return sum(self.totals.values())

    async def ask(
        self, connection: AsyncConnection, checks: Mapping[str, str], **given: int | str | None
    ) -> None:
        """Ask each query, which finds what its name says is wrong; it takes of `given` what it names."""
        for what, query in checks.items():
            parameters = {name: value for name, value in given.items() if f":{name}" in query}
            number = 0
            async for row in (await connection.stream(sa.text(query), parameters)).mappings():
                self._count(what, number, row)
                number += 1

    def take(self, what: str, rows: Iterable[Mapping[Any, Any]]) -> None:
        """Count rows that were found otherwise."""
        for number, row in enumerate(rows):
            self._count(what, number, row)

    def add(self, other: Findings) -> None:
        """Take over what was found elsewhere."""
        self.shown += other.shown
        for what, number in other.totals.items():
            self.totals[what] = self.totals.get(what, 0) + number
        for what, players in other.players.items():
            self.players.setdefault(what, set()).update(players)

    def _count(self, what: str, number: int, row: Mapping[Any, Any]) -> None:
        self.totals[what] = self.totals.get(what, 0) + 1
        if "player" in row:
            self.players.setdefault(what, set()).add(row["player"])
        if number < VIOLATIONS_SHOWN_MAX:
            self.shown.append(Violation(what, {name: _plain(value) for name, value in row.items()}))


def _plain(value: Any) -> Any:
    """A database value as JSON knows it."""
    return value if value is None or isinstance(value, (int, str, float, bool)) else int(value)
