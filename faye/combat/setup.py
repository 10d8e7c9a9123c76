"""Who stands in a fight and which seed decides it, as the ledger keeps it: enough to fight it again."""

from __future__ import annotations

from msgspec import Struct

from faye.combat.battle import Fight
from faye.combat.fighter import Fighter, fighter
from faye.config import GameConfig
from faye.messages.fight import FightKind

NOBODY = "-"


class Stand(Struct, frozen=True):
    """One who stands in a fight, before it begins."""

    species: str
    level: int
    limit_breaks: int = 0
    hp_percent: int = 100
    hits_percent: int = 100

    def fighter(self, config: GameConfig) -> Fighter:
        """The same, whole and rested."""
        return fighter(
            self.species,
            self.level,
            self.limit_breaks,
            config,
            hp_percent=self.hp_percent,
            hits_percent=self.hits_percent,
        )

    def text(self) -> str:
        """As `parse` reads it."""
        figures = (self.level, self.limit_breaks, self.hp_percent, self.hits_percent)
        return ":".join([self.species, *map(str, figures)])

    @classmethod
    def parse(cls, text: str) -> Stand:
        """What `text` wrote; raises `ValueError`."""
        species, *figures = text.split(":")
        level, limit_breaks, hp_percent, hits_percent = map(int, figures)
        return cls(species, level, limit_breaks, hp_percent, hits_percent)


class Setup(Struct, frozen=True):
    """A fight before its first turn."""

    kind: FightKind
    seed: int
    enemy: Stand
    leader: Stand
    supports: tuple[Stand | None, Stand | None] = (None, None)

    def fight(self, fight_id: int, config: GameConfig, price: dict[str, int] | None = None) -> Fight:
        """The fight, ready for its first turn."""
        made = Fight(
            id=fight_id,
            kind=self.kind,
            seed=self.seed,
            leader=self.leader.fighter(config),
            enemy=self.enemy.fighter(config),
            supports=[support.fighter(config) if support else None for support in self.supports],
            price=price or {},
        )
        made.begin(config)
        return made

    def text(self) -> str:
        """As `parse` reads it, on one line."""
        supports = [support.text() if support else NOBODY for support in self.supports]
        return " ".join([self.kind, str(self.seed), self.enemy.text(), self.leader.text(), *supports])

    @classmethod
    def parse(cls, text: str) -> Setup:
        """What `text` wrote; raises `ValueError`."""
        kind, seed, enemy, leader, first, second = text.split(" ")
        if kind not in ("wild", "trial"):
            raise ValueError(f"there are no fights of the kind {kind}")
        return cls(
            "wild" if kind == "wild" else "trial",
            int(seed),
            Stand.parse(enemy),
            Stand.parse(leader),
            (_maybe(first), _maybe(second)),
        )


def _maybe(text: str) -> Stand | None:
    return None if text == NOBODY else Stand.parse(text)
