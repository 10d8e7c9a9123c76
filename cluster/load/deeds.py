"""What a simulated player does next: drawn from a mix, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from cluster.load.settings import Kind, LoadSettings, Mix


class Verdict(StrEnum):
    """How a request ended, as its player sees it."""

    DONE = "done"
    REFUSED = "refused"
    """A rule said no: an answer, but no command in the sense of the figures."""
    BUSY = "busy"
    """The mailbox was full."""
    ABANDONED = "abandoned"
    """The deadline passed, and nothing happened."""
    UNKNOWN = "unknown"
    """The deadline passed, and nobody can tell."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One request of one simulated player; `player` and `other` count from 0."""

    kind: Kind
    player: int
    other: int
    """The receiver of a transfer: never the player."""
    amount: int
    """Of a craft or a transfer."""


class Chooser:
    """Draws deeds: kinds by weight, players evenly, or always the first of them."""

    def __init__(
        self, settings: LoadSettings, mix: Mix, *, players: int, hot: bool = False, seed: int = 1
    ) -> None:
        assert players > 1, "a transfer needs somebody else"
        self._kinds = list(mix)
        self._weights = list(mix.values())
        self._players = players
        self._hot = hot
        self._most = {"craft": settings.craft_amount_max, "transfer": settings.transfer_amount_max}
        self._chance = random.Random(seed)

    def draw(self) -> Deed:
        """The next deed."""
        kind = self._chance.choices(self._kinds, self._weights)[0]
        player = 0 if self._hot else self._chance.randrange(self._players)
        other = (player + self._chance.randrange(1, self._players)) % self._players
        return Deed(kind, player, other, self._chance.randint(1, self._most.get(kind, 1)))
