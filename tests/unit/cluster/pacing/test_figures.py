import pytest

from cluster.pacing.clock import FIRST_DAY_MS, TurnedClock
from cluster.pacing.diligent import Doings
from cluster.pacing.figures import is_milestone, levels_reached, spread, trials_passed
from cluster.pacing.report import DayFigures, LevelReached, PacingReport, Spread, TrialFigures
from cluster.pacing.table import shown


def test_a_spread_is_the_median_and_the_tenths_at_both_ends() -> None:
    assert spread(range(1, 12)) == Spread(p10=2, p50=6, p90=10)
    assert spread([3]) == Spread(p10=3, p50=3, p90=3)


@pytest.mark.parametrize(("days", "rows"), [(3, [1, 2, 3]), (6, [1, 2, 3, 5, 6]), (130, [90, 120, 130])])
def test_rows_grow_rarer_and_the_last_day_has_one(days: int, rows: list[int]) -> None:
    assert [day for day in range(1, days + 1) if is_milestone(day, days)][-len(rows) :] == rows


def test_a_clock_never_goes_back() -> None:
    clock = TurnedClock()
    clock.turn_to(FIRST_DAY_MS + 500)
    clock.turn_to(FIRST_DAY_MS + 100)
    clock.pass_ms(5)
    assert clock.time_ms() == clock.monotonic_ms() == FIRST_DAY_MS + 505


def test_levels_tell_who_reached_them_and_when() -> None:
    doings = [Doings(levels_on={10: 2, 20: 12}), Doings(levels_on={10: 3}), Doings()]
    assert levels_reached(doings, (10, 20, 30)) == [
        LevelReached(10, 2, Spread(2, 2, 3)),
        LevelReached(20, 1, Spread(12, 12, 12)),
    ]


def test_trials_tell_how_often_they_were_tried_and_when_they_were_passed() -> None:
    passed, failed, poor = Doings(passed_on={10: 2}), Doings(), Doings()
    passed.tries[10], failed.tries[10], poor.unaffordable[20] = 1, 3, 2
    assert trials_passed([passed, failed, poor], (10, 20, 30)) == [
        TrialFigures(10, players=1, day=Spread(2, 2, 2), tries=4, won_percent=25.0, unaffordable=0),
        TrialFigures(20, players=0, day=None, tries=0, won_percent=0.0, unaffordable=2),
    ]


REPORT = PacingReport(
    policy="sensible", players=2, days=1, seed=7,
    rows=[
        DayFigures(
            day=1, level=Spread(7, 8, 9), level_cap=10, leader_level=12, leader_rarity="Epic",
            leader_power=1234, leader_breaks=2, collection=16, held={"faylen": 3456}, explores=50, tops=0.5,
            fights=30, won_percent=90.0, turns_a_fight=6.5, trials=3, trials_won=1,
            earned_a_day={"faylen": 1500.4},
        )
    ],
    levels=[LevelReached(10, 2, Spread(2, 2, 3))],
    trials=[TrialFigures(10, 1, Spread(2, 2, 2), 4, 25.0, 6), TrialFigures(20, 0, None, 1, 0.0, 0)],
    days_a_top=4.5, earned_by={"faylen": {"explore": 1400.0, "daily": 100.4}}, commands=12_345, queries=678,
    core_seconds=1.5, commands_a_second=8230,
)  # fmt: skip


def test_the_table_shows_every_figure_with_separators() -> None:
    text = shown(REPORT, as_json=False)
    for part in (
        "2 sensible players, 1 days, seed 7", "7-9", "Epic 12 +2", "1,234", "90.0%", "6.5", "1/3", "3,456 +1,500",
        "25.0%", "a Supreme or better every 4.5 days", "faylen a day: explore 1,400.0, daily 100.4",
        "12,345 commands and 678 queries in 1.5 s of one core: 8,230 commands a second",
    ):  # fmt: skip
        assert part in text


def test_the_document_has_the_same_figures() -> None:
    assert '"leader_power":1234' in shown(REPORT, as_json=True)
