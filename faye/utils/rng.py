"""Chance as an argument: a generator that is made from a seed and whose draws can be repeated anywhere."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

SEED_BITS: Final = 63
ID_BITS: Final = 63


class Rng:
    """Draws that depend on `seed` alone.

    Only `random.Random.getrandbits` is used, whose output for a seed Python keeps stable across releases,
    so that a stored seed replays for as long as the ledger lives. Where the seed comes from a function, it is
    asked for at the first draw and not before: most commands leave nothing to chance.
    """

    __slots__ = ("_seed", "_source")

    def __init__(self, seed: int | Callable[[], int]) -> None:
        self._seed = seed
        self._source: random.Random | None = None

    @property
    def seed(self) -> int | None:
        """The seed from which everything was drawn; None if nothing was, so that it does not matter."""
        return self._seed if self._source is not None and isinstance(self._seed, int) else None

    def bits(self, count: int) -> int:
        """An integer of `count` random bits."""
        if self._source is None:
            self._seed = self._seed if isinstance(self._seed, int) else self._seed()
            self._source = random.Random(self._seed)
        return self._source.getrandbits(count)

    def below(self, bound: int) -> int:
        """A uniform integer in [0, bound), without modulo bias."""
        assert bound > 0, "there is no integer below 0 to draw"
        width = (bound - 1).bit_length()
        while True:
            drawn = self.bits(width) if width else 0
            if drawn < bound:
                return drawn

    def between(self, least: int, most: int) -> int:
        """A uniform integer in [least, most]."""
        return least + self.below(most - least + 1)

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, each with the same chance."""
        return items[self.below(len(items))]

    def weighted(self, weights: Sequence[int]) -> int:
        """An index into `weights`, with a chance in proportion to its weight."""
        drawn = self.below(sum(weights))
        for index, weight in enumerate(weights):
            if drawn < weight:
                return index
            drawn -= weight
        raise AssertionError("a draw below the sum of weights always falls into one of them")

    def new_id(self) -> int:
        """A random id for something that did not exist before; the database's key refuses the rare twin."""
        return self.bits(ID_BITS)
