from collections.abc import Mapping
from typing import Any

import pytest

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome, Posting
from faye.database.models.player import Player
from faye.database.models.refund import PastDeed, is_refund_of
from faye.messages import Refusal, Reply
from faye.messages.admin import (
    Administered,
    AlreadyRefunded,
    Change,
    DeedPreview,
    NotRefundable,
    Refund,
    Undo,
)
from faye.messages.craft import Crafted
from faye.messages.limit_break import BreakLimit
from faye.messages.refusals import NotEnough, NotStarted, UnknownEsprit
from faye.messages.upgrade import UpgradeEsprit
from faye.utils.rng import Rng
from tests.unit.models.rules import collection, esprit, nothing_changes, outcome_of, refusal_of

KEY = 77
CRAFTED = Crafted(crafted=1, shards_spent=10, fayrites=1, fayrite_shards=0)


def refund_of(player: Player, past: PastDeed, game: GameConfig, owned: Mapping[int, Esprit]) -> Any:
    command = Refund(player_id=7, idempotency_key=2, admin_id=4242, reason="a bug", key=KEY)
    return lambda: player.refund(command, past, owned, config=game)


def refunded(
    player: Player, made: Outcome[Any], game: GameConfig, owned: Mapping[int, Esprit]
) -> Outcome[Any]:
    """What refunding an outcome changes, which is what was shown before."""
    past = PastDeed(made.reply, made.postings, is_refunded=False)
    with nothing_changes(player, owned):
        shown = player.preview_refund(KEY, past, owned, config=game)
    undone = outcome_of(player, refund_of(player, past, game, owned), owned=owned)
    assert isinstance(undone.reply, Administered)
    assert undone.reply.deed == Undo(KEY)
    assert isinstance(shown, DeedPreview)
    assert shown.changes == undone.reply.changes
    assert is_refund_of(undone.postings[0], KEY)
    assert not is_refund_of(undone.postings[0], 7)
    return undone


def refused(
    player: Player,
    reply: Reply,
    postings: list[Posting],
    game: GameConfig,
    owned: Any = None,
    again: bool = False,
) -> Refusal:
    past = PastDeed(reply, postings, again)
    return refusal_of(player, refund_of(player, past, game, owned or {}), owned=owned or {})


def test_what_was_crafted_becomes_shards_again(player: Player, game: GameConfig) -> None:
    player.fayrite_shards = 50
    made = outcome_of(player, lambda: player.craft(3, config=game.craft))
    undone = refunded(player, made, game, {})
    assert (player.fayrite_shards, player.fayrites) == (50, 0)
    assert undone.reply.changes == [Change("fayrite_shards", 20, 50), Change("fayrites", 3, 0)]


def test_whoever_has_spent_it_keeps_all(player: Player, game: GameConfig) -> None:
    player.fayrite_shards = 50
    made = outcome_of(player, lambda: player.craft(3, config=game.craft))
    player.fayrites = 2
    refusal = refused(player, made.reply, list(made.postings), game)
    assert refusal == NotEnough(currency="fayrites", required=3, held=2)


@pytest.fixture
def summoned(player: Player, game: GameConfig) -> tuple[Outcome[Any], dict[int, Esprit]]:
    """A ten-pull, and the collection after it."""
    player.fayrites, player.leader_id = 10, 1
    owned = dict(collection(esprit(1, "emberwick")))

    def summon() -> Any:
        return player.summon("standard", 10, esprits=owned, now=owned[1].gained_at, rng=Rng(1), config=game)

    made = outcome_of(player, summon, owned=owned)
    return made, owned | {one.id: one for one in made.gained}


def test_a_summon_is_paid_back_and_its_esprits_go(
    player: Player, game: GameConfig, summoned: tuple[Outcome[Any], dict[int, Esprit]]
) -> None:
    made, owned = summoned
    player.support1_id = made.gained[0].id
    undone = refunded(player, made, game, owned)
    assert player.fayrites == 10
    assert {one.id for one in made.gained} == set(undone.lost)
    assert player.team_ids == (1,)


def test_one_esprit_that_is_gone_leaves_all_where_it_is(
    player: Player, game: GameConfig, summoned: tuple[Outcome[Any], dict[int, Esprit]]
) -> None:
    made, owned = summoned
    gone = owned.pop(made.gained[3].id)
    assert refused(player, made.reply, list(made.postings), game, owned) == UnknownEsprit(esprit_id=gone.id)


def test_training_is_undone_while_the_esprit_is_what_it_then_became(player: Player, game: GameConfig) -> None:
    player.virelite = 1_000
    owned = collection(esprit(1, "emberwick", level=2))
    command = UpgradeEsprit(player_id=7, idempotency_key=1, esprit="1", levels=3)
    made = outcome_of(player, lambda: player.upgrade(command, owned, config=game), owned=owned)
    refunded(player, made, game, owned)
    assert (owned[1].level, player.virelite) == (2, 1_000)
    owned[1].level = 9
    assert refused(player, made.reply, list(made.postings), game, owned) == NotRefundable(why="changed")


def test_a_limit_break_is_undone(player: Player, game: GameConfig) -> None:
    player.virelite = player.remna = 10_000
    owned = collection(esprit(1, "emberwick", level=10))
    command = BreakLimit(player_id=7, idempotency_key=1, esprit_id=1, level=10, limit_breaks=0)
    made = outcome_of(player, lambda: player.break_limit(command, owned, config=game), owned=owned)
    refunded(player, made, game, owned)
    assert (owned[1].limit_breaks, player.virelite, player.remna) == (0, 10_000, 10_000)


def test_nothing_is_refunded_twice(player: Player, game: GameConfig) -> None:
    posting = Posting("craft", "fayrites", 1, 1)
    assert refused(player, CRAFTED, [posting], game, again=True) == AlreadyRefunded()


@pytest.mark.parametrize(
    ("reply", "posting", "why"),
    [
        (NotStarted(), None, "refused"),
        (CRAFTED, Posting("transfer.give", "faylen", -5, 5, None, "8"), "gift"),
        (CRAFTED, Posting("start", "faylen", 500, 500), "start"),
        (CRAFTED, Posting("fight", "fight", 1, 1), "fight"),
        (CRAFTED, Posting("admin.give", "admin", 0, 0, None, "1 x"), "operator"),
        (CRAFTED, Posting("dissolve", "esprit", -1, 0, 5, "emberwick"), "esprits"),
        (CRAFTED, Posting("lock", "esprit", 0, 1, 5, "emberwick"), "changed"),
    ],
)
def test_what_lines_alone_cannot_undo_is_refused(
    player: Player, game: GameConfig, reply: Reply, posting: Posting | None, why: Any
) -> None:
    player.faylen = 500
    postings = [posting] if posting else []
    assert refused(player, reply, postings, game) == NotRefundable(why=why)
