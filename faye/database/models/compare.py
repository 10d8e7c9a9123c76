"""Two Esprits side by side."""

from __future__ import annotations

from collections.abc import Mapping

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.naming import NamingRules
from faye.messages.compare import Compared, CompareEsprits, EspritComparison, SameEsprit
from faye.messages.refusals import UnclearEsprit, UnknownEsprit


class CompareRules(NamingRules):
    """Comparisons, which change nothing."""

    def compare(
        self, query: CompareEsprits, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> EspritComparison | UnknownEsprit | UnclearEsprit | SameEsprit:
        """Both Esprits with the stats of their levels."""
        first = self.meant(query.first, esprits, config=config)
        if not isinstance(first, Esprit):
            return first
        second = self.meant(query.second, esprits, config=config)
        if not isinstance(second, Esprit):
            return second
        if first.id == second.id:
            return SameEsprit(esprit=first.view(config, first.id in self.team_ids))
        return EspritComparison(first=self._compared(first, config), second=self._compared(second, config))

    def _compared(self, esprit: Esprit, config: GameConfig) -> Compared:
        view = esprit.view(config, esprit.id in self.team_ids)
        return Compared(view, esprit.stats(config), esprit.level_cap(self.level, config))
