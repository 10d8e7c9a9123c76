"""Running one grain's jobs against its aggregate, up to the point where something has to be awaited."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.grain import PlayerGrain
from actors.in_force import InForce
from actors.mailbox import Job
from actors.meters import Meters
from actors.player_rules import decide, is_behind_time, overdue
from actors.reads import ALONE, Reads, replied
from actors.store import Decided, RuleFailed
from actors.tracing import trace
from actors.unit_of_work import UnitOfWork, record_effect
from actors.wire import Answer, Status
from faye.database.models.outcome import Outcome
from faye.messages import Command, Query
from faye.messages.codec import digest as digest_of
from faye.messages.fight import EndFight
from faye.messages.refusals import IdempotencyConflict
from faye.utils.clock import Clock, at
from faye.utils.rng import Rng

log = logging.getLogger(__name__)


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

    def __init__(
        self,
        in_force: InForce,
        clock: Clock,
        draw_seed: Callable[[], int],
        meters: Meters,
        reads: Reads,
    ) -> None:
        self._in_force = in_force
        self._clock = clock
        self._draw_seed = draw_seed
        self._meters = meters
        self._reads = reads

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
                return self._reads.read(turn.grain, player, job.request, at(self._clock.time_ms()))
            return self._execute(turn, job.request, job.digest, unit)
        except Exception as error:
            turn.jobs.append(job)
            raise RuleFailed(type(job.request).__name__) from error

    def _catch_up(self, turn: Turn, unit: UnitOfWork) -> None:
        """Do what time has made due; where that fails, it is the next job that cannot run."""
        player = turn.grain.player
        assert player is not None, "only an activated grain runs jobs"
        now = at(self._clock.time_ms())
        if not is_behind_time(player, now):
            return
        try:
            due = overdue(player, now)
            self._execute(turn, due, digest_of(due), unit)
        except Exception as error:
            turn.jobs.append(turn.grain.mailbox.take())
            raise RuleFailed(EndFight.__name__) from error

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
