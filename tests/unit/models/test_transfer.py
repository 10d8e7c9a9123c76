from datetime import datetime

import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.database.models.transfer import Exchange
from faye.messages.refusals import BalanceFull, InvalidAmount, NotEnough, UnknownPlayer
from faye.messages.transfer import SamePlayer
from tests.unit.models.rules import nothing_changes, refusal_of


@pytest.fixture
def receiver(now: datetime) -> Player:
    return Player(id=8, started_at=now, faylen=5)


def test_what_one_loses_the_other_gains(player: Player, receiver: Player, game: GameConfig) -> None:
    player.faylen = 100
    exchange = player.transfer(receiver, 40, config=game.player)
    assert isinstance(exchange, Exchange)
    assert (player.faylen, receiver.faylen) == (60, 45)
    assert (exchange.giver.delta, exchange.giver.balance, exchange.giver.subject) == (-40, 60, "8")
    assert (exchange.receiver.delta, exchange.receiver.balance, exchange.receiver.subject) == (40, 45, "7")


@pytest.mark.parametrize("amount", [0, -5, 10**9 + 1])
def test_an_amount_out_of_range_is_refused(
    player: Player, receiver: Player, game: GameConfig, amount: int
) -> None:
    player.faylen = 10**10
    refusal = refusal_of(player, lambda: player.transfer(receiver, amount, config=game.player))
    assert refusal == InvalidAmount(given=amount, least=1, most=10**9)


def test_nothing_goes_to_oneself_or_to_strangers(player: Player, game: GameConfig) -> None:
    player.faylen = 100
    for other, answer in ((None, UnknownPlayer()), (Player(id=9), UnknownPlayer()), (player, SamePlayer())):
        assert refusal_of(player, lambda o=other: player.transfer(o, 1, config=game.player)) == answer


def test_neither_side_changes_when_either_cannot(player: Player, receiver: Player, game: GameConfig) -> None:
    player.faylen = 3
    with nothing_changes(receiver):
        refusal = refusal_of(player, lambda: player.transfer(receiver, 4, config=game.player))
        assert refusal == NotEnough(currency="faylen", required=4, held=3)
    receiver.faylen = BALANCE_MAX
    with nothing_changes(receiver):
        refusal = refusal_of(player, lambda: player.transfer(receiver, 3, config=game.player))
        assert refusal == BalanceFull(currency="faylen", held=BALANCE_MAX, most=BALANCE_MAX)
