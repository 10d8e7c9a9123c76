"""The router: from a player's id to its host, there and back, until the deadline and not beyond."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import msgspec

from actors.deadlines import Deadlines
from actors.delivery import BatchRefused, Delivery, DeliveryFailed
from actors.ids import PLAYER, GrainId, shard_of
from actors.meters import RouterMeters
from actors.outbox import Asked, Outbox
from actors.placement import Placement
from actors.store import DataRefused, Decided, Store, StoreUnavailable
from actors.tracing import trace
from actors.wire import NO_REQUEST, Answer, Envelope, Pong, Status, decode_answers, encode_envelopes
from faye.config import EngineConfig
from faye.messages import Command, Query, Reply
from faye.messages.codec import decode_reply, digest, encode
from faye.messages.refusals import Abandoned, Busy, Expired, IdempotencyConflict, NotKnownYet
from faye.messages.transfer import Transferred
from faye.utils.clock import Clock, SystemClock
from faye.utils.tasks import end_tasks

log = logging.getLogger(__name__)

SEEN_PLAYERS_MAX: Final = 100_000
_OWN_STALL_FACTOR: Final = 1.5
_UNANSWERED: Final = Answer(Status.PENDING)
"""What is made of each request of a batch that did not come back, and of each at its deadline."""
_TOO_MUCH: Final = Answer(Status.REPLIED, encode(Busy(overloaded=True)))


@dataclass(frozen=True, slots=True)
class Heard:
    """A host's last sign of life, and when it came by the clock that only grows."""

    pong: Pong
    at_ms: float


