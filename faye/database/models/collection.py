"""Looking through a collection: pages, details, and names while they are typed."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.profile import ProfileRules
from faye.growth import Growth, growths
from faye.messages.esprit import (
    CollectionPage,
    EspritChoices,
    EspritDetails,
    EspritMark,
    EspritSort,
    GetCollection,
    Position,
)
from faye.messages.refusals import UnknownEsprit

Order: TypeAlias = Callable[[Esprit], Position]


class CollectionRules(ProfileRules):
    """The player's Esprits, read and never changed."""

    def collection(
        self, query: GetCollection, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> CollectionPage:
        """The page that `query` asks for, its place and size brought into what there is."""
        wanted = {code for code, growth in config.derived(growths).items() if _admits(query, growth)}
        found = [
            esprit
            for esprit in esprits.values()
            if esprit.species in wanted and (query.only is None or self._bears(esprit, query.only))
        ]
        size = min(max(query.page_size, 1), config.esprit.collection_page_size_max)
        order = _order(query.sort, config)
        found.sort(key=order)
        first = _first(query, found, order, size)
        shown, team = found[first : first + size], self.team_ids
        return CollectionPage(
            esprits=[esprit.view(config, esprit.id in team) for esprit in shown],
            page=first // size,
            pages=max(1, -(-len(found) // size)),
            matching=len(found),
            total=len(esprits),
            first=first,
            begin=order(shown[0]) if shown else (),
            end=order(shown[-1]) if shown else (),
        )

    def esprit_details(
        self, esprit_id: int, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> EspritDetails | UnknownEsprit:
        """Everything about one Esprit of the player's own."""
        esprit = esprits.get(esprit_id)
        if esprit is None:
            return UnknownEsprit(esprit_id=esprit_id)
        cap = esprit.level_cap(self.level, config)
        return EspritDetails(
            esprit=esprit.view(config, esprit_id in self.team_ids),
            stats=esprit.stats(config),
            level_cap=cap,
            next_level_cost=esprit.level_up_cost(config) if esprit.level < cap else None,
            gained_at=esprit.gained_at,
            lore=config.roster[esprit.species].lore,
        )

    def find_esprits(
        self,
        text: str,
        limit: int,
        esprits: Mapping[int, Esprit],
        *,
        config: GameConfig,
        one_of_each: bool = False,
    ) -> EspritChoices:
        """At most `limit` Esprits whose name contains `text`, letter case ignored.

        Names that begin with it come first, then the more powerful. `one_of_each`: only the best of each name.
        """
        sought = text.strip().casefold()
        table = config.derived(growths)
        begins = {
            code: 0 if growth.folded_name.startswith(sought) else 1
            for code, growth in table.items()
            if sought in growth.folded_name
        }
        by_power = _order("power", config)
        named: Iterable[Esprit] = (esprit for esprit in esprits.values() if esprit.species in begins)
        if one_of_each:
            named = {esprit.species: esprit for esprit in sorted(named, key=by_power, reverse=True)}.values()
        found = heapq.nsmallest(
            min(max(limit, 0), config.esprit.collection_page_size_max),
            named,
            key=lambda esprit: (begins[esprit.species], *by_power(esprit)),
        )
        team = self.team_ids
        return EspritChoices(esprits=[esprit.view(config, esprit.id in team) for esprit in found])

    def _bears(self, esprit: Esprit, mark: EspritMark) -> bool:
        if mark == "team":
            return esprit.id in self.team_ids
        return esprit.locked == (mark == "locked")


def _first(query: GetCollection, found: list[Esprit], order: Order, size: int) -> int:
    """The index in `found`, which is in order, of the first Esprit of the page that `query` asks for."""
    last_page = max(0, (len(found) - 1) // size * size)
    if query.after is not None:
        first = bisect_right(found, query.after, key=order)
        return first if first < len(found) else last_page
    if query.before is not None:
        return max(0, bisect_left(found, query.before, key=order) - size)
    return min(max(query.page, 0) * size, last_page)


def _admits(query: GetCollection, growth: Growth) -> bool:
    """Whether Esprits of this species pass the filters of `query`."""
    species = growth.species
    return (
        _same(query.rarity, species.rarity)
        and _same(query.element, species.element)
        and _same(query.esprit_class, species.esprit_class)
        and (query.name is None or query.name.strip().casefold() in growth.folded_name)
    )


def _same(wanted: str | None, word: str) -> bool:
    return wanted is None or wanted.casefold() == word.casefold()


def _order(sort: EspritSort, config: GameConfig) -> Order:
    """The key that brings a collection into the order of `sort`, the best first.

    Equals stand by name, and at last by id, so that no two keys are equal. Names are told by their rank among all: a
    key is numbers alone, and goes into a button.
    """
    table = config.derived(growths)

    def power(esprit: Esprit) -> Position:
        growth = table[esprit.species]
        return -growth.power(esprit.level, esprit.limit_breaks), growth.name_rank, esprit.id

    def rarity(esprit: Esprit) -> Position:
        return -table[esprit.species].rarity_rank, *power(esprit)

    def level(esprit: Esprit) -> Position:
        return -esprit.level, *power(esprit)

    def name(esprit: Esprit) -> Position:
        return table[esprit.species].name_rank, -esprit.level, esprit.id

    def newest(esprit: Esprit) -> Position:
        return -int(esprit.gained_at.timestamp() * 1_000_000), table[esprit.species].name_rank, esprit.id

    orders = {"power": power, "rarity": rarity, "level": level, "name": name, "newest": newest}
    return orders[sort]
