"""What runs inside a host: mailboxes, activations, units of work, and the rules of when each may start.

A grain is in one stage at a time. LOADING reads it in one snapshot with the keys it has to look up; READY
waits for a flush to be free; RUNNING has one unit of work under way and starts no other before that one is
acknowledged. Whatever goes wrong, the activation is dropped, reloaded, and its jobs run again in order.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from actors.complaints import Complaints
from actors.confirmations import Confirmations
from actors.exchange import run_alone
from actors.executor import Executor, Turn, first_reply
from actors.grain import PlayerGrain, Stage
from actors.grain_table import GrainTable
from actors.ids import PLAYER, GrainId, shard_of
from actors.in_force import InForce, Newest
from actors.leases import Leases, NoLeases
from actors.mailbox import Job, opened
from actors.meters import Meters
from actors.parcel import Parcel
from actors.reads import Reads, replied
from actors.schedule import Schedule
from actors.store import ConfigurationChanged, DataRefused, Decided, RowsLocked, RuleFailed, Store
from actors.tracing import about, trace
from actors.unit_of_work import UnitOfWork
from actors.wire import NO_REQUEST, Answer, Envelope, Status
from faye.config import Config
from faye.messages import Query
from faye.messages.admin import PutInForce
from faye.messages.refusals import Abandoned, Busy, Expired
from faye.utils.clock import Clock, SystemClock
from faye.utils.rng import SEED_BITS
from faye.utils.tasks import end_tasks

log = logging.getLogger(__name__)


class Runtime:
    """Thousands of grains in one process, driven by the batches that are delivered to it."""

    def __init__(
        self,
        store: Store,
        config: Config,
        *,
        clock: Clock | None = None,
        leases: Leases | None = None,
        draw_seed: Callable[[], int] = lambda: secrets.randbits(SEED_BITS),
        newest: Newest | None = None,
    ) -> None:
        self._store = store
        self._config = config.engine
        self.in_force = InForce(config.game, newest)
        self._clock = clock or SystemClock()
        self._leases = leases or NoLeases()
        self.meters = Meters()
        self._table = GrainTable(self._config, self._clock)
        self._leases.on_lost(self._table.forget_shards)
        self._complaints = Complaints(self._clock, self.meters)
        confirmations = Confirmations(
            self._config, store, self._clock, self.meters, self._complaints, self._spawn
        )
        self._reads = Reads(self._config, self.in_force, self._clock, self.meters, confirmations)
        self._executor = Executor(self.in_force, self._clock, draw_seed, self.meters, self._reads)
        self._schedule = Schedule(
            self._config, self._clock, load=self._load, flush=self._flush, spawn=self._spawn
        )
        self._tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------------ what others see

    async def deliver(self, envelopes: list[Envelope]) -> list[Answer]:
        """The answers to a batch, in its order, each after its effects are durable."""
        parcel = Parcel(len(envelopes))
        self.meters.batches += 1
        self.meters.envelopes += len(envelopes)
        for index, envelope in enumerate(envelopes):
            self._admit(envelope, parcel, index)
        self._schedule.kick()
        return await parcel.collect(
            self._config.reply_wait_max_ms / 1000, self._config.reply_linger_max_ms / 1000
        )

    def measure(self) -> Meters:
        """What was done so far, and how much is held now."""
        self.meters.grains = len(self._table)
        return self.meters

    def passivate(self) -> int:
        """Forget what was idle for long; returns how many grains that were."""
        passivated = self._table.passivate()
        self.meters.passivations += passivated
        return passivated

    async def close(self) -> None:
        """Stop at once, as a killed process would: what was not committed never happened."""
        self._schedule.close()
        await end_tasks(self._tasks)

    # ------------------------------------------------------------------ taking in

    def _admit(self, envelope: Envelope, parcel: Parcel, index: int) -> None:
        """Queue one envelope, or settle it at once."""
        known = self._table.find(envelope.player_id)
        shard = known.shard if known else shard_of(GrainId(PLAYER, envelope.player_id))
        if envelope.insist:
            self._leases.insist(shard)
        elif (holder := self._leases.holder_elsewhere(shard)) is not None:
            self.meters.moved += 1
            return parcel.settle(index, Answer(Status.MOVED, holder=holder))
        if envelope.request == NO_REQUEST:
            if known is not None:
                known.seen_version = max(known.seen_version, envelope.seen_version)
            return parcel.settle(index, Answer(Status.REPLIED))
        if log.isEnabledFor(logging.DEBUG):
            trace(log, "delivered", envelope.token, envelope.player_id, resent=envelope.resent)
        grain = self._table.use(envelope.player_id)
        grain.seen_version = max(grain.seen_version, envelope.seen_version)
        waiting = grain.waiting.get(envelope.token)
        if waiting is not None and waiting.raw == bytes(envelope.request):
            waiting.deadline_ms = max(waiting.deadline_ms, envelope.deadline_ms)
            waiting.listeners.append((parcel, index))
            return None
        return self._queue(grain, envelope, parcel, index)

    def _queue(self, grain: PlayerGrain, envelope: Envelope, parcel: Parcel, index: int) -> None:
        if (read := self._reads.again(grain, envelope)) is not None:
            return parcel.settle(index, read)
        try:
            request = opened(envelope)
        except (msgspec.MsgspecError, ValueError):
            log.exception("an envelope cannot be read", extra=about(envelope.token, envelope.player_id))
            return parcel.settle(index, Answer(Status.DROPPED))
        if isinstance(request, Query) and (read := self._reads.at_once(grain, request, envelope)):
            return parcel.settle(index, read)
        job = Job.of(envelope, request)
        if job.is_command and not job.is_remembered(self._clock.time_ms(), self._config):
            return parcel.settle(index, replied(Expired()))
        if (busy := self._no_room(grain, envelope)) is not None:
            self.meters.busy += 1
            return parcel.settle(index, replied(busy))
        job.listeners.append((parcel, index))
        self.meters.queued += 1
        self.meters.warm += grain.player is not None
        grain.mailbox.put(job)
        grain.waiting.setdefault(job.token, job)
        self._queue_up(grain)
        return None

    def _no_room(self, grain: PlayerGrain, envelope: Envelope) -> Busy | None:
        """Why a request is not taken in; a long wait is no reason for one that may be under way or done already."""
        if grain.mailbox.full:
            return Busy()
        if envelope.resent or envelope.token in grain.remembered:
            return None
        waits_ms = self._schedule.wait_ms(self.meters.queued)
        return Busy(overloaded=True) if waits_ms > self._config.queue_wait_max_ms else None

    # ------------------------------------------------------------------ scheduling

    def _queue_up(self, grain: PlayerGrain) -> None:
        """Put an idle grain with jobs into the queue that it needs next."""
        if grain.stage is not Stage.IDLE or not len(grain.mailbox):
            return
        if self._needs_load(grain):
            self._schedule.load(grain)
        else:
            self._schedule.run(grain)

    def _needs_load(self, grain: PlayerGrain) -> bool:
        if grain.behind:
            grain.deactivate()
        if grain.player is None:
            return True
        if any(job.must_look_up for job in grain.mailbox):
            return True
        reads = not all(job.is_command for job in grain.mailbox)
        return reads and not grain.may_read(self._clock.monotonic_ms())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a unit of work failed", exc_info=error)

    # ------------------------------------------------------------------ loading

    async def _load(self, grains: list[PlayerGrain]) -> None:
        """Read cold grains, keys to look up and versions to verify in one snapshot, until it succeeds."""
        read_at_ms = self._clock.monotonic_ms()
        cold = [grain.id for grain in grains if grain.player is None]
        warm = {grain.id: grain.player.version for grain in grains if grain.player is not None}
        jobs = [job for grain in grains for job in grain.mailbox if grain.wants_key(job)]
        for grain in grains:
            if grain.player is None:
                grain.seen_version = 0  # what is seen from here on may be newer than the snapshot
        try:
            found = await self._store.load(cold, [job.token for job in jobs], warm)
        except Exception as error:
            self._complaints.tell(error, f"{len(grains)} grains cannot be loaded")
            await self._pause()
            for grain in grains:
                self._finish_turn(grain)
            return
        self.meters.loads += 1
        self.meters.activations += len(cold)
        for job in jobs:
            job.must_look_up = False
            job.stored = found.decided.get(job.token)
        for grain in grains:
            if grain.player is None:
                esprits = found.esprits.get(grain.id, [])
                grain.activate(found.players.get(grain.id), esprits, read_at_ms)
            elif grain.id in found.current:
                grain.verified_at_ms = read_at_ms
            else:
                grain.deactivate()
            self._finish_turn(grain)

    async def _pause(self) -> None:
        """Give the database a moment before it is asked again."""
        await asyncio.sleep(self._config.resend_pause_ms / 1000)

    def _finish_turn(self, grain: PlayerGrain) -> None:
        """Take a grain out of its stage, drop what nobody waits for, and queue it again if jobs are left."""
        grain.stage = Stage.IDLE
        for job in grain.mailbox.drop_expired(self._clock.time_ms()):
            self._settle(grain, job, Answer(Status.DROPPED))
        self._queue_up(grain)

    def _settle(self, grain: PlayerGrain, job: Job, answer: Answer) -> None:
        if grain.waiting.get(job.token) is job:
            del grain.waiting[job.token]
        self.meters.queued -= 1
        self.meters.dropped += answer.status is Status.DROPPED
        job.settle(answer)

    # ------------------------------------------------------------------ running

    async def _flush(self, grains: list[PlayerGrain]) -> None:
        """Run the jobs of warm grains and commit what they decided in one transaction."""
        unit = UnitOfWork(self._store, self.in_force.game.id)
        began_at_ms = self._clock.monotonic_ms()
        turns = [turn for grain in grains if (turn := self._run(grain, unit)) is not None]
        written: set[int] = set()
        if not unit.empty:
            try:
                written = await self._commit(unit)
            except (DataRefused, RowsLocked) as error:
                await self._refused(turns, unit, error)
                return
            except ConfigurationChanged:
                await self.in_force.learn(self._pause)
            except Exception as error:
                self._complaints.tell(error, f"the outcome of {len(turns)} grains' flush is unknown")
                await self._pause()
        for turn in turns:
            if unit.touches(turn.grain.id):
                self._acknowledge(turn, turn.grain.id in written, began_at_ms)

    async def _commit(self, unit: UnitOfWork) -> set[int]:
        began_at_ms = self._clock.monotonic_ms()
        written = await unit.commit()
        self.meters.commits += 1
        self.meters.commit_ms += self._clock.monotonic_ms() - began_at_ms
        self.meters.committed += unit.commands
        return written

    def _run(self, grain: PlayerGrain, unit: UnitOfWork) -> Turn | None:
        """Run a grain's jobs; None if nothing of it waits for the commit."""
        if self._needs_load(grain):  # a newer version was seen, or memory aged, while it waited
            self._schedule.load(grain)
            return None
        grain.stage = Stage.RUNNING
        limit = 1 if grain.solo else self._config.flush_commands_max
        turn = Turn(grain)
        try:
            self._executor.run(turn, unit, limit)
        except RuleFailed:
            self._rule_failed(turn, unit)
            return None
        if turn.alone is not None:
            self._spawn(self._run_alone(grain, turn.alone))
            return None
        if unit.touches(grain.id):
            return turn
        self._answer_all(turn)
        return None

    def _answer_all(self, turn: Turn) -> None:
        grain = turn.grain
        grain.solo = max(0, grain.solo - len(turn.jobs))
        for job, answer in zip(turn.jobs, turn.answers, strict=True):
            self._settle(grain, job, answer)
        self._finish_turn(grain)

    def _acknowledge(self, turn: Turn, written: bool, began_at_ms: float) -> None:
        """Answer what is durable; what lost to a newer writer runs again from the newer state."""
        grain = turn.grain
        if not written:
            self.meters.stale += 1
            return self._run_again(turn)
        grain.exists = True
        grain.verified_at_ms = began_at_ms
        for decided in turn.decided:
            grain.remember(decided)
        if log.isEnabledFor(logging.DEBUG):
            turn.trace_commit(log)
        return self._answer_all(turn)

    def _run_again(self, turn: Turn, *, solo: bool = False) -> None:
        """Drop the activation and give its jobs another turn, with their keys looked up."""
        grain = turn.grain
        grain.deactivate()
        for job in turn.jobs:
            job.must_look_up = job.is_command
        grain.mailbox.put_back(turn.jobs)
        if solo:
            grain.solo = max(grain.solo, len(turn.jobs))
        self._finish_turn(grain)

    # ------------------------------------------------------------------ when data is refused

    async def _refused(self, turns: list[Turn], unit: UnitOfWork, error: DataRefused | RowsLocked) -> None:
        """The database refused a batch: run its jobs one by one, so that the one to blame harms no other.

        A job whose data is refused alone is abandoned for good; one whose row is locked is tried until its deadline.
        """
        self.meters.refused += 1
        for turn in turns:
            if not unit.touches(turn.grain.id):
                continue
            is_alone = len(turns) == 1 and len(turn.jobs) == 1 and turn.grain.solo
            if is_alone and isinstance(error, DataRefused):
                told = about(turn.jobs[0].token, turn.grain.id)
                log.error("a command was refused by the database: %s", error, extra=told)
                await self._abandon(turn)
            else:
                log.info("a batch of %d grains runs again one by one: %s", len(turns), error)
                self._run_again(turn, solo=True)

    def _rule_failed(self, turn: Turn, unit: UnitOfWork) -> None:
        """A rule raised: drop the memory it may have half changed; abandon the command once it is alone."""
        self.meters.rules_failed += 1
        log.exception("a rule failed", extra=about(turn.jobs[-1].token, turn.grain.id))
        unit.discard(turn.grain.id)
        if len(turn.jobs) == 1:
            self._spawn(self._abandon(turn))
        else:
            self._run_again(turn, solo=True)

    async def _abandon(self, turn: Turn) -> None:
        """Store that nothing happened under the key of the turn's only job, and say so."""
        grain, job = turn.grain, turn.jobs[0]
        grain.deactivate()
        answer = replied(Abandoned())
        if job.is_command:
            decided = Decided(job.token, grain.id, job.digest, answer.reply)
            try:
                if (stood := await self._store.remember(decided)) is not None:
                    answer = first_reply(job, stood)
            except Exception as error:
                self._complaints.tell(error, "a command cannot be abandoned yet", about(job.token, grain.id))
                answer = Answer(Status.PENDING)
        grain.solo = max(0, grain.solo - 1)
        self._settle(grain, job, answer)
        self._finish_turn(grain)
        self._schedule.kick()

    async def _run_alone(self, grain: PlayerGrain, job: Job) -> None:
        """Run a job that talks to the database itself, with the grain to itself."""
        try:
            answer = await run_alone(self._store, grain, job, self.in_force.game, self._clock)
        except (DataRefused, RuleFailed):
            log.exception("a command cannot be carried out", extra=about(job.token, grain.id))
            return await self._abandon(Turn(grain, [job]))
        except ConfigurationChanged:
            await self.in_force.learn(self._pause)
            self._run_again(Turn(grain, [job]))
        except Exception as error:
            self._complaints.tell(error, "the outcome of a command is unknown", about(job.token, grain.id))
            await self._pause()
            self._run_again(Turn(grain, [job]))
        else:
            if isinstance(job.request, PutInForce):
                await self.in_force.follow()
            if job.is_command and log.isEnabledFor(logging.DEBUG):
                trace(log, "committed", job.token, grain.id)
            self._answer_all(Turn(grain, [job], [answer]))
        self._schedule.kick()
        return None
