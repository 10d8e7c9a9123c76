"""From what players did and have to the figures of a report."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from cluster.pacing.counting_store import CountingStore
from cluster.pacing.diligent import Doings
from cluster.pacing.report import DayFigures, LevelReached, Spread, TrialFigures
from faye.messages.profile import Inventory, Profile

_TENTHS: Final = 10


def is_milestone(day: int, days: int) -> bool:
    """Whether a day has a row: the first ones, then rarer and rarer, and the last."""
    early = (1, 2, 3, 5, 7, 10, 14, 20, 30, 45, 60, 90)
    return day in early or day == days or (day > early[-1] and day % 60 == 0)


def spread(values: Collection[float]) -> Spread:
    """Median and the tenths at both ends of what is not empty."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return Spread(
        p10=ordered[last // _TENTHS],
        p50=statistics.median_low(ordered),
        p90=ordered[last - last // _TENTHS],
    )


@dataclass(slots=True)
class _Sums:
    """Everybody's doings together, at some moment."""

    day: int = 0
    won: int = 0
    fights: int = 0
    turns: int = 0
    trials: int = 0
    trials_won: int = 0
    earned: Counter[str] = field(default_factory=Counter)


class Diary:
    """Rows of figures, each with what happened since the one before it."""

    def __init__(self, store: CountingStore, doings: Sequence[Doings]) -> None:
        self._store = store
        self._doings = doings
        self._before = _Sums()
        self.rows: list[DayFigures] = []

    def note(self, day: int, profiles: Sequence[Profile], inventories: Sequence[Inventory]) -> DayFigures:
        """Add the row of a day that has ended."""
        before, now = self._before, self._sums(day)
        self._before = now
        players, days = len(self._doings), day - before.day
        fights = now.fights - before.fights
        leaders = [profile.leader for profile in profiles if profile.leader is not None]
        row = DayFigures(
            day=day,
            level=spread([profile.level for profile in profiles]),
            level_cap=_median([profile.level_cap for profile in profiles]),
            leader_level=_median([leader.level for leader in leaders]),
            leader_rarity=statistics.mode(leader.rarity for leader in leaders),
            leader_power=_median([leader.power for leader in leaders]),
            leader_breaks=_median([leader.limit_breaks for leader in leaders]),
            collection=_median([profile.esprits for profile in profiles]),
            held={
                currency: _median([inventory.balances[currency] for inventory in inventories])
                for currency in inventories[0].balances
            },
            explores=sum(doings.explores for doings in self._doings) / players,
            tops=sum(self._store.tops.values()) / players,
            fights=fights,
            won_percent=round(100 * (now.won - before.won) / fights, 1) if fights else 0.0,
            turns_a_fight=round((now.turns - before.turns) / fights, 1) if fights else 0.0,
            trials=now.trials - before.trials,
            trials_won=now.trials_won - before.trials_won,
            earned_a_day={
                currency: round((now.earned[currency] - before.earned[currency]) / players / days, 1)
                for currency in inventories[0].balances
            },
        )
        self.rows.append(row)
        return row

    def _sums(self, day: int) -> _Sums:
        return _Sums(
            day=day,
            won=sum(doings.fights["won"] for doings in self._doings),
            fights=sum(doings.fights.total() for doings in self._doings),
            turns=sum(doings.turns for doings in self._doings),
            trials=sum(doings.tries.total() for doings in self._doings),
            trials_won=sum(len(doings.passed_on) for doings in self._doings),
            earned=Counter({currency: events.total() for currency, events in self._store.earned.items()}),
        )


def levels_reached(doings: Sequence[Doings], levels: Collection[int]) -> list[LevelReached]:
    """When those of `levels` were reached that anybody reached."""
    found: list[LevelReached] = []
    for level in levels:
        days = [each.levels_on[level] for each in doings if level in each.levels_on]
        if days:
            found.append(LevelReached(level, len(days), spread(days)))
    return found


def trials_passed(doings: Sequence[Doings], level_caps: Collection[int]) -> list[TrialFigures]:
    """How those trials went that anybody stood before."""
    found: list[TrialFigures] = []
    for cap in level_caps:
        tries = sum(each.tries[cap] for each in doings)
        unaffordable = sum(each.unaffordable[cap] for each in doings)
        days = [each.passed_on[cap] for each in doings if cap in each.passed_on]
        if tries or unaffordable:
            found.append(
                TrialFigures(
                    level_cap=cap,
                    players=len(days),
                    day=spread(days) if days else None,
                    tries=tries,
                    won_percent=round(100 * len(days) / tries, 1) if tries else 0.0,
                    unaffordable=unaffordable,
                )
            )
    return found


def _median(values: Collection[int]) -> int:
    return statistics.median_low(values)
