from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages import Refusal
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
from tests.unit.models.rules import collection, esprit, nothing_changes, outcome_of, refusal_of

Owned = Mapping[int, Esprit]
PAYS = {
    "Common": (25, 5), "Uncommon": (60, 12), "Rare": (150, 30), "Epic": (375, 75), "Celestial": (1000, 200),
    "Supreme": (2500, 500), "Deity": (6250, 1250),
}  # fmt: skip


@pytest.fixture
def owned() -> Owned:
    return collection(
        esprit(1, "emberwick", level=9),
        esprit(2, "pippet", level=1),
        esprit(3, "pippet", level=4),
        esprit(4, "pippet", level=2),
        esprit(5, "flintfox", level=1),
        esprit(6, "pyrrhael", level=1),
    )


def preview(player: Player, owned: Owned, game: GameConfig, selection: Selection) -> DissolvePlan:
    with nothing_changes(player, owned):
        made = player.dissolve_plan(selection, owned, config=game)
    assert isinstance(made, DissolvePreview), made
    return made.plan


def command(selection: Selection, plan: DissolvePlan) -> DissolveEsprits:
    return DissolveEsprits(
        player_id=7, idempotency_key=1, selection=selection, count=plan.count, mark=plan.mark
    )


def refused(player: Player, owned: Owned, game: GameConfig, asked: DissolveEsprits) -> Refusal:
    return refusal_of(player, lambda: player.dissolve(asked, owned, config=game), owned=owned)


def taken(
    player: Player, owned: Owned, game: GameConfig, selection: Selection
) -> tuple[EspritsDissolved, set[int]]:
    asked = command(selection, preview(player, owned, game, selection))
    made = outcome_of(player, lambda: player.dissolve(asked, owned, config=game), owned=owned)
    assert isinstance(made.reply, EspritsDissolved)
    return made.reply, set(made.lost)


@pytest.mark.parametrize("rarity", PAYS)
def test_one_pays_what_its_rarity_does(player: Player, game: GameConfig, rarity: str) -> None:
    species = next(species for species in game.roster.values() if species.rarity == rarity)
    reply, lost = taken(player, collection(esprit(1, species.code)), game, Selection(esprit=species.name))
    assert lost == {1}
    assert (player.virelite, player.remna) == PAYS[rarity]
    assert reply.balances == {"virelite": player.virelite, "remna": player.remna}
    assert reply.collection == 0


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        (Selection(rarity_most="Common"), {1, 2, 3, 4}),
        (Selection(rarity_most="Uncommon", level_most=1), {2, 5}),
        (Selection(rarity_most="Common", keep_best=1), {2, 4}),
        (Selection(rarity_most="Common", keep_best=2), {2}),
        (Selection(level_most=2), {2, 4, 5, 6}),
        (Selection(rarity_most="Deity", keep_best=-5), {1, 2, 3, 4, 5, 6}),
    ],
)
def test_a_filter_means_exactly_what_passes_it_whether_or_not_team_slots_are_empty(
    player: Player, owned: Owned, game: GameConfig, selection: Selection, meant: set[int]
) -> None:
    assert preview(player, owned, game, selection).count == len(meant)
    reply, lost = taken(player, owned, game, selection)
    assert lost == meant
    assert reply.collection == len(owned) - len(meant)


