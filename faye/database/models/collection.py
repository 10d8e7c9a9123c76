"""Looking through a collection: pages, details, and names while they are typed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import Any

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.profile import ProfileRules
from faye.growth import Growth, growths
from faye.messages.esprit import CollectionPage, EspritChoices, EspritDetails, EspritSort, GetCollection
from faye.messages.refusals import UnknownEsprit


class CollectionRules(ProfileRules):
    """The player's Esprits, read and never changed."""

    def collection(
        self, query: GetCollection, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> CollectionPage:
        """The page that `query` asks for, its number and size brought into what there is."""
        wanted = {code for code, growth in config.derived(growths).items() if _admits(query, growth)}
        found = [esprit for esprit in esprits.values() if esprit.species in wanted]
        size = min(max(query.page_size, 1), config.esprit.collection_page_size_max)
        pages = max(1, -(-len(found) // size))
        page = min(max(query.page, 0), pages - 1)
        order = _order(query.sort, config)
        found.sort(key=order)
        team = self.team_ids
        return CollectionPage(
            esprits=[
                esprit.view(config, esprit.id in team) for esprit in found[page * size : (page + 1) * size]
            ],
            page=page,
            pages=pages,
            matching=len(found),
            total=len(esprits),
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
        self, text: str, limit: int, esprits: Mapping[int, Esprit], *, config: GameConfig
    ) -> EspritChoices:
        """At most `limit` Esprits whose name contains `text`, letter case ignored.

        Names that begin with it come first, then the more powerful.
        """
        sought = text.strip().casefold()
        table = config.derived(growths)
        begins = {
            code: 0 if growth.folded_name.startswith(sought) else 1
            for code, growth in table.items()
            if sought in growth.folded_name
        }
        by_power = _order("power", config)
        found = heapq.nsmallest(
            min(max(limit, 0), config.esprit.collection_page_size_max),
            (esprit for esprit in esprits.values() if esprit.species in begins),
            key=lambda esprit: (begins[esprit.species], *by_power(esprit)),
        )
        team = self.team_ids
        return EspritChoices(esprits=[esprit.view(config, esprit.id in team) for esprit in found])


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


def _order(sort: EspritSort, config: GameConfig) -> Callable[[Esprit], tuple[Any, ...]]:
    """The key that brings a collection into the order of `sort`, the best first.

    Equals stand by name, and at last by id.
    """
    table = config.derived(growths)

    def power(esprit: Esprit) -> tuple[Any, ...]:
        growth = table[esprit.species]
        return -growth.power(esprit.level, esprit.limit_breaks), growth.folded_name, esprit.id

    def rarity(esprit: Esprit) -> tuple[Any, ...]:
        return -table[esprit.species].rarity_rank, *power(esprit)

    def level(esprit: Esprit) -> tuple[Any, ...]:
        return -esprit.level, *power(esprit)

    def name(esprit: Esprit) -> tuple[Any, ...]:
        return table[esprit.species].folded_name, -esprit.level, esprit.id

    def newest(esprit: Esprit) -> tuple[Any, ...]:
        return -esprit.gained_at.timestamp(), *name(esprit)

    orders = {"power": power, "rarity": rarity, "level": level, "name": name, "newest": newest}
    return orders[sort]
