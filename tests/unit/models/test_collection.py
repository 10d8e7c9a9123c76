from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.messages.esprit import CollectionPage, EspritDetails, EspritSort, GetCollection
from faye.messages.refusals import UnknownEsprit
from tests.unit.models.rules import BEFORE, collection, esprit, refusal_of

Owned = Mapping[int, Esprit]


@pytest.fixture
def owned() -> Owned:
    return collection(
        esprit(1, "pippet", level=50),
        esprit(2, "pyrrhael", level=2, gained_at=BEFORE + timedelta(days=2)),
        esprit(3, "ravenquill", level=10, gained_at=BEFORE + timedelta(days=1)),
        esprit(4, "pippet", level=1),
        esprit(5, "flintfox", level=10, limit_breaks=1),
    )


def page(player: Player, owned: Owned, game: GameConfig, **asked: Any) -> CollectionPage:
    return player.collection(GetCollection(player_id=7, **asked), owned, config=game)


def ids(found: CollectionPage) -> list[int]:
    return [view.id for view in found.esprits]


def test_sorting_puts_the_best_first(player: Player, owned: Owned, game: GameConfig) -> None:
    powers = {esprit_id: one.power(game) for esprit_id, one in owned.items()}
    assert ids(page(player, owned, game)) == sorted(owned, key=lambda esprit_id: -powers[esprit_id])
    assert ids(page(player, owned, game, sort="rarity")) == [2, 3, 5, 1, 4]
    assert ids(page(player, owned, game, sort="name")) == [5, 1, 4, 2, 3]
    assert ids(page(player, owned, game, sort="newest")) == [2, 3, 5, 1, 4]
    by_level = ids(page(player, owned, game, sort="level"))
    assert by_level == [1, *sorted((3, 5), key=lambda esprit_id: -powers[esprit_id]), 2, 4]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"rarity": "common"}, {1, 4}),
        ({"rarity": "DEITY"}, {2}),
        ({"element": "inferno"}, {2, 5}),
        ({"esprit_class": "Destroyer", "element": "Umbral"}, {3}),
        ({"name": " PIP "}, {1, 4}),
        ({"name": "x"}, {5}),
        ({"name": ""}, {1, 2, 3, 4, 5}),
        ({"rarity": "Mythic"}, set()),
        ({"name": "%"}, set()),
    ],
)
def test_filters_let_through_what_matches(
    player: Player, owned: Owned, game: GameConfig, filters: dict[str, str], found: set[int]
) -> None:
    result = page(player, owned, game, **filters)
    assert set(ids(result)) == found
    assert (result.matching, result.total) == (len(found), 5)


@pytest.mark.parametrize(
    ("asked", "given", "pages", "length"),
    [
        ({"page": 0, "page_size": 2}, 0, 3, 2),
        ({"page": 2, "page_size": 2}, 2, 3, 1),
        ({"page": 99, "page_size": 2}, 2, 3, 1),
        ({"page": -1, "page_size": 2}, 0, 3, 2),
        ({"page": 10**30, "page_size": 10**30}, 0, 1, 5),
        ({"page": 0, "page_size": 0}, 0, 5, 1),
        ({"page": 0, "page_size": -(10**30)}, 0, 5, 1),
    ],
)
def test_pages_are_brought_into_what_there_is(
    player: Player, owned: Owned, game: GameConfig, asked: dict[str, int], given: int, pages: int, length: int
) -> None:
    found = page(player, owned, game, **asked)
    assert (found.page, found.pages, len(found.esprits)) == (given, pages, length)


def test_an_empty_collection_has_one_empty_page(player: Player, game: GameConfig) -> None:
    found = page(player, {}, game, page=3)
    assert (found.page, found.pages, found.matching, found.total, found.esprits) == (0, 1, 0, 0, [])


def test_no_page_is_larger_than_the_configuration_allows(player: Player, game: GameConfig) -> None:
    owned = collection(*(esprit(esprit_id, "pippet") for esprit_id in range(60)))
    found = page(player, owned, game, page_size=1000)
    assert (len(found.esprits), found.pages) == (25, 3)


