"""The rules of dissolving: what a selection takes is shown first, and taken only if it is still the same."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from faye.config import GameConfig
from faye.database.models.esprit import Esprit, power_of
from faye.database.models.naming import NamingRules
from faye.database.models.outcome import Outcome
from faye.growth import growths
from faye.messages.dissolve import (
    DissolveEsprits,
    DissolvePlan,
    DissolvePreview,
    EspritProtected,
    EspritsDissolved,
    NothingToDissolve,
    Selection,
    SelectionChanged,
)
from faye.messages.refusals import BalanceFull, UnclearEsprit, UnknownEsprit

BEST_SHOWN: Final = 5
MARK_BYTES: Final = 6


class _Chosen(Struct, frozen=True):
    """The Esprits that a selection means now, the least powerful first."""

    esprits: Sequence[Esprit]
    selection: Selection
    left_over: int = 0
    protected: int = 0


class DissolveRules(NamingRules):
    """Virelite and remna out of Esprits that are neither locked, nor bound, nor in the team."""

    def dissolve_plan(
        self, selection: Selection, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> DissolvePreview | NothingToDissolve | EspritProtected | UnknownEsprit | UnclearEsprit:
        """What dissolving the selection would take and pay."""
        chosen = self._choose(selection, esprits, config)
        if not isinstance(chosen, _Chosen):
            return chosen
        return DissolvePreview(plan=_plan(chosen, config), selection=chosen.selection)

    def dissolve(
        self, command: DissolveEsprits, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> (
        Outcome[EspritsDissolved]
        | SelectionChanged
        | NothingToDissolve
        | EspritProtected
        | UnknownEsprit
        | UnclearEsprit
        | BalanceFull
    ):
        """Dissolve exactly what was shown, or nothing."""
        chosen = self._choose(command.selection, esprits, config)
        if not isinstance(chosen, _Chosen):
            return chosen
        plan = _plan(chosen, config)
        if (plan.count, plan.mark) != (command.count, command.mark):
            return SelectionChanged(plan=plan, selection=chosen.selection)
        for currency, gain in plan.gains.items():
            if refusal := self.overflow(currency, gain):
                return refusal
        left = len(esprits) - plan.count
        postings = (
            *(
                esprit.lost("dissolve", collection_size=len(esprits) - number)
                for number, esprit in enumerate(chosen.esprits, 1)
            ),
            *(self.post("dissolve", currency, gain) for currency, gain in plan.gains.items()),
        )
        balances = {currency: self.balance(currency) for currency in plan.gains}
        reply = EspritsDissolved(plan=plan, balances=balances, collection=left)
        return Outcome(reply, postings, lost=[esprit.id for esprit in chosen.esprits])

    def _choose(
        self, selection: Selection, esprits: Mapping[int, Esprit], config: GameConfig
    ) -> _Chosen | NothingToDissolve | EspritProtected | UnknownEsprit | UnclearEsprit:
        if selection.esprit is not None:
            return self._choose_one(selection.esprit, esprits, config)
        matching = _matching(selection, esprits, config)
        free = [esprit for esprit in matching if not self._protects(esprit)]
        protected = len(matching) - len(free)
        if not free:
            return NothingToDissolve(protected=protected)
        most, power = config.esprit.dissolve_most, power_of(config)
        weakest = heapq.nsmallest(most, free, key=lambda esprit: (power(esprit), esprit.id))
        return _Chosen(weakest, selection, len(free) - len(weakest), protected)

    def _choose_one(
        self, text: str, esprits: Mapping[int, Esprit], config: GameConfig
    ) -> _Chosen | EspritProtected | UnknownEsprit | UnclearEsprit:
        esprit = self.meant(text, esprits, config=config)
        if not isinstance(esprit, Esprit):
            return esprit
        if self._protects(esprit):
            return EspritProtected(esprit=esprit.view(config, esprit.id in self.team_ids))
        return _Chosen((esprit,), replace(Selection(), esprit=str(esprit.id)))

    def _protects(self, esprit: Esprit) -> bool:
        return esprit.locked or esprit.bound or esprit.id in self.team_ids


def _matching(selection: Selection, esprits: Mapping[int, Esprit], config: GameConfig) -> Sequence[Esprit]:
    """The Esprits that pass every filter, whether or not they are protected."""
    table, rarities = config.derived(growths), list(config.esprit.rarities)
    rank = len(rarities)
    if selection.rarity_most is not None:
        rank = rarities.index(selection.rarity_most) if selection.rarity_most in rarities else -1
    kept = _best_of_each(esprits.values(), selection.keep_best, config)
    return [
        esprit
        for esprit in esprits.values()
        if table[esprit.species].rarity_rank <= rank
        and (selection.level_most is None or esprit.level <= selection.level_most)
        and esprit.id not in kept
    ]


def _best_of_each(esprits: Iterable[Esprit], keep: int, config: GameConfig) -> set[int]:
    """The ids of the `keep` most powerful Esprits of each species; of equals the older ids."""
    if keep <= 0:
        return set()
    power = power_of(config)
    by_species: dict[str, list[Esprit]] = defaultdict(list)
    for esprit in esprits:
        by_species[esprit.species].append(esprit)
    return {
        esprit.id
        for alike in by_species.values()
        for esprit in heapq.nsmallest(min(keep, len(alike)), alike, key=lambda one: (-power(one), one.id))
    }


def _plan(chosen: _Chosen, config: GameConfig) -> DissolvePlan:
    rarities = config.esprit.rarities
    counts = Counter(config.roster[esprit.species].rarity for esprit in chosen.esprits)
    gains: Counter[str] = Counter()
    for rarity, count in counts.items():
        for currency, gain in rarities[rarity].dissolve.items():
            gains[currency] += gain * count
    power = power_of(config)
    best = heapq.nsmallest(BEST_SHOWN, chosen.esprits, key=lambda one: (-power(one), one.id))
    return DissolvePlan(
        count=len(chosen.esprits),
        mark=_mark(chosen.esprits),
        gains={currency: gain for currency, gain in gains.items() if gain},
        by_rarity={rarity: counts[rarity] for rarity in rarities if counts[rarity]},
        best=[esprit.view(config, in_team=False) for esprit in best],
        left_over=chosen.left_over,
        protected=chosen.protected,
    )


def _mark(esprits: Iterable[Esprit]) -> str:
    """A short digest of exactly these Esprits, at their levels and with their breaks."""
    hashed = hashlib.blake2b(digest_size=MARK_BYTES)
    for each in sorted((esprit.id, esprit.level, esprit.limit_breaks) for esprit in esprits):
        hashed.update(repr(each).encode())
    return hashed.hexdigest()