class ShardRouter:
    """Implements `faye.router.Router`: routes, coalesces, sends again, and finds out the truth at the deadline."""

    def __init__(
        self,
        delivery: Delivery,
        store: Store,
        hosts: list[str],
        config: EngineConfig,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.delivery = delivery
        self._store = store
        self._config = config
        self._clock = clock or SystemClock()
        self.placement = Placement(hosts)
        self.meters = RouterMeters()
        self.heard: dict[str, Heard] = {}
        self._outboxes = {
            host: Outbox(
                host,
                self._send,
                batch_max=config.batch_commands_max,
                in_flight_max=config.batches_in_flight_max,
            )
            for host in hosts
        }
        self._tokens = itertools.count(-secrets.randbits(61) - 1, -1)
        self._deadlines = Deadlines(config.command_deadline_ms / 1000, _give_up)
        self._seen: OrderedDict[int, int] = OrderedDict()
        self._watchers: list[asyncio.Task[None]] = []
        self._spared_until_s: dict[str, float] = {}
        """Until when nothing new is sent to a host that said that it has too much to do, on the loop's clock."""
        self._open = 0
        """Requests that somebody waits for now."""

    # ------------------------------------------------------------------ the protocol

    async def ask(self, request: Command | Query) -> Reply:
        """See `faye.router.Router.ask`."""
        self.meters.asked += 1
        try:
            reply = await self._ask(request)
        except (UnicodeEncodeError, OverflowError):  # no message carries it: nothing set out, nor ever will
            reply = Abandoned() if isinstance(request, Command) else NotKnownYet()
        if isinstance(request, Command) and log.isEnabledFor(logging.DEBUG):
            said = {"reply": type(reply).__name__, "version": reply.version}
            trace(log, "answered", request.idempotency_key, request.player_id, **said)
        return reply

    async def _ask(self, request: Command | Query) -> Reply:
        if self._overloaded(request):
            self.meters.refused += 1
            return Busy(overloaded=True)
        asked = self._post(request)
        self._open += 1
        try:
            answer = await asked.future
        finally:
            self._open -= 1
        if answer.status is Status.REPLIED:
            reply = await self._read(request, answer)
            if isinstance(reply, Busy) and reply.overloaded and not asked.resent:
                self.meters.refused += 1
                self._spare(asked.shard)
                return reply
            # An earlier delivery may still be under way somewhere: then only its key can tell.
            if not (asked.resent and isinstance(reply, (Busy, Expired))):
                self.meters.answered += 1
                return reply
        self.meters.unanswered += 1
        return await self.outcome(request) if isinstance(request, Command) else NotKnownYet()

    async def outcome(self, command: Command) -> Reply:
        """See `faye.router.Router.outcome`: whoever stores first under the key decides what is true."""
        abandoned = Decided(command.idempotency_key, command.player_id, digest(command), encode(Abandoned()))
        try:
            stood = await self._store.remember(abandoned)
        except StoreUnavailable:
            return NotKnownYet()
        except DataRefused:
            return Expired()  # the key is too old to be stored, and so to be executed
        if stood is None:
            return Abandoned()
        if stood.digest != abandoned.digest:
            return IdempotencyConflict()
        return await self._read(command, Answer(Status.REPLIED, stood.reply))

    # ------------------------------------------------------------------ watching hosts

    def start(self) -> None:
        """Begin to watch the hosts; the router can be asked before, and believes that all of them live."""
        self._watchers = [asyncio.create_task(self._watch(host)) for host in self.placement.hosts]

    async def close(self) -> None:
        """Stop watching and sending; requests under way end at their deadline."""
        await end_tasks(self._watchers)
        for outbox in self._outboxes.values():
            await outbox.close()

    async def _watch(self, host: str) -> None:
        interval_s = self._config.heartbeat_interval_ms / 1000
        timeout_s = self._config.heartbeat_timeout_ms / 1000
        loop = asyncio.get_running_loop()
        while True:
            began_s = loop.time()
            try:
                async with asyncio.timeout(timeout_s):
                    pong = await self.delivery.ping(host)
                self.heard[host] = Heard(pong, self._clock.monotonic_ms())
                self._mark(host, alive=True)
            except DeliveryFailed:
                self._mark(host, alive=False)
            except TimeoutError:
                if loop.time() - began_s > timeout_s * _OWN_STALL_FACTOR:
                    continue  # it was this process that stood still: it cannot tell who else did
                self._mark(host, alive=False)
            await asyncio.sleep(interval_s)

    def _mark(self, host: str, *, alive: bool) -> None:
        """Note a host's life or death; what waited for a dead one goes to its shards' new hosts."""
        if not self.placement.mark(host, alive=alive):
            return
        log.info("host %s %s", host, "lives" if alive else "does not answer; its shards move")
        if not alive:
            for asked in self._outboxes[host].drain():
                asked.resent = True
                asked.stuck = False
                self._route(asked)

    # ------------------------------------------------------------------ sending

    def _overloaded(self, request: Command | Query) -> bool:
        """Whether a new request would only make all wait longer; it is refused before anything is sent.

        Whoever is let in is answered soon, and what is held stays bounded, however many ask.
        """
        if self._open >= self._config.requests_open_max:
            return True
        host = self.placement.host_of(shard_of(GrainId(PLAYER, request.player_id)))
        if host is None:
            return False
        now_s = asyncio.get_running_loop().time()
        if now_s < self._spared_until_s.get(host, 0.0):
            return True
        since_s = self._outboxes[host].waits_since_s()
        return since_s is not None and now_s - since_s > self._config.queue_wait_max_ms / 1000

    def _post(self, request: Command | Query) -> Asked:
        """Send `request` until some host answers it, or until its deadline."""
        token = request.idempotency_key if isinstance(request, Command) else next(self._tokens)
        asked = Asked(
            request=request,
            raw=encode(request),
            token=token,
            shard=shard_of(GrainId(PLAYER, request.player_id)),
            deadline_ms=self._clock.time_ms() + self._config.command_deadline_ms,
            future=asyncio.get_running_loop().create_future(),
        )
        self._deadlines.watch(asked.future)
        self._route(asked)
        return asked

    def _route(self, asked: Asked, host: str | None = None) -> None:
        """Queue a request for the host of its shard, or try again soon while none lives."""
        if asked.future.done():
            return
        asked.attempt += 1
        self.meters.resent += asked.attempt > 1
        host = host or self.placement.host_of(asked.shard)
        if log.isEnabledFor(logging.DEBUG):
            self._trace_departure(asked, host)
        if host is None:
            self._route_later(asked)
        else:
            self._outboxes[host].put(asked)

    def _trace_departure(self, asked: Asked, host: str | None) -> None:
        heard = self.heard.get(host or "")
        trace(
            log,
            "asked",
            asked.token,
            asked.request.player_id,
            host=host,
            incarnation=heard and heard.pong.incarnation,
            attempt=asked.attempt,
        )

    def _route_later(self, asked: Asked) -> None:
        pause_s = self._config.resend_pause_ms / 1000
        asyncio.get_running_loop().call_later(pause_s, self._route, asked)

    async def _send(self, host: str, batch: list[Asked]) -> None:
        """Deliver one batch and hand out its answers; whatever is not answered sets out again."""
        attempts = [asked.attempt for asked in batch]
        envelopes = [asked.envelope(self._seen.get(asked.request.player_id, 0)) for asked in batch]
        try:
            raw = await self.delivery.deliver(host, encode_envelopes(envelopes))
            answers = decode_answers(raw)
            if len(answers) != len(batch):
                raise BatchRefused(f"{len(answers)} answers to {len(batch)} envelopes")
        except (BatchRefused, msgspec.MsgspecError) as error:
            log.error("a batch of %d was refused by %s: %s", len(batch), host, error)
            await asyncio.sleep(self._config.resend_pause_ms / 1000)
            answers = [_UNANSWERED] * len(batch)
        except DeliveryFailed as error:
            log.warning("a batch of %d to %s failed: %s", len(batch), host, error)
            self._mark(host, alive=False)
            answers = [_UNANSWERED] * len(batch)
        for asked, answer, attempt in zip(batch, answers, attempts, strict=True):
            self._take(asked, answer, attempt)

    def _take(self, asked: Asked, answer: Answer, attempt: int) -> None:
        """Settle a request, or send it on unless it was sent on already."""
        if asked.future.done():
            return
        match answer.status:
            case Status.REPLIED | Status.DROPPED:
                asked.future.set_result(answer)
            case _ if asked.attempt != attempt:
                pass
            case Status.PENDING:
                asked.resent = True
                asked.stuck = answer is not _UNANSWERED
                self._route(asked)
            case Status.MOVED:
                if answer.holder in self.placement.living and not asked.moved:
                    asked.moved = True
                    self._route(asked, answer.holder)
                else:  # the holder is dead, or two hosts name each other: the one that is asked shall serve
                    asked.insist = True
                    self._route(asked)

    def _spare(self, shard: int) -> None:
        """Refuse for its host, for a moment, what it would refuse itself: at once, and without its having to."""
        if (host := self.placement.host_of(shard)) is not None:
            pause_s = self._config.resend_pause_ms / 1000
            self._spared_until_s[host] = asyncio.get_running_loop().time() + pause_s
            for asked in self._outboxes[host].take_new():
                asked.future.set_result(_TOO_MUCH)

    # ------------------------------------------------------------------ what was seen

    async def _read(self, request: Command | Query, answer: Answer) -> Reply:
        """The reply in an answer, after noting the versions that it shows."""
        reply = decode_reply(answer.reply)
        self._note(request.player_id, reply.version)
        if isinstance(reply, Transferred):
            self._note(reply.receiver_id, reply.receiver_version)
            await self._catch_up(reply.receiver_id, reply.receiver_version)
        return reply

    def _note(self, player_id: int, version: int) -> None:
        if version > self._seen.get(player_id, 0):
            self._seen[player_id] = version
            self._seen.move_to_end(player_id)
            if len(self._seen) > SEEN_PLAYERS_MAX:
                self._seen.popitem(last=False)

    async def _catch_up(self, player_id: int, version: int) -> None:
        """Have the other player's activation see what was just committed; a dead host has none to correct."""
        host = self.placement.host_of(shard_of(GrainId(PLAYER, player_id)))
        if host is None:
            return
        deadline_ms = self._clock.time_ms() + self._config.heartbeat_timeout_ms
        envelope = Envelope(player_id, next(self._tokens), deadline_ms, version, False, False, NO_REQUEST)
        try:
            async with asyncio.timeout(self._config.heartbeat_timeout_ms / 1000):
                await self.delivery.deliver(host, encode_envelopes([envelope]))
        except (DeliveryFailed, TimeoutError):
            log.warning("host %s did not hear of player %d's version %d", host, player_id, version)


def _give_up(answer: asyncio.Future[Answer]) -> None:
    answer.set_result(_UNANSWERED)
