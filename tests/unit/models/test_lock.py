import pytest

from faye.config import GameConfig
from faye.database.models.player import Player
from faye.messages.lock import AlreadyLocked, LockEsprit
from faye.messages.refusals import UnclearEsprit
from tests.unit.models.rules import collection, esprit, outcome_of, refusal_of


def asked(text: str, *, locked: bool) -> LockEsprit:
    return LockEsprit(player_id=7, idempotency_key=1, esprit=text, locked=locked)


@pytest.mark.parametrize("locked", [True, False])
def test_a_lock_is_set_and_taken_away_once(player: Player, game: GameConfig, locked: bool) -> None:
    owned = collection(esprit(1, "emberwick"))
    owned[1].locked = not locked
    command = asked("1", locked=locked)
    made = outcome_of(player, lambda: player.lock_esprit(command, owned, config=game), owned=owned)
    assert made.reply.esprit.locked is owned[1].locked is locked
    assert [posting.event for posting in made.postings] == ["lock" if locked else "unlock"]
    refusal = refusal_of(player, lambda: player.lock_esprit(command, owned, config=game), owned=owned)
    assert isinstance(refusal, AlreadyLocked)
    assert refusal.esprit.locked is locked


def test_nobody_locks_what_they_do_not_own(player: Player, game: GameConfig) -> None:
    command = asked("pippet", locked=True)
    refusal = refusal_of(player, lambda: player.lock_esprit(command, {}, config=game))
    assert refusal == UnclearEsprit(text="pippet", esprits=[])
