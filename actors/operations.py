"""What operators ask of a grain and what needs more than its memory: other players' keys, the ledger, what is in force.

The grain is by itself meanwhile. What is decided is decided over the locked row, and only if that is still the
version in memory: so what was read of the ledger before is all that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from actors.executor import first_reply
from actors.grain import PlayerGrain
from actors.mailbox import Job
from actors.reads import replied
from actors.store import Decided, Past, RuleFailed, Store, StoreUnavailable, Write
from actors.unit_of_work import record_effect
from actors.wire import Answer
from faye.config import GameConfig
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.database.models.refund import PastDeed
from faye.messages import Reply
from faye.messages.admin import (
    DecidedFound,
    GetDecided,
    InspectPlayer,
    NothingFound,
    PreviewRefund,
    PutInForce,
    Refund,
)
from faye.messages.codec import decode_reply
from faye.messages.history import GetHistory, HistoryEntry
from faye.messages.refusals import NotStarted
from faye.utils.clock import Clock, at

Made: TypeAlias = Outcome[Any] | Reply


LINES_SHOWN: Final = 20
INT64: Final = 2**63


async def run_operation(
    store: Store, grain: PlayerGrain, job: Job, config: GameConfig, clock: Clock
) -> Answer:
    """Answer an operator's request; raises as `run_alone` does."""
    player = grain.player
    assert player is not None, "only an activated grain runs jobs"
    match job.request:
        case GetDecided() as query:
            return replied(await _found(store, query.key), player.version)
        case PutInForce() as command:
            return await _put_in_force(store, grain, job, command, config, clock)
        case Refund() as command:
            return await _refund(store, grain, job, command, config, clock)
        case InspectPlayer() as query if player.has_started:
            limit = min(max(query.recent, 0), LINES_SHOWN)
            page = await store.history(GetHistory(player_id=player.id, limit=limit))
            now = at(clock.time_ms())
            return replied(
                player.inspect(grain.esprits, page.entries, now=now, config=config), player.version
            )
        case PreviewRefund() as query if player.has_started:
            past = _deed_of(player, await _past(store, query.key))
            made = past and player.preview_refund(query.key, past, grain.esprits, config=config)
            return replied(made or NothingFound(), player.version)
        case _:
            return replied(NotStarted(), player.version)


async def _put_in_force(
    store: Store, grain: PlayerGrain, job: Job, command: PutInForce, config: GameConfig, clock: Clock
) -> Answer:
    def rule(player: Player) -> Made:
        return player.put_in_force(command, in_force_id=config.id)

    swap = command.config_id if command.known_id == config.id else None
    return await _decide_locked(store, grain, job, rule, config, clock, put_in_force=swap)


async def _refund(
    store: Store, grain: PlayerGrain, job: Job, command: Refund, config: GameConfig, clock: Clock
) -> Answer:
    assert grain.player is not None, "only an activated grain runs jobs"
    past, esprits = _deed_of(grain.player, await _past(store, command.key)), dict(grain.esprits)

    def rule(player: Player) -> Made:
        if not player.has_started:
            return NotStarted()
        return player.refund(command, past, esprits, config=config) if past else NothingFound()

    return await _decide_locked(store, grain, job, rule, config, clock)


async def _past(store: Store, key: int) -> Past | None:
    return await store.past(key) if -INT64 < key < INT64 else None


async def _found(store: Store, key: int) -> Reply:
    past = await _past(store, key)
    if past is None:
        return NothingFound()
    return DecidedFound(
        key=key,
        owner_id=past.decided.player_id,
        reply=past.decided.reply,
        lines=[
            HistoryEntry(
                at(line.at_ms),
                line.posting.event,
                line.posting.asset,
                line.posting.delta,
                line.posting.balance,
                line.version,
                line.n,
                line.posting.subject,
                line.key,
            )
            for line in past.lines[:LINES_SHOWN]
        ],
        lines_total=len(past.lines),
        refunded_at=None if past.refunded_at_ms is None else at(past.refunded_at_ms),
    )


def _deed_of(player: Player, past: Past | None) -> PastDeed | None:
    """What the player's own command did; None if the key is somebody else's or nobody's."""
    if past is None or past.decided.player_id != player.id:
        return None
    postings = [line.posting for line in past.lines]
    return PastDeed(decode_reply(past.decided.reply), postings, past.refunded_at_ms is not None)


async def _decide_locked(
    store: Store,
    grain: PlayerGrain,
    job: Job,
    rule: Callable[[Player], Made],
    config: GameConfig,
    clock: Clock,
    *,
    put_in_force: int | None = None,
) -> Answer:
    """Decide over the locked row; the grain's activation is dropped whatever comes of it."""
    assert grain.player is not None, "only an activated grain runs jobs"
    known = grain.player.version
    answers: list[Answer] = []

    def decide(players: Mapping[int, Player]) -> Sequence[Write]:
        exists = grain.id in players
        player = players.get(grain.id) or Player(id=grain.id)
        if player.version != known:
            raise StoreUnavailable("somebody else wrote this player meanwhile")
        write = Write(player, known, exists, known)
        try:
            made = rule(player)
        except Exception as error:
            raise RuleFailed(type(job.request).__name__) from error
        if isinstance(made, Outcome):
            record_effect(write, made, key=job.token, seed=None, at_ms=clock.time_ms())
            made = made.reply
        answers[:] = [replied(made, player.version)]
        write.decided.append(Decided(job.token, player.id, job.digest, answers[0].reply))
        return [write]

    grain.deactivate()
    stood = await store.exchange([grain.id], job.token, decide, config.id, put_in_force=put_in_force)
    return first_reply(job, stood) if stood is not None else answers[0]
