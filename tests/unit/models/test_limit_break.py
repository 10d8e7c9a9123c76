from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

import pytest
from msgspec.structs import replace

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.messages import Refusal
from faye.messages.limit_break import (
    BreakLimit,
    GetLimitBreak,
    LimitBreakOffer,
    LimitBroken,
    NoBreaksLeft,
    NotAtCap,
    OfferOutdated,
)
from faye.messages.refusals import NotEnough, UnclearEsprit, UnknownEsprit
from tests.unit.models.rules import collection, esprit, nothing_changes, outcome_of, refusal_of

Owned = Mapping[int, Esprit]
FACTORS = {
    "Common": "1",
    "Uncommon": "1.5",
    "Rare": "2",
    "Epic": "3",
    "Celestial": "5",
    "Supreme": "7",
    "Deity": "10",
}


@pytest.fixture
def owned() -> Owned:
    return collection(esprit(1, "emberwick", level=10), esprit(2, "pippet", level=9))


def taken(esprit_id: int, level: int, limit_breaks: int = 0) -> BreakLimit:
    return BreakLimit(
        player_id=7, idempotency_key=1, esprit_id=esprit_id, level=level, limit_breaks=limit_breaks
    )


def broken(player: Player, owned: Owned, game: GameConfig, command: BreakLimit) -> LimitBroken:
    made = outcome_of(player, lambda: player.break_limit(command, owned, config=game), owned=owned)
    assert isinstance(made.reply, LimitBroken)
    return made.reply


def refused(player: Player, owned: Owned, game: GameConfig, command: BreakLimit) -> Refusal:
    return refusal_of(player, lambda: player.break_limit(command, owned, config=game), owned=owned)


@pytest.mark.parametrize("rarity", FACTORS)
def test_the_cost_is_the_formula_rounded_half_up(game: GameConfig, rarity: str) -> None:
    species = next(code for code, species in game.roster.items() if species.rarity == rarity)
    for level in range(1, 201):
        for breaks in range(5):
            factor = Decimal(FACTORS[rarity]) * (1 + Decimal(level) / 50) * Decimal("1.5") ** breaks
            expected = {
                currency: int((base * factor).quantize(Decimal(1), ROUND_HALF_UP))
                for currency, base in (("remna", 200), ("virelite", 500))
            }
            one = esprit(1, species, level=level, limit_breaks=breaks)
            assert one.limit_break_cost(game) == expected


def test_an_offer_tells_cost_and_gain_and_changes_nothing(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    player.remna = 240
    with nothing_changes(player, owned):
        offer = player.limit_break_offer(GetLimitBreak(player_id=7, esprit="emberwick"), owned, config=game)
    assert isinstance(offer, LimitBreakOffer)
    assert offer.cost == {"remna": 240, "virelite": 600}
    assert offer.held == {"remna": 240, "virelite": 0}
    assert (offer.cap.cap, offer.cap_after) == (10, 15)
    assert offer.power_after == esprit(1, "emberwick", level=10, limit_breaks=1).power(game)


def test_taking_the_offer_pays_and_raises_boost_and_cap(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    player.remna, player.virelite = 300, 700
    reply = broken(player, owned, game, taken(1, 10))
    assert reply.balances == {"remna": 60, "virelite": 100}
    assert (reply.esprit.level, reply.esprit.limit_breaks) == (10, 1)
    assert (reply.cap_before, reply.level_cap) == (10, 15)
    assert reply.esprit.power > reply.power_before


def test_at_the_rarity_cap_only_the_boost_grows(player: Player, game: GameConfig) -> None:
    player.level, player.remna, player.virelite = 80, 10**6, 10**6
    owned = collection(esprit(1, "emberwick", level=75))
    reply = broken(player, owned, game, taken(1, 75))
    assert (reply.cap_before, reply.level_cap) == (75, 75)
    assert reply.esprit.power > reply.power_before


def test_below_its_cap_no_limit_is_broken(player: Player, owned: Owned, game: GameConfig) -> None:
    player.remna, player.virelite = 10**6, 10**6
    refusal = refused(player, owned, game, taken(2, 9))
    assert isinstance(refusal, NotAtCap)
    assert refusal.level_cap == 10
    asked = GetLimitBreak(player_id=7, esprit="2")
    assert isinstance(player.limit_break_offer(asked, owned, config=game), NotAtCap)


def test_five_breaks_are_all_there_are(player: Player, game: GameConfig) -> None:
    player.remna, player.virelite = 10**9, 10**9
    owned = collection(esprit(1, "emberwick", level=10))
    for breaks in range(5):
        owned[1].level = owned[1].level_cap(player.level, game)
        assert broken(player, owned, game, taken(1, owned[1].level, breaks)).esprit.limit_breaks == breaks + 1
    owned[1].level = owned[1].level_cap(player.level, game)
    assert owned[1].level == 35
    assert isinstance(refused(player, owned, game, taken(1, 35, 5)), NoBreaksLeft)
    most = replace(game, esprit=replace(game.esprit, limit_breaks_max=0))
    asked = GetLimitBreak(player_id=7, esprit="1")
    assert isinstance(player.limit_break_offer(asked, owned, config=most), NoBreaksLeft)


def test_whichever_currency_is_short_nothing_is_paid(player: Player, owned: Owned, game: GameConfig) -> None:
    player.remna, player.virelite = 239, 600
    assert refused(player, owned, game, taken(1, 10)) == NotEnough(currency="remna", required=240, held=239)
    player.remna, player.virelite = 240, 599
    assert refused(player, owned, game, taken(1, 10)) == NotEnough(
        currency="virelite", required=600, held=599
    )


def test_an_esprit_that_is_not_what_was_offered_keeps_its_limit(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    player.remna, player.virelite = 10**6, 10**6
    assert isinstance(refused(player, owned, game, taken(1, 10, 1)), OfferOutdated)
    assert isinstance(refused(player, owned, game, taken(1, 9)), OfferOutdated)
    assert refused(player, owned, game, taken(9, 10)) == UnknownEsprit(esprit_id=9)


def test_nothing_is_offered_for_a_name_that_is_nobodys(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    asked = GetLimitBreak(player_id=7, esprit="Nobody")
    assert isinstance(player.limit_break_offer(asked, owned, config=game), UnclearEsprit)