def test_the_pages_together_hold_every_esprit_once(player: Player, game: GameConfig) -> None:
    codes = sorted(game.roster)
    owned = collection(
        *(esprit(esprit_id, codes[esprit_id % 7], level=1 + esprit_id % 3) for esprit_id in range(100))
    )
    for sort in ("power", "rarity", "level", "name", "newest"):
        pages = [page(player, owned, game, page=number, page_size=9, sort=sort) for number in range(12)]
        assert sorted(esprit_id for one in pages for esprit_id in ids(one)) == sorted(owned)


def test_the_team_is_marked(player: Player, owned: Owned, game: GameConfig) -> None:
    player.leader_id, player.support2_id = 3, 4
    marked = {view.id for view in page(player, owned, game).esprits if view.in_team}
    assert marked == {3, 4}


def test_details_tell_stats_cap_and_cost(player: Player, owned: Owned, game: GameConfig) -> None:
    details = player.esprit_details(2, owned, config=game)
    assert isinstance(details, EspritDetails)
    assert details.esprit == owned[2].view(game, in_team=False)
    assert details.stats == owned[2].stats(game)
    assert (details.level_cap, details.next_level_cost) == (10, 31)
    assert details.gained_at == owned[2].gained_at
    assert details.lore == game.roster["pyrrhael"].lore


@pytest.mark.parametrize("esprit_id", [1, 3])
def test_at_or_beyond_the_cap_no_further_level_is_offered(
    player: Player, owned: Owned, game: GameConfig, esprit_id: int
) -> None:
    details = player.esprit_details(esprit_id, owned, config=game)
    assert isinstance(details, EspritDetails)
    assert details.next_level_cost is None


@pytest.mark.parametrize("esprit_id", [0, -1, 99, 10**30])
def test_nobody_sees_an_esprit_that_is_not_theirs(
    player: Player, owned: Owned, game: GameConfig, esprit_id: int
) -> None:
    refusal = refusal_of(player, lambda: player.esprit_details(esprit_id, owned, config=game))
    assert refusal == UnknownEsprit(esprit_id=esprit_id)


def test_names_that_begin_with_the_text_are_found_first(player: Player, game: GameConfig) -> None:
    owned = collection(
        esprit(1, "anvil_of_the_seventh_sun", level=99), esprit(2, "sunhusk"), esprit(3, "sunhusk", level=9)
    )
    found = player.find_esprits(" SUN ", 25, owned, config=game).esprits
    assert [view.id for view in found] == [3, 2, 1]


@pytest.mark.parametrize(("limit", "length"), [(0, 0), (-5, 0), (2, 2), (25, 25), (10**30, 25)])
def test_no_more_names_are_found_than_asked_or_allowed(
    player: Player, game: GameConfig, limit: int, length: int
) -> None:
    owned = collection(*(esprit(esprit_id, "pippet") for esprit_id in range(40)))
    assert len(player.find_esprits("", limit, owned, config=game).esprits) == length


def test_a_text_without_a_name_finds_nothing(player: Player, owned: Owned, game: GameConfig) -> None:
    for text in ("zzz", "*", "\u202e", "🦊" * 3000):
        assert player.find_esprits(text, 25, owned, config=game).esprits == []


def test_a_page_of_five_thousand_esprits_shows_the_strongest(
    player: Player, now: datetime, game: GameConfig
) -> None:
    codes = sorted(game.roster)
    owned = collection(
        *(
            esprit(
                esprit_id,
                codes[esprit_id % len(codes)],
                level=1 + esprit_id % 200,
                limit_breaks=esprit_id % 6,
            )
            for esprit_id in range(5000)
        )
    )
    best = max(owned.values(), key=lambda one: one.power(game))
    found = page(player, owned, game, page_size=8)
    assert found.esprits[0].power == best.power(game)
    assert (found.matching, found.pages) == (5000, 625)


