"""The rule of raising an Esprit's level."""

from __future__ import annotations

from collections.abc import Mapping

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.level_caps import next_rise
from faye.database.models.naming import NamingRules
from faye.database.models.outcome import Outcome
from faye.messages.refusals import InvalidAmount, NotEnough, UnclearEsprit, UnknownEsprit
from faye.messages.upgrade import EspritAtCap, EspritUpgraded, LevelCap, UpgradeEsprit


class UpgradeRules(NamingRules):
    """Levels for virelite, up to the cap."""

    def upgrade(
        self, command: UpgradeEsprit, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> Outcome[EspritUpgraded] | InvalidAmount | UnknownEsprit | UnclearEsprit | EspritAtCap | NotEnough:
        """Pay for every level asked for and rise by it; without a number, by as many as purse and cap allow."""
        most = max(rarity.level_cap for rarity in config.esprit.rarities.values())
        if command.levels is not None and not 1 <= command.levels <= most:
            return InvalidAmount(given=command.levels, least=1, most=most)
        esprit = self.meant(command.esprit, esprits, config=config)
        if not isinstance(esprit, Esprit):
            return esprit
        cap = self.cap_of(esprit, config=config)
        levels = command.levels or max(1, self._affordable(esprit, cap.cap, config))
        if esprit.level + levels > cap.cap:
            view = esprit.view(config, esprit.id in self.team_ids)
            return EspritAtCap(esprit=view, asked=esprit.level + levels, cap=cap)
        cost = esprit.levels_cost(levels, config)
        if refusal := self.shortfall("virelite", cost):
            return refusal
        level_before, power_before = esprit.level, esprit.power(config)
        esprit.level += levels
        postings = (
            self.post("upgrade", "virelite", -cost, esprit.species),
            esprit.noted("upgrade", collection_size=len(esprits)),
        )
        reply = EspritUpgraded(
            esprit=esprit.view(config, esprit.id in self.team_ids),
            level_before=level_before,
            power_before=power_before,
            level_cap=cap.cap,
            cost=cost,
            virelite=self.virelite,
        )
        return Outcome(reply, postings, changed=(esprit,))

    def cap_of(self, esprit: Esprit, *, config: GameConfig) -> LevelCap:
        """How high an Esprit of the player may rise, and what would raise that."""
        rise = next_rise(self.level, config.player)
        return LevelCap(
            cap=esprit.level_cap(self.level, config),
            by_rarity=esprit.level_cap(self.level, config) == esprit.rarity_cap(config),
            breaks_left=max(0, config.esprit.limit_breaks_max - esprit.limit_breaks),
            next_player_level=rise.player_level if rise else None,
        )

    def _affordable(self, esprit: Esprit, cap: int, config: GameConfig) -> int:
        """How many levels up to `cap` the player's virelite pays for."""
        levels = 0
        while esprit.level + levels < cap and esprit.levels_cost(levels + 1, config) <= self.virelite:
            levels += 1
        return levels
