from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.database.models.player_row import BALANCE_MAX
from faye.messages import Refusal
from faye.messages.admin import (
    Administer,
    Administered,
    Change,
    Deed,
    DeedPreview,
    FightGoesOn,
    Figure,
    GiveCurrency,
    GiveEsprits,
    LastEsprit,
    LiftSuspension,
    NoteUse,
    NothingToDo,
    ResetPlayer,
    SetFigure,
    Suspend,
    TakeCurrency,
    TakeEsprit,
    UnknownThing,
    ValueNotAllowed,
)
from faye.messages.refusals import BalanceFull, InvalidAmount, NotEnough, Suspended, UnknownEsprit
from faye.utils.rng import Rng
from tests.unit.models.rules import collection, esprit, nothing_changes, outcome_of, refusal_of

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
ADMIN_ID = 4242
OWNED = collection(esprit(1, "emberwick", level=9), esprit(2, "emberwick"), esprit(3, "emberwick", level=4))


def rule(player: Player, deed: Deed, game: GameConfig, owned: Any = None) -> Any:
    command = Administer(
        player_id=player.id, idempotency_key=1, admin_id=ADMIN_ID, reason="a good reason", deed=deed
    )
    return lambda: player.administer(command, owned or {}, now=NOW, rng=Rng(3), config=game)


def done(player: Player, deed: Deed, game: GameConfig, owned: Any = None) -> Administered:
    """What the deed did; its first line names who did it and why."""
    made = outcome_of(player, rule(player, deed, game, owned), owned=owned or {})
    line = made.postings[0]
    assert line.event.startswith("admin.")
    assert (line.asset, line.delta, line.balance) == ("admin", 0, 0)
    assert line.subject.split()[0] == str(ADMIN_ID)
    assert line.subject.endswith("a good reason")
    assert isinstance(made.reply, Administered)
    return made.reply


def refused(player: Player, deed: Deed, game: GameConfig, owned: Any = None) -> Refusal:
    return refusal_of(player, rule(player, deed, game, owned), owned=owned or {})


def previewed(player: Player, deed: Deed, game: GameConfig, owned: Any = None) -> DeedPreview:
    with nothing_changes(player, owned):
        shown = player.preview_deed(deed, owned or {}, now=NOW, config=game)
    assert isinstance(shown, DeedPreview), shown
    return shown


def test_what_is_given_and_taken_stands_in_the_ledger(player: Player, game: GameConfig) -> None:
    player.faylen = 10
    assert done(player, GiveCurrency("faylen", 5), game).changes == [Change("faylen", 10, 15)]
    assert done(player, TakeCurrency("faylen", 15), game).changes == [Change("faylen", 15, 0)]
    assert refused(player, TakeCurrency("faylen", 1), game) == NotEnough(
        currency="faylen", required=1, held=0
    )


@pytest.mark.parametrize("amount", [0, -1, BALANCE_MAX + 1, 2**63 - 1])
def test_amounts_are_bounded(player: Player, game: GameConfig, amount: int) -> None:
    for deed in (GiveCurrency("faylen", amount), TakeCurrency("faylen", amount)):
        assert isinstance(refused(player, deed, game), InvalidAmount)


def test_a_purse_is_not_filled_beyond_its_ceiling(player: Player, game: GameConfig) -> None:
    player.remna = BALANCE_MAX
    assert isinstance(refused(player, GiveCurrency("remna", 1), game), BalanceFull)


@pytest.mark.parametrize("name", ["gold", "level", "", "id"])
def test_only_currencies_are_given_as_currencies(player: Player, game: GameConfig, name: str) -> None:
    assert refused(player, GiveCurrency(name, 1), game) == UnknownThing(name=name)
    assert refused(player, TakeCurrency(name, 1), game) == UnknownThing(name=name)


