import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.messages.compare import CompareEsprits, EspritComparison, SameEsprit
from faye.messages.refusals import UnclearEsprit, UnknownEsprit
from tests.unit.models.rules import collection, esprit, nothing_changes

OWNED = collection(esprit(1, "emberwick", level=9), esprit(2, "pippet"), esprit(3, "pippet"))


def asked(first: str, second: str) -> CompareEsprits:
    return CompareEsprits(player_id=7, first=first, second=second)


def test_both_stand_in_the_order_asked_for_with_their_own_stats(player: Player, game: GameConfig) -> None:
    with nothing_changes(player, OWNED):
        made = player.compare(asked("3", "ember"), OWNED, config=game)
    assert isinstance(made, EspritComparison)
    assert (made.first.esprit.id, made.second.esprit.id) == (3, 1)
    assert made.second.stats == OWNED[1].stats(game)
    assert made.first.level_cap == 10


@pytest.mark.parametrize("names", [("emberwick", "1"), ("1", "1")])
def test_an_esprit_is_not_compared_with_itself(
    player: Player, game: GameConfig, names: tuple[str, str]
) -> None:
    assert isinstance(player.compare(asked(*names), OWNED, config=game), SameEsprit)


def test_what_is_not_ones_own_or_not_clear_is_refused(player: Player, game: GameConfig) -> None:
    assert player.compare(asked("1", "9"), OWNED, config=game) == UnknownEsprit(esprit_id=9)
    assert isinstance(player.compare(asked("pippet", "1"), OWNED, config=game), UnclearEsprit)
