"""Requests that a grain does not decide from its own memory: two grains at once, and the ledger.

A grain never calls another and waits. A two-grain command is one database transaction over both rows, locked
in id order, decided over what the locks protect; both activations notice by the version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actors.executor import first_reply
from actors.grain import PlayerGrain
from actors.mailbox import Job
from actors.operations import run_operation
from actors.reads import replied
from actors.store import Decided, Line, RuleFailed, Store, Write
from actors.wire import Answer
from faye.config import GameConfig
from faye.database.models.outcome import Posting
from faye.database.models.player import Player
from faye.database.models.transfer import Exchange
from faye.messages import Refusal, Reply
from faye.messages.admin import OPERATIONS
from faye.messages.history import GetHistory
from faye.messages.refusals import NotStarted
from faye.messages.transfer import Transfer, Transferred
from faye.utils.clock import Clock, at


async def run_alone(store: Store, grain: PlayerGrain, job: Job, config: GameConfig, clock: Clock) -> Answer:
    """Answer a job that needs the database itself; raises `DataRefused` or `StoreUnavailable`."""
    match job.request:
        case GetHistory() as query:
            assert grain.player is not None, "only an activated grain runs jobs"
            if not grain.player.has_started:
                return replied(NotStarted(), grain.player.version)
            return replied(await store.history(query), grain.player.version)
        case Transfer() as command:
            return await _transfer(store, grain, job, command, config, clock)
        case other if isinstance(other, OPERATIONS):
            return await run_operation(store, grain, job, config, clock)
        case other:
            raise TypeError(f"{type(other).__name__} does not run alone")


async def _transfer(
    store: Store, grain: PlayerGrain, job: Job, command: Transfer, config: GameConfig, clock: Clock
) -> Answer:
    """Run a transfer over both locked rows; the giver's activation is dropped whatever comes of it."""
    answers: list[Answer] = []

    def decide(players: Mapping[int, Player]) -> Sequence[Write]:
        giver = players.get(command.player_id)
        exists = giver is not None
        giver = giver or Player(id=command.player_id)
        receiver = players.get(command.to_player_id)
        writes = [Write(giver, giver.version, exists, giver.version)]
        try:
            reply = _exchange(giver, receiver, command, config, clock, writes)
        except Exception as error:
            raise RuleFailed(type(command).__name__) from error
        answers[:] = [replied(reply, giver.version)]
        writes[0].decided.append(Decided(job.token, giver.id, job.digest, answers[0].reply))
        return writes

    ids = sorted({command.player_id, command.to_player_id})
    grain.deactivate()
    stood = await store.exchange(ids, job.token, decide, config.id)
    return first_reply(job, stood) if stood is not None else answers[0]


def _exchange(
    giver: Player,
    receiver: Player | None,
    command: Transfer,
    config: GameConfig,
    clock: Clock,
    writes: list[Write],
) -> Reply:
    """Decide a transfer and complete `writes` with both sides of it; gives the reply."""
    if not giver.has_started:
        return NotStarted()
    if suspended := giver.suspension(now=at(clock.time_ms())):
        return suspended
    made = giver.transfer(receiver, command.amount, config=config.player)
    if isinstance(made, Refusal):
        return made
    assert isinstance(made, Exchange), "a rule says yes or refuses"
    assert receiver is not None, "only an existing player receives"
    writes.append(Write(receiver, receiver.version, exists=True, version=receiver.version))
    for write, posting in zip(writes, (made.giver, made.receiver), strict=True):
        _advance(write, posting, command.idempotency_key, clock.time_ms())
    return Transferred(
        amount=command.amount,
        balance=made.giver.balance,
        receiver_id=receiver.id,
        receiver_version=receiver.version,
    )


def _advance(write: Write, posting: Posting, key: int, at_ms: int) -> None:
    write.version += 1
    write.player.version = write.version
    write.lines.append(Line(write.version, 0, key, posting, None, at_ms))