def many(game: GameConfig, count: int = 100) -> dict[int, Esprit]:
    """So many Esprits of a few species and levels, a few of them locked, some gained at the same moment."""
    codes = sorted(game.roster)
    found = collection(
        *(
            esprit(
                number,
                codes[number % 7],
                level=1 + number % 3,
                gained_at=BEFORE + timedelta(hours=number % 4),
            )
            for number in range(1, count + 1)
        )
    )
    for each in found.values():
        each.locked = each.id % 5 == 0
    return dict(found)


SORTS = get_args(EspritSort)


@pytest.mark.parametrize("sort", SORTS)
def test_going_on_from_page_to_page_shows_every_esprit_once_there_and_back(
    player: Player, game: GameConfig, sort: str
) -> None:
    owned = many(game)
    shown = page(player, owned, game, sort=sort, page_size=9)
    forwards = [shown]
    while shown.first + len(shown.esprits) < shown.matching:
        shown = page(player, owned, game, sort=sort, page_size=9, after=shown.end)
        forwards.append(shown)
    assert len(forwards) == 12
    assert sorted(each for one in forwards for each in ids(one)) == sorted(owned)
    assert [one.first for one in forwards] == list(range(0, 100, 9))
    backwards = [shown]
    while shown.first:
        shown = page(player, owned, game, sort=sort, page_size=9, before=shown.begin)
        backwards.append(shown)
    assert [ids(one) for one in reversed(backwards)] == [ids(one) for one in forwards]


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_goes_on_where_the_last_one_ended_whatever_came_or_went_since(
    player: Player, game: GameConfig, sort: str
) -> None:
    owned = many(game)
    order = [each for number in range(10) for each in ids(page(player, owned, game, sort=sort, page=number))]
    shown = page(player, owned, game, sort=sort, page=3)
    seen, following = ids(shown), order[order.index(ids(shown)[-1]) + 1 :]
    for gone in (seen[-1], order[0], following[0]):
        del owned[gone]
    owned[1001] = esprit(1001, owned[order[1]].species, level=200, gained_at=BEFORE + timedelta(days=9))
    further = ids(page(player, owned, game, sort=sort, after=shown.end))
    assert [each for each in further if each != 1001] == following[1:][: len(further)]
    assert not set(further) & set(seen)
    back = ids(page(player, owned, game, sort=sort, before=shown.begin))
    assert [each for each in back if each != 1001] == [each for each in order if each in back]
    assert order[order.index(seen[0]) - 1] in back


def test_beyond_the_ends_are_the_first_and_the_last_page(player: Player, game: GameConfig) -> None:
    owned = many(game, 20)
    first, last = page(player, owned, game, page=0), page(player, owned, game, page=1)
    assert ids(page(player, owned, game, after=last.end)) == ids(last)
    assert ids(page(player, owned, game, before=first.begin)) == ids(first)
    for odd in ((), (10**30,), (0,) * 50):
        assert len(ids(page(player, owned, game, after=odd))) > 0
        assert len(ids(page(player, owned, game, before=odd))) > 0
    assert ids(page(player, {}, game, after=last.end)) == ids(page(player, {}, game, before=last.end)) == []


def test_marks_filter_too(player: Player, game: GameConfig) -> None:
    owned = many(game, 20)
    player.leader_id, player.support1_id = 3, 5
    assert set(ids(page(player, owned, game, only="locked"))) == {5, 10, 15, 20}
    assert page(player, owned, game, only="unlocked").matching == 16
    assert set(ids(page(player, owned, game, only="team"))) == {3, 5}
    assert ids(page(player, owned, game, only="team", rarity="Nothing")) == []


def test_of_each_name_the_strongest_is_found_if_only_names_are_looked_for(
    player: Player, game: GameConfig
) -> None:
    owned = collection(
        *(esprit(number, "pippet", level=number) for number in range(1, 40)), esprit(50, "sunhusk")
    )
    found = player.find_esprits("", 25, owned, config=game, one_of_each=True).esprits
    assert {view.id for view in found} == {39, 50}
