"""Engines with one rule left out: the checker must catch every one of them, or it proves nothing."""

import asyncio
from collections.abc import Mapping, Sequence

from actors.executor import Turn
from actors.grain import PlayerGrain
from actors.memory_store import MemoryStore
from actors.parcel import Parcel
from actors.runtime import Runtime
from actors.store import DataRefused, Decided, Exchanger, Snapshot, Write
from actors.unit_of_work import UnitOfWork
from actors.wire import Envelope
from faye.database.models.player import Player


class NoVersionCheck(MemoryStore):
    """Whoever writes last wins."""

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        for write in writes:
            self._create(write)
        self._apply(writes)
        return {write.player.id for write in writes}


class RefusalsNotStored(MemoryStore):
    """A refusal leaves no trace, so the same interaction may be charged later."""

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        for write in writes:
            effects = {line.key for line in write.lines}
            write.decided = [decided for decided in write.decided if decided.key in effects]
        return await super().flush(writes, config_id)


class RefusalsNotFenced(MemoryStore):
    """A refusal is stored whatever the version, so it may be older than what was acknowledged."""

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        written = await super().flush(writes, config_id)
        for write in writes:
            if write.player.id not in written and not write.lines:
                self._apply([write])
                written.add(write.player.id)
        return written


class KeysNotUnique(MemoryStore):
    """The primary key does not decide."""

    def _check(self, write: Write) -> None:
        try:
            super()._check(write)
        except DataRefused as error:
            if "idempotency" not in str(error):
                raise

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        return await super().load(players, [], verify)


class TransfersForgetTheirKeys(MemoryStore):
    """A two-grain transaction runs again although its key stands."""

    async def exchange(
        self, players: Sequence[int], key: int, decide: Exchanger, config_id: int
    ) -> Decided | None:
        self.decided.pop(key, None)
        return await super().exchange(players, key, decide, config_id)


class GiftsFromNowhere(MemoryStore):
    """A transfer reaches the receiver and never leaves the giver."""

    async def exchange(
        self, players: Sequence[int], key: int, decide: Exchanger, config_id: int
    ) -> Decided | None:
        def only_the_receiver(rows: Mapping[int, Player]) -> Sequence[Write]:
            writes = decide(rows)
            for write in writes[:-1] if len(writes) > 1 else ():
                write.lines.clear()
                write.version = write.expected
            return writes

        return await super().exchange(players, key, only_the_receiver, config_id)


class RepliesBeforeCommit(Runtime):
    """A reply leaves before its effects are durable."""

    def _run(self, grain: PlayerGrain, unit: UnitOfWork) -> Turn | None:
        turn = super()._run(grain, unit)
        if turn is not None:
            for job, answer in zip(turn.jobs, turn.answers, strict=True):
                job.settle(answer)
        return turn


class TrustsItsMemoryAfterAFailure(Runtime):
    """A flush whose outcome is unknown is taken for done."""

    def _acknowledge(self, turn: Turn, written: bool, began_at_ms: float) -> None:
        super()._acknowledge(turn, True, began_at_ms)


class ReadsWithoutLooking(Runtime):
    """A read is answered from memory however old, and whatever version its sender saw."""

    def _needs_load(self, grain: PlayerGrain) -> bool:
        return grain.player is None or any(job.must_look_up for job in grain.mailbox)


class ReadsTheSameForGood(Runtime):
    """What was read last is the answer for whoever asks the same again, whatever has happened since."""

    def _queue(self, grain: PlayerGrain, envelope: Envelope, parcel: Parcel, index: int) -> None:
        if (last := grain.last_read) is not None and last.raw == bytes(envelope.request):
            return parcel.settle(index, last.answer)
        return super()._queue(grain, envelope, parcel, index)


class ConfirmsWhatItIsTold(MemoryStore):
    """Every version that somebody wants verified is the newest."""

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        found = await super().load(players, keys, verify)
        return Snapshot(found.players, found.esprits, found.decided, frozenset(verify))


class TornLoads(MemoryStore):
    """An aggregate is read in two statements, between which others may write: first the children, then the row."""

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        children = await super().load(players, keys, verify)
        await asyncio.sleep(0.1)
        rows = await super().load(players, keys, verify)
        return Snapshot(rows.players, children.esprits, rows.decided, rows.current)


class DecisionsForgotten(MemoryStore):
    """A cold grain does not look up the keys of its commands, and nothing else stops them."""

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        for key in keys:
            self.decided.pop(key, None)
        return await super().load(players, keys, verify)


class TwoFlushesInFlight(Runtime):
    """A grain goes on with its next jobs while its last unit of work is not acknowledged."""

    def _run(self, grain: PlayerGrain, unit: UnitOfWork) -> Turn | None:
        turn = super()._run(grain, unit)
        if turn is not None:
            self._finish_turn(grain)
        return turn


STORE_MUTANTS = (
    TornLoads,
    DecisionsForgotten,
    NoVersionCheck,
    RefusalsNotStored,
    RefusalsNotFenced,
    KeysNotUnique,
    TransfersForgetTheirKeys,
    GiftsFromNowhere,
    ConfirmsWhatItIsTold,
)
RUNTIME_MUTANTS = (
    TwoFlushesInFlight,
    RepliesBeforeCommit,
    TrustsItsMemoryAfterAFailure,
    ReadsWithoutLooking,
    ReadsTheSameForGood,
)
