"""A row of the benchmark's table: a figure, what it is measured against, and whether the goal is met."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct


@dataclass(frozen=True)
class Goal:
    """At least, or at most, so much: of the ratio to the peer, or of the figure itself."""

    least: float | None = None
    most: float | None = None
    of_ratio: bool = True

    def __str__(self) -> str:
        if self.most == 0:
            return "0"
        bound = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"
        return bound + ("×" if self.of_ratio else "")

    def met_by(self, value: float, ratio: float | None) -> bool:
        """Whether a figure meets the goal."""
        judged = ratio if self.of_ratio else value
        assert judged is not None, "a goal for a ratio needs a peer"
        if self.least is not None:
            return judged >= self.least
        assert self.most is not None, "a goal is a bound on one side"
        return judged <= self.most


class Figure(Struct, frozen=True):
    """One row; `value` and `peer` are medians of rounds, `low` and `high` the value's spread."""

    id: str
    what: str
    value: float
    unit: str
    low: float
    high: float
    against: str | None
    peer: float | None
    ratio: float | None
    goal: str | None
    met: bool | None
    """None where no goal is set."""


def figure(
    identity: str,
    what: str,
    unit: str,
    rounds: Sequence[float],
    *,
    against: str | None = None,
    peer: Sequence[float] | None = None,
    goal: Goal | None = None,
) -> Figure:
    """The row of some rounds, and of the peer's rounds in the same run."""
    value = statistics.median(rounds)
    other = statistics.median(peer) if peer else None
    ratio = value / other if other else None
    return Figure(
        id=identity,
        what=what,
        value=round(value, 4),
        unit=unit,
        low=round(min(rounds), 4),
        high=round(max(rounds), 4),
        against=against,
        peer=None if other is None else round(other, 4),
        ratio=None if ratio is None else round(ratio, 3),
        goal=None if goal is None else str(goal),
        met=None if goal is None else goal.met_by(value, ratio),
    )


def best(rounds: Mapping[str, Sequence[float]]) -> tuple[str, Sequence[float]]:
    """The name and the rounds of the variant with the highest median."""
    return max(rounds.items(), key=lambda item: statistics.median(item[1]))


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """The rows as text."""
    yield (
        f"{'':<13}{'':<52}{'median':>11} {'unit':<8}{'lowest … highest':>23}   "
        f"{'against':<44}{'its':>10}{'ratio':>8}   {'goal':<9}met"
    )
    for row in figures:
        spread = f"{_short(row.low)} … {_short(row.high)}"
        peer, ratio = ("" if each is None else _short(each) for each in (row.peer, row.ratio))
        met = {True: "yes", False: "NO", None: ""}[row.met]
        yield (
            f"{row.id:<13}{row.what:<52}{_short(row.value):>11} {row.unit:<8}{spread:>23}   "
            f"{row.against or '':<44}{peer:>10}{ratio and ratio + '×':>8}   {row.goal or '':<9}{met}"
        ).rstrip()


def _short(value: float) -> str:
    """Three significant digits or all whole ones."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"
