"""One Esprit of a player's collection, and how it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from faye.config import GameConfig, Species
from faye.database.models.level_caps import cap_at
from faye.database.models.outcome import ESPRIT, Posting
from faye.growth import Growth, growths
from faye.messages.esprit import EspritView


class Esprit(SQLModel):
    """A spirit that somebody owns: its species decides its stats, its level and breaks how far they grew."""

    id: int = Field(sa_type=sa.BigInteger, primary_key=True)
    player_id: int = Field(sa_type=sa.BigInteger, nullable=False, index=True)
    species: str = Field(sa_type=sa.Text, nullable=False)
    level: int = Field(default=1, sa_type=sa.Integer, nullable=False)
    limit_breaks: int = Field(default=0, sa_type=sa.Integer, nullable=False)
    locked: bool = Field(default=False, nullable=False)
    bound: bool = Field(default=False, nullable=False)
    """Bound to its player: it can be neither dissolved nor traded."""
    gained_at: datetime = Field(sa_type=sa.DateTime(timezone=True), nullable=False)

    def gained(self, event: str, *, collection_size: int) -> Posting:
        """The ledger line of a new Esprit; `collection_size` counts it."""
        return Posting(event, ESPRIT, 1, collection_size, self.id, self.species)

    def noted(self, event: str, *, collection_size: int) -> Posting:
        """The ledger line of a change that leaves the collection as large as it is."""
        return Posting(event, ESPRIT, 0, collection_size, self.id, self.species)

    def lost(self, event: str, *, collection_size: int) -> Posting:
        """The ledger line of an Esprit that is no more; `collection_size` does not count it."""
        return Posting(event, ESPRIT, -1, collection_size, self.id, self.species)

    def stats(self, config: GameConfig) -> dict[str, float]:
        """Every stat at this level; those that grow are whole."""
        return self._growth(config).stats(self.level, self.limit_breaks)

    def power(self, config: GameConfig) -> int:
        """How strong this Esprit is, in one number."""
        return self._growth(config).power(self.level, self.limit_breaks)

    def level_cap(self, player_level: int, config: GameConfig) -> int:
        """The level that this Esprit may reach now: its rarity's cap, or its player's and its breaks'."""
        raised = (
            cap_at(player_level, config.player) + config.esprit.levels_per_limit_break * self.limit_breaks
        )
        return min(self.rarity_cap(config), raised)

    def rarity_cap(self, config: GameConfig) -> int:
        """The level beyond which nothing raises an Esprit of this rarity."""
        return self._growth(config).level_cap

    def level_up_cost(self, config: GameConfig) -> int:
        """Virelite from this level to the next, whether or not the cap allows it."""
        return self.levels_cost(1, config)

    def levels_cost(self, levels: int, config: GameConfig) -> int:
        """Virelite from this level to the one `levels` above it: the sum of what each of them costs."""
        base, per_level = config.esprit.level_cost_base, config.esprit.level_cost_per_level
        passed = levels * self.level + levels * (levels - 1) // 2
        return levels * base + per_level * passed

    def limit_break_cost(self, config: GameConfig) -> dict[str, int]:
        """What the next limit break costs, by currency: computed exactly, rounded half up.

        amount · rarity factor · (1 + level / levels) · growth^breaks, all four out of the configuration.
        """
        esprit = config.esprit
        factor = (
            Fraction(esprit.rarities[self._growth(config).species.rarity].limit_break_factor)
            * (1 + Fraction(self.level, esprit.limit_break_cost_levels))
            * Fraction(esprit.limit_break_cost_growth) ** self.limit_breaks
        )
        return {
            currency: int(amount * factor + Fraction(1, 2))
            for currency, amount in esprit.limit_break_cost.items()
        }

    def view(self, config: GameConfig, in_team: bool) -> EspritView:
        """This Esprit as players see it."""
        species: Species = self._growth(config).species
        return EspritView(
            id=self.id,
            species=species.code,
            name=species.name,
            rarity=species.rarity,
            element=species.element,
            esprit_class=species.esprit_class,
            level=self.level,
            limit_breaks=self.limit_breaks,
            power=self.power(config),
            locked=self.locked,
            bound=self.bound,
            in_team=in_team,
        )

    def _growth(self, config: GameConfig) -> Growth:
        return config.derived(growths)[self.species]


class EspritTable(Esprit, table=True):
    """Where Esprits are kept; those in memory are not instrumented (see `faye.database.models.player`)."""

    __tablename__ = "esprits"


def power_of(config: GameConfig) -> Callable[[Esprit], int]:
    """`Esprit.power` as a function for many Esprits: the table is looked up once, not once for each."""
    table = config.derived(growths)
    return lambda esprit: table[esprit.species].power(esprit.level, esprit.limit_breaks)


def species_among(esprits: Iterable[Esprit]) -> set[str]:
    """The codes of all species that are among `esprits`."""
    return {esprit.species for esprit in esprits}
