from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faye.utils.rng import Rng


@given(seed=st.integers(0, 2**63 - 1))
def test_equal_seeds_give_equal_draws(seed: int) -> None:
    one, other = Rng(seed), Rng(lambda: seed)
    assert [one.below(1000) for _ in range(20)] == [other.below(1000) for _ in range(20)]
    assert one.new_id() == other.new_id()


def test_the_draws_of_a_seed_never_change() -> None:
    rng = Rng(42)
    assert [rng.below(1000) for _ in range(5)] == [654, 114, 25, 759, 281]


def test_a_seed_counts_only_once_something_was_drawn() -> None:
    asked = []
    rng = Rng(lambda: asked.append(1) or 5)
    assert (rng.seed, asked) == (None, [])
    rng.between(1, 6)
    rng.between(1, 6)
    assert (rng.seed, asked) == (5, [1])


@given(seed=st.integers(0, 2**63 - 1), least=st.integers(-(10**12), 10**12), span=st.integers(0, 10**12))
def test_a_draw_stays_within_its_bounds(seed: int, least: int, span: int) -> None:
    assert least <= Rng(seed).between(least, least + span) <= least + span


def test_weights_are_chances() -> None:
    rng = Rng(1)
    seen = Counter(rng.weighted((1, 0, 3)) for _ in range(40_000))
    assert set(seen) == {0, 2}
    assert seen[0] == pytest.approx(10_000, rel=0.03)
