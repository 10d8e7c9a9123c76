"""Checks that hold for every rule, and shorthand for Esprits."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from faye.database.models.esprit import Esprit
from faye.database.models.outcome import ADMIN, ESPRIT, FIGHT, Outcome
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
    answer = answer_of(player, rule, owned=owned)
    assert isinstance(answer, Refusal), answer
    return answer


def outcome_of(
    player: Player, rule: Callable[[], Any], *, owned: int | Mapping[int, Esprit] = 0
) -> Outcome[Any]:
    """The outcome of `rule`, whose postings must tell exactly what became of balances and Esprits.

    `owned` is the collection before it; its size is enough where the rule changes and loses none of it.
    """
    answer = answer_of(player, rule, owned=owned)
    assert isinstance(answer, Outcome), answer
    return answer


def answer_of(
    player: Player, rule: Callable[[], Any], *, owned: int | Mapping[int, Esprit] | None = 0
) -> Outcome[Any] | Refusal:
    """The outcome or the refusal of `rule`, whichever it is, with what must hold of it."""
    row, collected = player.model_dump(), owned if isinstance(owned, Mapping) else {}
    before = {one.id: one.model_dump() for one in collected.values()}
    size = owned if isinstance(owned, int) else len(before)
    answer = rule()
    if isinstance(answer, Refusal):
        assert player.model_dump() == row
        assert {one.id: one.model_dump() for one in collected.values()} == before
        return answer
    assert isinstance(answer, Outcome), answer
    _check_postings(answer, player, row, size, before)
    assert all(one.player_id == player.id for one in answer.gained)
    really = {one.id for one in collected.values() if one.model_dump() != before[one.id]}
    assert really <= {one.id for one in answer.changed}, "an Esprit changed and nobody will write it"
    return answer


def _check_postings(
    answer: Outcome[Any], player: Player, row: Mapping[str, Any], size: int, before: Mapping[int, Any]
) -> None:
    assert answer.postings, "an effect without a ledger line"
    balances = {currency: row[currency] for currency in player.BALANCES} | {ESPRIT: size, ADMIN: 0}
    balances[FIGHT] = int(row["fight"] is not None)
    species = {one.id: one.species for one in answer.gained}
    species |= {esprit_id: one["species"] for esprit_id, one in before.items()}
    told: dict[int, list[int]] = {-1: [], 0: [], 1: []}
    for posting in answer.postings:
        balances[posting.asset] += posting.delta
        assert posting.balance == balances[posting.asset]
        if posting.asset == ESPRIT:
            assert posting.esprit_id is not None
            assert posting.subject == species[posting.esprit_id]
            told[posting.delta].append(posting.esprit_id)
        elif posting.asset != FIGHT:
            assert (posting.delta == 0) == (posting.asset == ADMIN)
    assert told[1] == [one.id for one in answer.gained]
    assert told[-1] == list(answer.lost)
    assert {one.id for one in answer.changed} <= set(told[0])
    assert balances[FIGHT] == int(player.fight is not None)
    assert {c: balances[c] for c in player.BALANCES} == {c: player.balance(c) for c in player.BALANCES}


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
