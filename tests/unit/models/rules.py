"""Checks that hold for every rule, and shorthand for Esprits."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from faye.database.models.esprit import Esprit
from faye.database.models.outcome import ESPRIT, Outcome
from faye.database.models.player import Player
from faye.messages import Refusal

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def nothing_changes(player: Player) -> Iterator[None]:
    """Fails if the player's row is another one afterwards."""
    before = player.model_dump()
    yield
    assert player.model_dump() == before


def refusal_of(player: Player, rule: Callable[[], Any]) -> Refusal:
    """The refusal that `rule` gives, which must leave the player as they were."""
    with nothing_changes(player):
        answer = rule()
    assert isinstance(answer, Refusal), answer
    return answer


def outcome_of(player: Player, rule: Callable[[], Any], *, owned: int = 0) -> Outcome[Any]:
    """The outcome of `rule`, whose postings must tell exactly what became of balances and Esprits."""
    balances = {currency: player.balance(currency) for currency in player.BALANCES}
    answer = rule()
    assert isinstance(answer, Outcome), answer
    balances[ESPRIT] = owned
    grants = iter(answer.gained)
    for posting in answer.postings:
        assert posting.delta != 0
        balances[posting.asset] += posting.delta
        assert posting.balance == balances[posting.asset]
        if posting.asset == ESPRIT:
            esprit = next(grants)
            assert (posting.delta, posting.esprit_id, posting.subject) == (1, esprit.id, esprit.species)
            assert esprit.player_id == player.id
    assert next(grants, None) is None, "an Esprit was gained without a posting"
    del balances[ESPRIT]
    assert balances == {currency: player.balance(currency) for currency in player.BALANCES}
    return answer


def esprit(
    esprit_id: int, species: str, *, level: int = 1, limit_breaks: int = 0, gained_at: datetime = BEFORE
) -> Esprit:
    """An Esprit of player 7."""
    return Esprit(
        id=esprit_id,
        player_id=7,
        species=species,
        level=level,
        limit_breaks=limit_breaks,
        gained_at=gained_at,
    )


def collection(*esprits: Esprit) -> Mapping[int, Esprit]:
    """Esprits by esprit_id, as the engine hands them to a rule."""
    return {one.id: one for one in esprits}
