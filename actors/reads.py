"""Answers out of memory: given at once wherever nothing is under way, and the same ones again while they stay true."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import force_setattr

from actors.confirmations import Confirmations
from actors.grain import LastRead, PlayerGrain, Stage
from actors.in_force import InForce
from actors.meters import Meters
from actors.player_rules import is_behind_time, read, stays_until
from actors.wire import Answer, Envelope, Status
from faye.config import EngineConfig
from faye.database.models.player import Player
from faye.messages import Query, Reply
from faye.messages.admin import OPERATIONS
from faye.messages.codec import encode
from faye.messages.history import GetHistory
from faye.messages.transfer import Transfer
from faye.utils.clock import Clock, at, unix_ms

ALONE = (Transfer, GetHistory, *OPERATIONS)
"""Requests that talk to the database themselves, with the grain to themselves meanwhile."""


class Reads:
    """Answers queries from grains that hold the newest state; holds no state itself."""

    def __init__(
        self,
        config: EngineConfig,
        in_force: InForce,
        clock: Clock,
        meters: Meters,
        confirmations: Confirmations,
    ) -> None:
        self._remembered_max_bytes = config.read_remembered_max_bytes
        self._in_force = in_force
        self._clock = clock
        self._meters = meters
        self._confirmations = confirmations

    def again(self, grain: PlayerGrain, envelope: Envelope) -> Answer | None:
        """The answer to what was read last, if it would be the same; None: it has to be read, or is no query."""
        last = grain.last_read
        if last is None or last.raw != bytes(envelope.request):
            return None
        player = self._readable(grain, envelope.deadline_ms)
        if player is None or not last.holds(player.version, self._in_force.game, self._clock.time_ms()):
            return None
        self._meters.reads += 1
        self._note(grain)
        return last.answer

    def at_once(self, grain: PlayerGrain, query: Query, envelope: Envelope) -> Answer | None:
        """The answer to a query whose turn it is already and that memory may answer; None: it has to queue."""
        player = self._readable(grain, envelope.deadline_ms)
        if player is None or isinstance(query, ALONE):
            return None
        game, now_ms = self._in_force.game, self._clock.time_ms()
        try:
            answer = self.read(grain, player, query, at(now_ms))
            until_ms = unix_ms(stays_until(player, query, now=at(now_ms), config=game))
        except Exception:
            return None  # it fails again in its turn, where failures are dealt with
        raw = bytes(envelope.request)
        if until_ms > now_ms and len(raw) + len(answer.reply) <= self._remembered_max_bytes:
            grain.last_read = LastRead(raw, answer, player.version, game, now_ms, until_ms)
        self._note(grain)
        return answer

    def read(self, grain: PlayerGrain, player: Player, query: Query, now: datetime) -> Answer:
        """The answer of the rule."""
        self._meters.reads += 1
        reply = read(player, grain.esprits, query, now=now, config=self._in_force.game)
        return replied(reply, player.version)

    def _note(self, grain: PlayerGrain) -> None:
        self._meters.warm += 1
        self._confirmations.note_read(grain)

    def _readable(self, grain: PlayerGrain, deadline_ms: int) -> Player | None:
        """The player, if memory is fresh and nothing is under way or due that an answer would have to wait for."""
        player = grain.player
        if player is None or grain.stage is not Stage.IDLE or len(grain.mailbox):
            return None
        if grain.behind or not grain.may_read(self._clock.monotonic_ms()):
            return None
        now_ms = self._clock.time_ms()
        if now_ms >= deadline_ms or is_behind_time(player, at(now_ms)):
            return None
        return player


def replied(reply: Reply, version: int = 0) -> Answer:
    """The answer that carries `reply`, stamped with the player's version."""
    force_setattr(reply, "version", version)
    return Answer(Status.REPLIED, encode(reply))
