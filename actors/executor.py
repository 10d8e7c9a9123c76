"""Running one grain's jobs against its aggregate, up to the point where something has to be awaited."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import force_setattr

from actors.grain import PlayerGrain, Stage
from actors.in_force import InForce
from actors.mailbox import Job
from actors.meters import Meters
from actors.player_rules import decide, overdue, read
from actors.store import Decided, RuleFailed
from actors.tracing import trace
from actors.unit_of_work import UnitOfWork, record_effect
from actors.wire import Answer, Status
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Command, Query, Reply
from faye.messages.admin import OPERATIONS
from faye.messages.codec import digest as digest_of
from faye.messages.codec import encode
from faye.messages.fight import EndFight
from faye.messages.history import GetHistory
from faye.messages.refusals import IdempotencyConflict
from faye.messages.transfer import Transfer
from faye.utils.clock import Clock, at
from faye.utils.rng import Rng

log = logging.getLogger(__name__)

ALONE = (Transfer, GetHistory, *OPERATIONS)
"""Requests that talk to the database themselves, with the grain to themselves meanwhile."""


@dataclass(slots=True)
class Turn:
    """What one grain did in one unit of work: jobs taken, and their answers, sent when it is durable."""

    grain: PlayerGrain
    jobs: list[Job] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    alone: Job | None = None
    """A job that has to run by itself next."""

    def trace_commit(self, log: logging.Logger) -> None:
        """Tell the log that everything decided in it is durable."""
        version = self.grain.player.version if self.grain.player else None
        for decided in self.decided:
            trace(log, "committed", decided.key, self.grain.id, version=version)

    def add(self, job: Job, answer: Answer) -> None:
        """Note the answer of a job that was taken."""
        self.jobs.append(job)
        self.answers.append(answer)


class Executor:
    """Takes jobs from a grain's mailbox in order and runs their rules; holds no state between turns."""

    def __init__(self, in_force: InForce, clock: Clock, draw_seed: Callable[[], int], meters: Meters) -> None:
        self._in_force = in_force
        self._clock = clock
        self._draw_seed = draw_seed
        self._meters = meters

    def run(self, turn: Turn, unit: UnitOfWork, jobs_max: int) -> None:
        """Run up to `jobs_max` jobs of an activated grain; raises `RuleFailed` at a bug in a rule.

        What time has made due happens before them, for a job that runs by itself before the next that does not.
        """
        grain = turn.grain
        if (first := grain.mailbox.head()) and not isinstance(first.request, ALONE):
            self._catch_up(turn, unit)
        while len(turn.jobs) < jobs_max and (job := grain.mailbox.head()):
            if job.expired(self._clock.time_ms()):
                turn.add(grain.mailbox.take(), Answer(Status.DROPPED))
            elif known := self._known(grain, job):
                self._meters.replays += 1
                if log.isEnabledFor(logging.DEBUG):
                    trace(log, "replayed", job.token, grain.id)
                turn.add(grain.mailbox.take(), first_reply(job, known))
            elif isinstance(job.request, ALONE):
                turn.alone = None if turn.jobs else grain.mailbox.take()
                break
            else:
                turn.add(grain.mailbox.take(), self._answer(turn, job, unit))

    def _known(self, grain: PlayerGrain, job: Job) -> Decided | None:
        return job.stored or grain.remembered.get(job.token)

    def _answer(self, turn: Turn, job: Job, unit: UnitOfWork) -> Answer:
        player = turn.grain.player
        assert player is not None, "only an activated grain runs jobs"
        try:
            if isinstance(job.request, Query):
                return self.read(turn.grain, player, job.request)
            return self._execute(turn, job.request, job.digest, unit)
        except Exception as error:
            turn.jobs.append(job)
            raise RuleFailed(type(job.request).__name__) from error

    def read_at_once(self, grain: PlayerGrain, query: Query, deadline_ms: int) -> Answer | None:
        """The answer to a query whose turn it is already and that memory may answer; None: it has to queue."""
        player = grain.player
        if player is None or grain.stage is not Stage.IDLE or len(grain.mailbox) or isinstance(query, ALONE):
            return None
        if grain.behind or not grain.may_read(self._clock.monotonic_ms()):
            return None
        if self._clock.time_ms() >= deadline_ms or self.is_behind_time(player):
            return None
        try:
            answer = self.read(grain, player, query)
        except Exception:
            return None  # it fails again in its turn, where failures are dealt with
        self._meters.warm += 1
        return answer

    def is_behind_time(self, player: Player) -> bool:
        """Whether something has become due that has to happen before the player is shown to anybody."""
        return player.fight_until is not None and player.is_forsaken(at(self._clock.time_ms()))

    def _catch_up(self, turn: Turn, unit: UnitOfWork) -> None:
        """Do what time has made due; where that fails, it is the next job that cannot run."""
        player = turn.grain.player
        assert player is not None, "only an activated grain runs jobs"
        if not self.is_behind_time(player):
            return
        try:
            due = overdue(player, at(self._clock.time_ms()))
            self._execute(turn, due, digest_of(due), unit)
        except Exception as error:
            turn.jobs.append(turn.grain.mailbox.take())
            raise RuleFailed(EndFight.__name__) from error

    def read(self, grain: PlayerGrain, player: Player, query: Query) -> Answer:
        """The answer to a query out of memory."""
        self._meters.reads += 1
        reply = read(player, grain.esprits, query, now=at(self._clock.time_ms()), config=self._in_force.game)
        return replied(reply, player.version)

    def _execute(self, turn: Turn, command: Command, digest: int, unit: UnitOfWork) -> Answer:
        grain, player, key = turn.grain, turn.grain.player, command.idempotency_key
        assert player is not None, "only an activated grain runs jobs"
        now_ms = self._clock.time_ms()
        rng = Rng(self._draw_seed)
        write = unit.open(player, grain.exists)
        made = decide(player, grain.esprits, command, now=at(now_ms), rng=rng, config=self._in_force.game)
        if isinstance(made, Outcome):
            record_effect(write, made, key=key, seed=rng.seed, at_ms=now_ms)
            for esprit in made.gained:
                grain.esprits[esprit.id] = esprit
            for esprit_id in made.lost:
                del grain.esprits[esprit_id]
            made = made.reply
            self._meters.effects += 1
        else:
            self._meters.refusals += 1
        if log.isEnabledFor(logging.DEBUG):
            trace(log, "decided", key, grain.id, reply=type(made).__name__, version=player.version)
        answer = replied(made, player.version)
        decided = Decided(key, player.id, digest, answer.reply)
        write.decided.append(decided)
        turn.decided.append(decided)
        return answer


def first_reply(job: Job, decided: Decided) -> Answer:
    """The answer to a command whose key stands already: the first reply, or a conflict."""
    if decided.digest != job.digest:
        return replied(IdempotencyConflict())
    return Answer(Status.REPLIED, decided.reply)


def replied(reply: Reply, version: int = 0) -> Answer:
    """The answer that carries `reply`, stamped with the player's version."""
    force_setattr(reply, "version", version)
    return Answer(Status.REPLIED, encode(reply))
