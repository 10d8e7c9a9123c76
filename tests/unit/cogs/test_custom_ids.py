"""What components carry in their ids comes back as it was, within Discord's hundred characters."""

import re
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from faye.cogs.admin_confirm import ConfirmDeed, decode_deed, encode_deed
from faye.cogs.esprit_collection import (
    MARKS,
    NAME_CHARS_MAX,
    SORTS,
    SortCollection,
    TurnCollection,
    decode_state,
    encode_state,
)
from faye.cogs.esprit_details import PickEsprit
from faye.cogs.esprit_dissolve import (
    KEEP_MOST,
    LEVEL_MOST,
    ConfirmDissolve,
    decode_selection,
    encode_selection,
)
from faye.cogs.esprit_limit_break import ConfirmLimitBreak
from faye.cogs.history import ASSETS, TurnHistory
from faye.cogs.leaderboard import BOARDS, ChooseBoard, TurnLeaderboard
from faye.cogs.settings import AskErasure, ConfirmErasure, SetPrivate
from faye.cogs.shared.look import Look
from faye.cogs.shared.presses import CUSTOM_ID_CHARS_MAX, base36, next_operation_id
from faye.cogs.start import AcceptPolicy
from faye.cogs.summon import SummonAgain
from faye.messages.admin import (
    REASON_CHARS_MAX,
    SUSPENDED_MINUTES_MAX,
    Deed,
    ResetKind,
    ResetPlayer,
    Suspend,
    TakeCurrency,
    TakeEsprit,
    Undo,
)
from faye.messages.base import snowflake_time_ms
from faye.messages.dissolve import Selection
from faye.messages.esprit import GetCollection
from faye.vocabulary import CLASSES, CURRENCIES, ELEMENTS
from tests.unit.cogs.conftest import shipped

LARGEST = 2**63 - 1
snowflakes = st.integers(min_value=1, max_value=LARGEST)
RARITIES = tuple(shipped().game.esprit.rarities)
LOOK = Look(shipped(), {})

powers, ranks = st.integers(-(10**12), 0), st.integers(0, 999)
positions = st.one_of(
    st.tuples(powers, ranks, snowflakes),
    st.tuples(st.integers(-999, 0), powers, ranks, snowflakes),
    st.tuples(st.integers(-(10**16), 0), ranks, snowflakes),
)
places = st.one_of(
    st.fixed_dictionaries({"page": st.integers(0, 999_999)}),
    st.fixed_dictionaries({"after": positions}),
    st.fixed_dictionaries({"before": positions}),
)
queries = st.builds(
    GetCollection,
    player_id=st.just(0),
    only=st.none() | st.sampled_from(MARKS),
    page_size=st.just(shipped().bot.collection_page_size),
    sort=st.sampled_from(SORTS),
    rarity=st.none() | st.sampled_from(RARITIES),
    element=st.none() | st.sampled_from(ELEMENTS),
    esprit_class=st.none() | st.sampled_from(CLASSES),
    name=st.none() | st.text(min_size=1, max_size=NAME_CHARS_MAX),
)


async def again(item: Any) -> Any:
    """The component that a press on `item` would make."""
    kind = type(item)
    match = kind.__discord_ui_compiled_template__.fullmatch(item.custom_id)
    assert match is not None
    return await kind.from_custom_id(SimpleNamespace(), item.item, match)


@given(queries, places, snowflakes)
def test_a_collections_place_order_and_filters_survive_in_an_id(
    query: GetCollection, place: dict[str, Any], owner_id: int
) -> None:
    query = replace(query, **place)
    state = encode_state(query, owner_id)
    assert decode_state(state, LOOK) == query
    for item in (TurnCollection(owner_id, state), SortCollection(owner_id, state, query.sort)):
        assert len(item.custom_id.encode("utf-16-le", "surrogatepass")) // 2 <= CUSTOM_ID_CHARS_MAX
        match = item.__discord_ui_compiled_template__.fullmatch(item.custom_id)
        assert match is not None
        assert int(match["owner"]) == owner_id


@pytest.mark.parametrize(
    "state",
    [
        "",
        "1",
        "1:0:po:::",
        "0:0:po::::",
        "1:x:po::::",
        "1:0:qq::::",
        "1:0:po:Zz:::",
        "1:0:po::Zz::",
        "1:0:po:::Zz:",
        "1:0:po::::" + "x" * 25,
        "1:0:poz::::",
        "1:a:po::::",
        "1:a1..2:po::::",
        "1:a1.2.3.4.5.6:po::::",
        "1:azzzzzzzzzzzzz:po::::",
    ],
)
def test_a_state_that_is_none_of_ours_is_not_read(state: str) -> None:
    assert decode_state(state, LOOK) is None


