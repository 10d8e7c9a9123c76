import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages.craft import Crafted
from faye.messages.refusals import BalanceFull, InvalidAmount, NotEnough
from tests.unit.models.rules import outcome_of, refusal_of


def test_ten_shards_make_a_fayrite(player: Player, game: GameConfig) -> None:
    player.fayrite_shards = 95
    reply = outcome_of(player, lambda: player.craft(9, config=game.craft)).reply
    assert reply == Crafted(crafted=9, shards_spent=90, fayrites=9, fayrite_shards=5)


@pytest.mark.parametrize("amount", [0, -1, 1_000_001, -(10**30), 10**30])
def test_an_amount_out_of_range_is_refused(player: Player, game: GameConfig, amount: int) -> None:
    player.fayrite_shards = 10**9
    refusal = refusal_of(player, lambda: player.craft(amount, config=game.craft))
    assert refusal == InvalidAmount(given=amount, least=1, most=1_000_000)


def test_nobody_crafts_from_shards_they_lack(player: Player, game: GameConfig) -> None:
    player.fayrite_shards = 19
    refusal = refusal_of(player, lambda: player.craft(2, config=game.craft))
    assert refusal == NotEnough(currency="fayrite_shards", required=20, held=19)


def test_fayrites_do_not_grow_beyond_their_ceiling(player: Player, game: GameConfig) -> None:
    player.fayrite_shards, player.fayrites = 100, BALANCE_MAX
    refusal = refusal_of(player, lambda: player.craft(1, config=game.craft))
    assert refusal == BalanceFull(currency="fayrites", held=BALANCE_MAX, most=BALANCE_MAX)