def test_the_preview_tells_what_goes_what_it_pays_and_the_best_of_it(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    plan = preview(player, owned, game, Selection(rarity_most="Uncommon"))
    assert plan.by_rarity == {"Common": 4, "Uncommon": 1}
    assert plan.gains == {"virelite": 160, "remna": 32}
    powers = [view.power for view in plan.best]
    assert powers == sorted(powers, reverse=True)
    assert (plan.left_over, plan.protected) == (0, 0)


def test_locked_bound_and_team_members_are_never_dissolved(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    owned[1].locked, owned[2].bound, player.support2_id = True, True, 3
    for text in ("1", "2", "3"):
        refusal = player.dissolve_plan(Selection(esprit=text), owned, config=game)
        assert isinstance(refusal, EspritProtected), text
        assert (refusal.esprit.locked, refusal.esprit.bound, refusal.esprit.in_team) == (
            text == "1",
            text == "2",
            text == "3",
        )
        forged = DissolveEsprits(
            player_id=7, idempotency_key=1, selection=Selection(esprit=text), count=1, mark=""
        )
        assert isinstance(refused(player, owned, game, forged), EspritProtected)
    plan = preview(player, owned, game, Selection(rarity_most="Common"))
    assert (plan.count, plan.protected) == (1, 3)
    _, lost = taken(player, owned, game, Selection(rarity_most="Common"))
    assert lost == {4}


def test_the_kept_best_of_a_species_may_be_one_that_is_protected_anyway(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    owned[3].locked = True
    _, lost = taken(player, owned, game, Selection(rarity_most="Common", keep_best=1))
    assert lost == {2, 4}


def test_an_empty_selection_is_refused_and_says_how_many_are_protected(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    owned[5].locked = True
    selection = Selection(rarity_most="Uncommon", keep_best=9)
    assert player.dissolve_plan(selection, owned, config=game) == NothingToDissolve(protected=0)
    uncommon = collection(owned[5])
    asked = player.dissolve_plan(Selection(level_most=1), uncommon, config=game)
    assert asked == NothingToDissolve(protected=1)
    assert player.dissolve_plan(Selection(rarity_most="Mythic"), owned, config=game) == NothingToDissolve(
        protected=0
    )


def test_what_is_no_longer_what_was_shown_is_refused_with_the_new_choice(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    selection = Selection(rarity_most="Common", level_most=5)
    asked = command(selection, preview(player, owned, game, selection))
    for change in ({3: {"level": 5}}, {3: {"limit_breaks": 1}}, {3: {"locked": True}}):
        now = {key: one.model_copy(update=change.get(key, {})) for key, one in owned.items()}
        refusal = refused(player, now, game, asked)
        assert isinstance(refusal, SelectionChanged)
        assert refusal.plan == preview(player, now, game, selection)
    same_count = dict(owned) | {9: esprit(9, "pippet")}
    del same_count[2]
    assert isinstance(refused(player, same_count, game, asked), SelectionChanged)
    assert isinstance(refused(player, owned, game, replace(asked, count=2**62)), SelectionChanged)
    assert isinstance(refused(player, owned, game, replace(asked, mark="")), SelectionChanged)


def test_at_most_so_many_go_at_once_the_weakest_of_them(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    bounded = replace(game, esprit=replace(game.esprit, dissolve_most=2))
    selection = Selection(rarity_most="Deity")
    plan = preview(player, owned, bounded, selection)
    assert (plan.count, plan.left_over) == (2, 4)
    _, lost = taken(player, owned, bounded, selection)
    assert lost == set(sorted(owned, key=lambda each: (owned[each].power(game), each))[:2])


def test_a_full_purse_keeps_every_esprit(player: Player, owned: Owned, game: GameConfig) -> None:
    selection = Selection(esprit="5")
    asked = command(selection, preview(player, owned, game, selection))
    for currency in ("virelite", "remna"):
        setattr(player, currency, BALANCE_MAX)
        assert refused(player, owned, game, asked) == BalanceFull(
            currency=currency, held=BALANCE_MAX, most=BALANCE_MAX
        )
        setattr(player, currency, 0)


def test_nobody_dissolves_what_is_not_theirs(player: Player, owned: Owned, game: GameConfig) -> None:
    forged = DissolveEsprits(
        player_id=7, idempotency_key=1, selection=Selection(esprit="77"), count=1, mark=""
    )
    assert refused(player, owned, game, forged) == UnknownEsprit(esprit_id=77)
    several = player.dissolve_plan(Selection(esprit="pippet"), owned, config=game)
    assert isinstance(several, UnclearEsprit)
    single = player.dissolve_plan(Selection(esprit="Flintfox"), owned, config=game)
    assert isinstance(single, DissolvePreview)
    assert single.selection == Selection(esprit="5")
