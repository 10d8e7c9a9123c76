from collections.abc import Mapping

import pytest

from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.messages import Refusal
from faye.messages.refusals import UnclearEsprit, UnknownEsprit
from faye.messages.team import LeaderNeeded, SetTeam, TeamChanged, TeamSlot, TeamUnchanged
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of

Owned = Mapping[int, Esprit]


@pytest.fixture
def owned() -> Owned:
    return collection(
        esprit(1, "emberwick"),
        esprit(2, "pippet", level=5),
        esprit(3, "flintfox"),
        esprit(4, "pippet", level=5),
    )


@pytest.fixture
def player(player: Player) -> Player:
    player.leader_id = 1
    return player


def asked(slot: TeamSlot, text: str | None) -> SetTeam:
    return SetTeam(player_id=7, idempotency_key=1, slot=slot, esprit=text)


def changed(
    player: Player, owned: Owned, game: GameConfig, slot: TeamSlot, text: str | None
) -> tuple[TeamChanged, list[tuple[str, int | None]]]:
    made = outcome_of(player, lambda: player.set_team(asked(slot, text), owned, config=game), owned=owned)
    return made.reply, [(posting.event, posting.esprit_id) for posting in made.postings]


def refused(player: Player, owned: Owned, game: GameConfig, slot: TeamSlot, text: str | None) -> Refusal:
    return refusal_of(player, lambda: player.set_team(asked(slot, text), owned, config=game), owned=owned)


def ids(player: Player) -> tuple[int | None, ...]:
    return player.leader_id, player.support1_id, player.support2_id


def test_a_slot_is_given_taken_over_and_emptied(player: Player, owned: Owned, game: GameConfig) -> None:
    reply, lines = changed(player, owned, game, "support1", "2")
    assert (ids(player), lines) == ((1, 2, None), [("team.support1", 2)])
    assert reply.power == owned[1].power(game) + owned[2].power(game)
    assert reply.power_before == owned[1].power(game)
    assert all(view.in_team for view in reply.members.values())
    _, lines = changed(player, owned, game, "support1", "flint")
    assert (ids(player), lines) == ((1, 3, None), [("team.support1", 3), ("team.leave", 2)])
    _, lines = changed(player, owned, game, "support1", None)
    assert (ids(player), lines) == ((1, None, None), [("team.leave", 3)])


def test_somebody_from_another_slot_changes_places(player: Player, owned: Owned, game: GameConfig) -> None:
    player.support1_id, player.support2_id = 2, 3
    _, lines = changed(player, owned, game, "leader", "3")
    assert (ids(player), lines) == ((3, 2, 1), [("team.leader", 3), ("team.support2", 1)])


def test_a_team_is_never_without_a_leader(player: Player, owned: Owned, game: GameConfig) -> None:
    assert refused(player, owned, game, "leader", None) == LeaderNeeded()
    assert refused(player, owned, game, "support2", "1") == LeaderNeeded()


def test_what_is_so_already_is_refused(player: Player, owned: Owned, game: GameConfig) -> None:
    assert refused(player, owned, game, "leader", "1") == TeamUnchanged()
    assert refused(player, owned, game, "support2", None) == TeamUnchanged()


def test_only_ones_own_esprits_join(player: Player, owned: Owned, game: GameConfig) -> None:
    assert refused(player, owned, game, "support1", "99") == UnknownEsprit(esprit_id=99)
    assert isinstance(refused(player, owned, game, "support1", "pippet"), UnclearEsprit)


def test_the_best_team_is_the_three_most_powerful_and_of_equals_the_older(
    player: Player, owned: Owned, game: GameConfig
) -> None:
    made = outcome_of(player, lambda: player.optimize_team(owned, config=game), owned=owned)
    order = sorted(owned, key=lambda each: (-owned[each].power(game), each))
    assert list(ids(player)) == order[:3]
    assert made.reply.power == sum(owned[each].power(game) for each in order[:3])
    again = refusal_of(player, lambda: player.optimize_team(owned, config=game), owned=owned)
    assert again == TeamUnchanged()


@pytest.mark.parametrize("size", [1, 2])
def test_a_small_collection_leaves_slots_empty(player: Player, game: GameConfig, size: int) -> None:
    owned = collection(*(esprit(each, "pippet") for each in range(2, 2 + size)))
    player.leader_id = None
    outcome_of(player, lambda: player.optimize_team(owned, config=game), owned=owned)
    assert ids(player) == tuple([2, 3, None][:size] + [None] * (3 - size))
    assert set(player.team(owned, config=game).members) == {"leader", "support1"} - (
        {"support1"} if size == 1 else set()
    )


def test_nobody_leads_where_there_is_nobody(player: Player, game: GameConfig) -> None:
    assert refusal_of(player, lambda: player.optimize_team({}, config=game)) == LeaderNeeded()