def test_esprits_are_given_at_a_level_with_ids_of_their_own(player: Player, game: GameConfig) -> None:
    made = outcome_of(player, rule(player, GiveEsprits("emberwick", 3, 7), game, OWNED), owned=OWNED)
    assert [one.level for one in made.gained] == [7, 7, 7]
    assert len({one.id for one in made.gained}) == 3
    assert made.reply.changes == [Change("esprit", 3, 6)]


@pytest.mark.parametrize("deed", [GiveEsprits("emberwick", 0), GiveEsprits("emberwick", 11)])
def test_how_many_and_how_high_is_bounded(player: Player, game: GameConfig, deed: GiveEsprits) -> None:
    assert isinstance(refused(player, deed, game), InvalidAmount)
    assert isinstance(refused(player, GiveEsprits("emberwick", 1, 76), game), InvalidAmount)
    assert refused(player, GiveEsprits("nobody", 1), game) == UnknownThing(name="nobody")


def test_the_one_esprit_that_was_meant_is_taken_even_out_of_the_team(
    player: Player, game: GameConfig
) -> None:
    player.leader_id, player.support1_id, player.support2_id = 1, 2, None
    assert previewed(player, TakeEsprit("1"), game, OWNED).deed == TakeEsprit("1")
    taken = done(player, TakeEsprit("1"), game, OWNED)
    assert [one.id for one in taken.esprits] == [1]
    assert player.team_ids == (2,), "the support leads"
    assert refused(player, TakeEsprit("99"), game, OWNED) == UnknownEsprit(esprit_id=99)


def test_without_a_support_the_most_powerful_who_is_left_leads(player: Player, game: GameConfig) -> None:
    player.leader_id = 1
    done(player, TakeEsprit("1"), game, OWNED)
    assert player.team_ids == (3,)


def test_somebody_always_leads(player: Player, game: GameConfig) -> None:
    player.leader_id = 1
    alone = collection(OWNED[1])
    assert refused(player, TakeEsprit("1"), game, alone) == LastEsprit()


def test_a_team_that_fights_is_left_alone(player: Player, game: GameConfig) -> None:
    player.leader_id, player.fight, player.fight_until = 1, "{}", NOW
    assert refused(player, TakeEsprit("1"), game, OWNED) == FightGoesOn(until=NOW)
    assert refused(player, ResetPlayer("everything"), game, OWNED) == FightGoesOn(until=NOW)
    done(player, TakeEsprit("2"), game, OWNED)


def test_a_trial_that_goes_on_lifts_the_cap_that_it_was_begun_at(player: Player, game: GameConfig) -> None:
    player.fight, player.fight_until = "{}", NOW
    assert refused(player, SetFigure("level_cap", 70), game) == FightGoesOn(until=NOW)


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("level", 7),
        ("level_cap", 30),
        ("xp", 50),
        ("energy", 3),
        ("pity_standard", 300),
        ("pity_premium", 99),
    ],
)
def test_a_figure_becomes_what_it_is_set_to(
    player: Player, game: GameConfig, figure: Figure, value: int
) -> None:
    before = getattr(player, figure)
    assert done(player, SetFigure(figure, value), game).changes[0] == Change(figure, before, value)
    assert getattr(player, figure) == value
    assert refused(player, SetFigure(figure, value), game) == NothingToDo()


@pytest.mark.parametrize(
    ("figure", "value"),
    [("level", 11), ("level", 0), ("xp", 101), ("energy", 101), ("pity_standard", 301), ("pity_premium", -1)],
)
def test_no_figure_leaves_its_bounds(player: Player, game: GameConfig, figure: Figure, value: int) -> None:
    assert isinstance(refused(player, SetFigure(figure, value), game), InvalidAmount)


@pytest.mark.parametrize("value", [0, 5, 15, 90])
def test_a_level_cap_is_one_that_a_trial_could_have_given(
    player: Player, game: GameConfig, value: int
) -> None:
    player.level, player.level_cap = 15, 20
    allowed = [20, 30, 40, 50, 60, 70, 80]
    assert refused(player, SetFigure("level_cap", value), game) == ValueNotAllowed(
        given=value, allowed=allowed
    )


