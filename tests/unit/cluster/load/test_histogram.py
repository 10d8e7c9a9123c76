import random
import statistics

import pytest

from cluster.load.histogram import Histogram


def of(*latencies: float) -> Histogram:
    histogram = Histogram()
    for latency in latencies:
        histogram.add(latency)
    return histogram


@pytest.mark.parametrize("scale", [0.05, 1, 40, 20_000])
def test_a_quantile_is_off_by_one_percent_at_most(scale: float) -> None:
    chance = random.Random(4)
    values = sorted(scale * chance.lognormvariate(0, 1) for _ in range(5_000))
    histogram = of(*values)
    for fraction in (0.01, 0.5, 0.9, 0.99):
        exact = values[round(fraction * len(values)) - 1]
        assert histogram.quantile(fraction) == pytest.approx(exact, rel=0.011)
    assert histogram.quantile(1) == pytest.approx(values[-1], rel=0.011)
    assert histogram.largest_ms == values[-1]


def test_nothing_has_no_quantile_and_no_bars() -> None:
    assert Histogram().quantile(0.5) is None
    assert Histogram().bars() == []


def test_no_quantile_is_above_the_largest() -> None:
    assert of(7.0).quantile(0.5) == 7.0
    assert of(0.0).quantile(0.99) == 0.0


def test_merged_histograms_are_one_of_all() -> None:
    chance = random.Random(5)
    first, second = ([chance.expovariate(0.1) for _ in range(500)] for _ in range(2))
    merged = of(*first)
    merged.merge(of(*second))
    together = of(*first, *second)
    assert merged.count == 1000
    assert merged.quantile(0.5) == together.quantile(0.5)
    assert merged.quantile(0.5) == pytest.approx(statistics.median([*first, *second]), rel=0.03)
    assert merged.bars() == together.bars()


def test_bars_double_and_leave_no_gap() -> None:
    bars = of(0.7, 1.5, 1.6, 9.0).bars()
    assert bars == [(0.5, 1, 1), (1, 2, 2), (2, 4, 0), (4, 8, 0), (8, 16, 1)]
