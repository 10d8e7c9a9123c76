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
def nothing_changes(player: Player, owned: Mapping[int, Esprit] | None = None) -> Iterator[None]:
    """Fails if the player's row, or one of the Esprits, is another one afterwards."""
    before = player.model_dump(), _dumped(owned)
    yield
    assert (player.model_dump(), _dumped(owned)) == before


def _dumped(owned: Mapping[int, Esprit] | None) -> list[dict[str, Any]]:
    return [one.model_dump() for one in (owned or {}).values()]


def refusal_of(
    player: Player, rule: Callable[[], Any], *, owned: Mapping[int, Esprit] | None = None
) -> Refusal:
    """The refusal that `rule` gives, which must leave the player and the Esprits as they were."""
    with nothing_changes(player, owned):
        answer = rule()
    assert isinstance(answer, Refusal), answer
    return answer


def outcome_of(
    player: Player, rule: Callable[[], Any], *, owned: int | Mapping[int, Esprit] = 0
) -> Outcome[Any]:
    """The outcome of `rule`, whose postings must tell exactly what became of balances and Esprits.

    `owned` is the collection before it; its size is enough where the rule changes and loses none of it.
    """
    balances = {currency: player.balance(currency) for currency in player.BALANCES}
    before = {} if isinstance(owned, int) else {one.id: one.model_dump() for one in owned.values()}
    answer = rule()
    assert isinstance(answer, Outcome), answer
    assert answer.postings, "an effect without a ledger line"
    balances[ESPRIT] = owned if isinstance(owned, int) else len(before)
    told: list[tuple[int, int | None]] = []
    species = {one.id: one.species for one in answer.gained}
    species |= {esprit_id: one["species"] for esprit_id, one in before.items()}
    for posting in answer.postings:
        balances[posting.asset] += posting.delta
        assert posting.balance == balances[posting.asset]
        if posting.asset == ESPRIT:
            assert posting.esprit_id is not None
            assert posting.subject == species[posting.esprit_id]
            told.append((posting.delta, posting.esprit_id))
        else:
            assert posting.delta != 0
    assert [esprit_id for delta, esprit_id in told if delta == 1] == [one.id for one in answer.gained]
    assert [esprit_id for delta, esprit_id in told if delta == -1] == list(answer.lost)
    assert {one.id for one in answer.changed} <= {esprit_id for delta, esprit_id in told if delta == 0}
    assert all(one.player_id == player.id for one in answer.gained)
    if not isinstance(owned, int):
        really = {one.id for one in owned.values() if one.model_dump() != before[one.id]}
        assert really == {one.id for one in answer.changed}, "an Esprit changed and nobody will write it"
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