def test_another_level_begins_without_experience(player: Player, game: GameConfig) -> None:
    player.level, player.xp = 3, 200
    changes = done(player, SetFigure("level", 2), game).changes
    assert changes == [Change("level", 3, 2), Change("xp", 200, 0)]


def test_cooldowns_are_over_and_the_streak_stays(player: Player, game: GameConfig) -> None:
    player.daily_claimed_at = player.daily_summoned_at = player.trial_at = NOW
    player.daily_streak = 5
    done(player, ResetPlayer("cooldowns"), game)
    assert (player.daily_claimed_at, player.daily_summoned_at, player.trial_at) == (None, None, None)
    assert player.daily_streak == 5
    assert refused(player, ResetPlayer("cooldowns"), game) == NothingToDo()


def test_whoever_is_reset_is_as_before_the_start_and_still_suspended(
    player: Player, game: GameConfig
) -> None:
    player.faylen, player.remna, player.level, player.xp, player.leader_id = 500, 1, 4, 9, 1
    player.suspended_until, player.suspended_for = NOW, "cheating"
    reset = done(player, ResetPlayer("everything"), game, OWNED)
    assert Change("faylen", 500, 0) in reset.changes
    assert Change("esprit", 3, 0) in reset.changes
    assert not player.has_started
    blank = Player(id=player.id, version=player.version, suspended_until=NOW, suspended_for="cheating")
    assert player.model_dump() == blank.model_dump()


def test_a_reset_is_the_same_however_memory_came_by_the_esprits(game: GameConfig) -> None:
    """A grain that was loaded has them in another order than one that saw them come."""
    postings = []
    for owned in (OWNED, dict(reversed(OWNED.items()))):
        somebody = Player(id=7, started_at=NOW, leader_id=next(iter(OWNED)))
        made = rule(somebody, ResetPlayer("everything"), game, owned)()
        postings.append(made.postings)
    assert postings[0] == postings[1]


def test_a_suspension_ends_by_itself_or_is_lifted(player: Player, game: GameConfig) -> None:
    until = NOW.replace(microsecond=0) + timedelta(hours=2)
    assert previewed(player, Suspend(120), game).until == until
    assert player.suspension(now=NOW) is None
    assert done(player, Suspend(120), game).until == until
    assert player.suspension(now=NOW) == Suspended(until=until, reason="a good reason")
    assert player.suspension(now=until) is None
    done(player, LiftSuspension(), game)
    assert player.suspension(now=NOW) is None
    assert refused(player, LiftSuspension(), game) == NothingToDo()


@pytest.mark.parametrize("minutes", [0, -5, 10**8])
def test_a_suspension_is_bounded(player: Player, game: GameConfig, minutes: int) -> None:
    assert isinstance(refused(player, Suspend(minutes), game), InvalidAmount)


@pytest.mark.parametrize(
    "deed",
    [
        GiveCurrency("faylen", 5),
        GiveEsprits("emberwick", 2),
        TakeEsprit("2"),
        SetFigure("energy", 3),
        ResetPlayer("everything"),
        Suspend(5),
    ],
)
def test_what_was_shown_is_what_is_done(player: Player, game: GameConfig, deed: Deed) -> None:
    player.leader_id = 1
    shown = previewed(player, deed, game, OWNED)
    made = done(player, deed, game, OWNED)
    assert (shown.changes, shown.deed, shown.until) == (made.changes, made.deed, made.until)


def test_a_look_is_a_line_and_nothing_else(player: Player, game: GameConfig) -> None:
    row = player.model_dump()
    note = NoteUse(player_id=7, idempotency_key=1, admin_id=ADMIN_ID, use="lookup", about="123")
    made = outcome_of(player, lambda: player.note_use(note))
    assert [(line.event, line.subject) for line in made.postings] == [("admin.lookup", "4242 123")]
    assert player.model_dump() == row
