"""The bounded queue in front of a grain, and the jobs in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from actors.parcel import Parcel
from actors.store import Decided
from actors.wire import Answer, Envelope
from faye.config import EngineConfig
from faye.messages import Command, Query
from faye.messages.base import snowflake_time_ms
from faye.messages.codec import decode_request, digest

_INT64: Final = 2**63


@dataclass(slots=True, eq=False)
class Job:
    """One request that waits for its turn, and everybody who waits for its answer."""

    request: Command | Query
    raw: bytes
    token: int
    digest: int
    deadline_ms: int
    must_look_up: bool
    """Whether its key has to be looked up before it may run: an earlier delivery may have been decided."""
    stored: Decided | None = None
    listeners: list[tuple[Parcel, int]] = field(default_factory=list)

    @property
    def is_command(self) -> bool:
        """Whether it may have an effect, and so an idempotency key."""
        return isinstance(self.request, Command)

    def expired(self, now_ms: int) -> bool:
        """Whether nobody waits for it any more."""
        return now_ms >= self.deadline_ms

    def is_remembered(self, now_ms: int, config: EngineConfig) -> bool:
        """Whether its key lies within what is retained, and not in the future beyond clock skew."""
        age_ms = now_ms - snowflake_time_ms(self.token)
        return -config.clock_skew_max_s * 1000 <= age_ms <= config.retention_days * 86_400_000

    def settle(self, answer: Answer) -> None:
        """Give `answer` to all who wait."""
        for parcel, index in self.listeners:
            parcel.settle(index, answer)
        self.listeners.clear()

    @staticmethod
    def of(envelope: Envelope, request: Command | Query) -> Job:
        """The job of an opened envelope, not yet listened to."""
        return Job(
            request=request,
            raw=bytes(envelope.request),
            token=envelope.token,
            digest=digest(request) if isinstance(request, Command) else 0,
            deadline_ms=envelope.deadline_ms,
            must_look_up=envelope.resent and isinstance(request, Command),
        )


def opened(envelope: Envelope) -> Command | Query:
    """The message in an envelope.

    Raises `msgspec.MsgspecError` if there is none in it, and `ValueError` if it names another player or key than
    its message does, or one that no row can have.
    """
    request = decode_request(envelope.request)
    if not (-_INT64 < request.player_id < _INT64 and -_INT64 < envelope.token < _INT64):
        raise ValueError("an envelope names what no database row can have")
    if request.player_id != envelope.player_id:
        raise ValueError("an envelope names another player than its message")
    if isinstance(request, Command) and request.idempotency_key != envelope.token:
        raise ValueError("an envelope names another key than its message")
    return request


class Mailbox:
    """First in, first out, and never longer than its depth."""

    __slots__ = ("_depth_max", "_jobs")

    def __init__(self, depth_max: int) -> None:
        self._depth_max = depth_max
        self._jobs: deque[Job] = deque()

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs)

    @property
    def full(self) -> bool:
        """Whether the next job would have to be refused."""
        return len(self._jobs) >= self._depth_max

    def put(self, job: Job) -> None:
        """Queue a job behind the others; the caller has asked whether there is room."""
        assert not self.full, "a full mailbox takes no job"
        self._jobs.append(job)

    def head(self) -> Job | None:
        """The job whose turn it is, without taking it."""
        return self._jobs[0] if self._jobs else None

    def take(self) -> Job:
        """The job whose turn it is."""
        return self._jobs.popleft()

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Return jobs that were taken, in the order in which they were: they run again before the others."""
        self._jobs.extendleft(reversed(list(jobs)))

    def drop_expired(self, now_ms: int) -> list[Job]:
        """Take out the jobs that nobody waits for any more."""
        gone = [job for job in self._jobs if job.expired(now_ms)]
        if gone:
            self._jobs = deque(job for job in self._jobs if not job.expired(now_ms))
        return gone
