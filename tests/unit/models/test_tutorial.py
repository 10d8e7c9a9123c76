import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages import Reply
from faye.messages.craft import Crafted
from faye.messages.team import TeamChanged
from faye.messages.tutorial import STEPS, NothingToCollect, TutorialCollected
from tests.unit.cogs.samples import DAILY, summoned
from tests.unit.cogs.samples_of_fights import OUT, PLAYED, WON
from tests.unit.models.rules import outcome_of, refusal_of

LOST = PLAYED


def test_nothing_is_done_at_first(player: Player, game: GameConfig) -> None:
    steps = player.tutorial_steps(config=game.tutorial).steps
    assert {step.step for step in steps} == set(STEPS)
    assert not any(step.is_done or step.is_collected for step in steps)
    refusal = refusal_of(player, lambda: player.collect_tutorial(config=game.tutorial))
    assert refusal == NothingToCollect(steps=steps)


@pytest.mark.parametrize(
    ("reply", "step"),
    [
        (DAILY, "daily"),
        (summoned(1), "summon"),
        (TeamChanged(members={}, power=1, power_before=0), "team"),
        (OUT, "explore"),
        (type(PLAYED)(fight=PLAYED.fight, beats=[], end=WON), "win"),
        (PLAYED, None),
        (Crafted(crafted=1, shards_spent=10, fayrites=1, fayrite_shards=0), None),
    ],
)
def test_a_step_is_taken_by_what_was_done(
    player: Player, game: GameConfig, reply: Reply, step: str | None
) -> None:
    player.take_step(reply)
    steps = player.tutorial_steps(config=game.tutorial).steps
    assert [each.step for each in steps if each.is_done] == ([step] if step else [])


def test_each_step_is_rewarded_once(player: Player, game: GameConfig) -> None:
    player.take_step(DAILY)
    player.take_step(OUT)
    reply = outcome_of(player, lambda: player.collect_tutorial(config=game.tutorial)).reply
    assert isinstance(reply, TutorialCollected)
    rewards = game.tutorial.steps
    assert reply.paid == {**rewards["daily"], **rewards["explore"]}
    assert {each.step for each in reply.steps if each.is_collected} == {"daily", "explore"}
    player.take_step(DAILY)
    refusal_of(player, lambda: player.collect_tutorial(config=game.tutorial))
    player.take_step(summoned(1))
    again = outcome_of(player, lambda: player.collect_tutorial(config=game.tutorial)).reply
    assert again.paid == rewards["summon"]


def test_rewards_wait_for_a_purse_with_room(player: Player, game: GameConfig) -> None:
    player.take_step(DAILY)
    for currency in player.BALANCES:
        setattr(player, currency, BALANCE_MAX)
    refusal_of(player, lambda: player.collect_tutorial(config=game.tutorial))
    player.virelite = 0
    outcome_of(player, lambda: player.collect_tutorial(config=game.tutorial))
