from collections.abc import Mapping

import pytest

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Refusal
from faye.messages.refusals import InvalidAmount, NotEnough, UnclearEsprit, UnknownEsprit
from faye.messages.upgrade import EspritAtCap, EspritUpgraded, LevelCap, UpgradeEsprit
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of

Owned = Mapping[int, Esprit]


@pytest.fixture
def owned() -> Owned:
    return collection(esprit(1, "emberwick", level=3), esprit(2, "pippet"), esprit(3, "pippet", level=2))


def asked(text: str, levels: int | None = None) -> UpgradeEsprit:
    return UpgradeEsprit(player_id=7, idempotency_key=1, esprit=text, levels=levels)


def upgraded(player: Player, owned: Owned, game: GameConfig, text: str, levels: int | None) -> EspritUpgraded:
    rule = lambda: player.upgrade(asked(text, levels), owned, config=game)  # noqa: E731
    made: Outcome[EspritUpgraded] = outcome_of(player, rule, owned=owned)
    return made.reply


def refused(player: Player, owned: Owned, game: GameConfig, text: str, levels: int | None) -> Refusal:
    return refusal_of(player, lambda: player.upgrade(asked(text, levels), owned, config=game), owned=owned)


def test_levels_cost_what_each_of_them_costs(player: Player, owned: Owned, game: GameConfig) -> None:
    player.virelite = 1_000
    reply = upgraded(player, owned, game, "1", 4)
    assert reply.cost == sum(15 + 8 * level for level in (3, 4, 5, 6))
    assert (reply.level_before, reply.esprit.level, owned[1].level) == (3, 7, 7)
    assert reply.virelite == player.virelite == 1_000 - reply.cost
    assert reply.esprit.power > reply.power_before


def test_a_name_will_do_where_it_means_one(player: Player, owned: Owned, game: GameConfig) -> None:
    player.virelite = 1_000
    assert upgraded(player, owned, game, " eMBer ", 1).esprit.id == 1


def test_a_name_that_means_several_or_none_is_refused_with_what_it_could_mean(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    player.virelite = 1_000
    several = refused(player, owned, game, "pippet", 1)
    assert isinstance(several, UnclearEsprit)
    assert {view.id for view in several.esprits} == {2, 3}
    assert refused(player, owned, game, "x" * 99, 1) == UnclearEsprit(text="x" * 40, esprits=[])
    assert refused(player, owned, game, "44", 1) == UnknownEsprit(esprit_id=44)


def test_a_whole_name_means_its_bearer_even_if_other_names_begin_with_it(
    player: Player, game: GameConfig
) -> None:
    names = sorted(game.roster.values(), key=lambda species: len(species.name))
    pairs = [(a, b) for a in names for b in names if a is not b and a.name.casefold() in b.name.casefold()]
    for short, longer in pairs:
        both = collection(esprit(1, short.code), esprit(2, longer.code, level=9))
        found = player.meant(short.name, both, config=game)
        assert isinstance(found, Esprit)
        assert found.id == 1


@pytest.mark.parametrize("text", ["", " ", "٣", "-1", "1.5", "0", "9" * 19, "9" * 40, "\x00"])
def test_odd_words_mean_nobody(player: Player, owned: Owned, game: GameConfig, text: str) -> None:
    assert isinstance(player.meant(text, owned, config=game), (UnknownEsprit, UnclearEsprit))


@pytest.mark.parametrize("levels", [0, -1, 201, 10**30, -(10**30)])
def test_a_number_of_levels_out_of_range_is_refused(
    player: Player, owned: Owned, game: GameConfig, levels: int
) -> None:
    assert refused(player, owned, game, "1", levels) == InvalidAmount(given=levels, least=1, most=200)


def test_all_levels_or_none_are_paid_for(player: Player, owned: Owned, game: GameConfig) -> None:
    player.virelite = 39 + 47 - 1
    assert refused(player, owned, game, "1", 2) == NotEnough(currency="virelite", required=86, held=85)
    player.virelite = 86
    assert upgraded(player, owned, game, "1", 2).virelite == 0


def test_without_a_number_it_rises_as_far_as_purse_and_cap_allow(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    player.virelite = 39 + 47 + 54
    assert upgraded(player, owned, game, "1", None).esprit.level == 5
    assert player.virelite == 54
    assert refused(player, owned, game, "1", None) == NotEnough(currency="virelite", required=55, held=54)
    player.virelite = 10**6
    assert upgraded(player, owned, game, "1", None).esprit.level == 10
    assert isinstance(refused(player, owned, game, "1", None), EspritAtCap)


def test_the_cap_says_whose_it_is_and_what_raises_it(player: Player, owned: Owned, game: GameConfig) -> None:
    player.virelite = 10**6
    refusal = refused(player, owned, game, "1", 8)
    assert isinstance(refusal, EspritAtCap)
    assert refusal.asked == 11
    assert refusal.cap == LevelCap(cap=10, by_rarity=False, breaks_left=5, next_player_level=10)
    player.level = 80
    owned[1].limit_breaks, owned[1].level = 5, 75
    refusal = refused(player, owned, game, "1", 1)
    assert isinstance(refusal, EspritAtCap)
    assert refusal.cap == LevelCap(cap=75, by_rarity=True, breaks_left=0, next_player_level=None)