def test_a_button_of_the_first_release_is_still_understood() -> None:
    query = decode_state("1:3:ra:Co:In::pip", LOOK)
    assert query is not None
    assert (query.page, query.sort, query.rarity, query.element) == (3, "rarity", "Common", "Inferno")
    assert (query.name, query.only, query.after, query.before) == ("pip", None, None, None)


@given(st.integers(-LARGEST, LARGEST))
def test_numbers_in_base_36_are_read_back(number: int) -> None:
    assert int(base36(number), 36) == number


def test_the_words_of_filters_can_be_told_apart_by_what_an_id_holds_of_them() -> None:
    for words in (RARITIES, ELEMENTS, CLASSES):
        assert len({word[:2] for word in words}) == len(words)
    assert len({sort[:2] for sort in SORTS}) == len(SORTS)


@given(snowflakes, snowflakes, st.sampled_from(("standard", "premium", "daily")), st.integers(1, 999))
async def test_a_summon_button_knows_banner_count_owner_and_operation(
    owner_id: int, operation_id: int, banner: str, count: int
) -> None:
    item = SummonAgain(banner, count, owner_id, operation_id)
    assert len(item.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert (back.banner, back.count, back.owner_id, back.operation_id) == (
        banner,
        count,
        owner_id,
        operation_id,
    )


@given(snowflakes, snowflakes)
async def test_an_accept_button_knows_owner_and_operation(owner_id: int, operation_id: int) -> None:
    back = await again(AcceptPolicy(operation_id, owner_id))
    assert (back.owner_id, back.operation_id) == (owner_id, operation_id)


@given(
    snowflakes, st.none() | st.sampled_from(ASSETS), st.none() | st.tuples(snowflakes, st.integers(0, 999))
)
async def test_a_history_button_knows_owner_asset_and_position(
    owner_id: int, asset: str | None, before: tuple[int, int] | None
) -> None:
    item = TurnHistory(owner_id, asset, before=before)
    assert len(item.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert (back.owner_id, back.asset, back.before, back.after) == (owner_id, asset, before, None)
    newer = TurnHistory(owner_id, asset, after=before)
    assert len(newer.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(newer)
    assert (back.owner_id, back.asset, back.before, back.after) == (owner_id, asset, None, before)


async def test_a_menu_of_esprits_knows_its_owner() -> None:
    assert (await again(PickEsprit(LARGEST, []))).owner_id == LARGEST


@given(snowflakes, snowflakes, snowflakes, st.integers(1, 1_000), st.integers(0, 100))
async def test_a_limit_break_button_knows_what_was_offered_owner_and_operation(
    esprit_id: int, owner_id: int, operation_id: int, level: int, breaks: int
) -> None:
    item = ConfirmLimitBreak(esprit_id, level, breaks, owner_id, operation_id)
    assert len(item.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert (back.esprit_id, back.level, back.limit_breaks) == (esprit_id, level, breaks)
    assert (back.owner_id, back.operation_id) == (owner_id, operation_id)


@given(snowflakes, st.booleans())
async def test_a_privacy_button_knows_its_owner_and_what_it_settles(owner_id: int, private: bool) -> None:
    back = await again(SetPrivate(owner_id, private))
    assert (back.owner_id, back.private) == (owner_id, private)


@given(st.integers(0, LARGEST), snowflakes, snowflakes)
async def test_an_erasing_button_knows_which_account_it_means_owner_and_operation(
    mark: int, owner_id: int, operation_id: int
) -> None:
    item = ConfirmErasure(mark, owner_id, operation_id)
    assert len(item.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert (back.mark, back.owner_id, back.operation_id) == (mark, owner_id, operation_id)
    assert (await again(AskErasure(owner_id))).owner_id == owner_id


@given(snowflakes, st.sampled_from(BOARDS), st.integers(0, 9_999))
async def test_a_leaderboards_button_knows_owner_board_and_page(owner_id: int, board: str, page: int) -> None:
    item = TurnLeaderboard(owner_id, board, page)
    assert len(item.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert (back.owner_id, back.board, back.page) == (owner_id, board, page)
    assert (await again(ChooseBoard(owner_id, board))).owner_id == owner_id


selections = st.builds(Selection, esprit=snowflakes.map(str)) | st.builds(
    Selection,
    rarity_most=st.none() | st.sampled_from(RARITIES),
    level_most=st.none() | st.integers(1, LEVEL_MOST),
    keep_best=st.integers(0, KEEP_MOST),
)


@given(selections, snowflakes, snowflakes, st.integers(1, 5_000), st.integers(0, 2**48 - 1))
async def test_a_dissolve_button_knows_selection_count_mark_owner_and_operation(
    selection: Selection, owner_id: int, operation_id: int, count: int, mark: int
) -> None:
    item = ConfirmDissolve(encode_selection(selection), count, f"{mark:012x}", owner_id, operation_id)
    assert len(item.custom_id) <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert decode_selection(back.code, LOOK) == selection
    assert (back.count, back.mark) == (count, f"{mark:012x}")
    assert (back.owner_id, back.operation_id) == (owner_id, operation_id)


@pytest.mark.parametrize("code", ["", "e0", f"e{2**63}", "fXx.1.1", "fCo.1", "f.1.", "e1.1"])
def test_a_selection_that_is_none_of_ours_is_not_read(code: str) -> None:
    assert decode_selection(code, LOOK) is None


deeds = st.one_of(
    st.builds(TakeCurrency, st.sampled_from(CURRENCIES), st.integers(1, 10**15)),
    st.builds(TakeEsprit, snowflakes.map(str)),
    st.builds(ResetPlayer, st.sampled_from(get_args(ResetKind))),
    st.builds(Suspend, st.integers(1, SUSPENDED_MINUTES_MAX)),
    st.builds(Undo, snowflakes),
)
reasons = st.text(st.characters(exclude_categories=("C", "Z")), max_size=REASON_CHARS_MAX // 2)


@given(deeds, snowflakes, snowflakes, snowflakes, reasons)
async def test_an_operators_button_knows_deed_player_owner_operation_and_reason(
    deed: Deed | Undo, player: int, owner_id: int, operation_id: int, reason: str
) -> None:
    item = ConfirmDeed(encode_deed(deed), player, owner_id, operation_id, reason)
    assert len(item.custom_id.encode("utf-16-le")) // 2 <= CUSTOM_ID_CHARS_MAX
    back = await again(item)
    assert decode_deed(back.code) == deed
    assert (back.player_key, back.owner_id, back.operation_id, back.reason) == (
        player,
        owner_id,
        operation_id,
        reason,
    )


@pytest.mark.parametrize("code", ["x", "rx", "c9.1", "c.1", "e", "s", "u", "e.zzzzzzzzzzzzz", "k.1"])
def test_a_deed_that_is_none_of_ours_is_not_read(code: str) -> None:
    assert decode_deed(code) is None


@given(snowflakes)
def test_the_operation_that_an_answer_offers_depends_on_the_answer_alone_and_is_a_new_one(key: int) -> None:
    following = next_operation_id(key)
    assert following == next_operation_id(key)
    assert snowflake_time_ms(following) == snowflake_time_ms(key) + 1
    chain = [key]
    for _ in range(50):
        chain.append(next_operation_id(chain[-1]))
    assert len(set(chain)) == len(chain)


def test_a_state_that_is_longer_than_an_id_may_be_is_a_bug_and_not_sent() -> None:
    query = replace(GetCollection(player_id=0), name="x" * 90)
    with pytest.raises(AssertionError):
        TurnCollection(1, encode_state(query, LARGEST))


def test_no_template_matches_another_components_id() -> None:
    ids = {
        TurnCollection: "turn:1:0:po::::",
        SortCollection: "sort:1:0:po::::",
        PickEsprit: "pick:1",
        TurnHistory: "history:1:all:0.0",
        SummonAgain: "again:standard:1:1:1",
        AcceptPolicy: "start:1:1",
        TurnLeaderboard: "ranks:1:level:0",
        ChooseBoard: "boards:1",
        SetPrivate: "private:1:0",
        AskErasure: "leave:1",
        ConfirmErasure: "erase:0:1:1",
    }
    for kind, own in ids.items():
        matching = [i for i in ids.values() if re.fullmatch(kind.__discord_ui_compiled_template__, i)]
        assert matching == [own]
