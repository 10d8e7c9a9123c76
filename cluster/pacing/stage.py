"""Where simulated players play: the engine in one process, without Ray or a database, on a clock turned by hand."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from typing import Final, TypeVar

from msgspec import Raw
from msgspec.structs import replace

from actors.runtime import Runtime
from actors.wire import Envelope, Status
from cluster.pacing.clock import TurnedClock
from cluster.pacing.counting_store import CountingStore
from cluster.pacing.diligent import Play
from faye.config import Config
from faye.messages import Command, Query
from faye.messages.base import snowflake_at
from faye.messages.codec import decode_reply, encode
from faye.utils.rng import SEED_BITS

T = TypeVar("T")

STEP_MS: Final = 2_000
"""What passes between two requests of a player."""
PATIENCE_MS: Final = 60_000
NEVER_MS: Final = 10**15


class Stage:
    """One runtime, and the clock and the chance that it is given; the same seed plays the same game."""

    def __init__(self, config: Config, seed: int) -> None:
        # Nobody else writes to this store, so memory never has to be verified.
        engine = replace(config.engine, lease_duration_ms=NEVER_MS)
        self.game = config.game
        self.clock = TurnedClock()
        self.store = CountingStore(config.game)
        self.commands = 0
        self.queries = 0
        chance = random.Random(seed)
        self._runtime = Runtime(
            self.store,
            replace(config, engine=engine),
            clock=self.clock,
            draw_seed=lambda: chance.getrandbits(SEED_BITS),
        )
        self._numbers = itertools.count(1)

    def new_key(self) -> int:
        """An idempotency key of now."""
        return snowflake_at(self.clock.time_ms(), next(self._numbers))

    async def play(self, plays: Iterable[Play[T]]) -> list[T]:
        """Let several players play side by side, a request of each at a time, and give what they came to."""
        came_to: dict[int, T] = {}
        under_way: list[tuple[int, Play[T], Command | Query]] = []
        for number, play in enumerate(plays):
            under_way.append((number, play, next(play)))
        while under_way:
            batch = [self._envelope(request) for _, _, request in under_way]
            answers = await self._runtime.deliver(batch)
            self.clock.pass_ms(STEP_MS)
            going_on: list[tuple[int, Play[T], Command | Query]] = []
            for (number, play, request), answer in zip(under_way, answers, strict=True):
                if answer.status is not Status.REPLIED:
                    raise RuntimeError(f"{request} was not answered: {answer.status.name}")
                try:
                    going_on.append((number, play, play.send(decode_reply(answer.reply))))
                except StopIteration as ended:
                    came_to[number] = ended.value
            under_way = going_on
        return [came_to[number] for number in sorted(came_to)]

    async def close(self) -> None:
        """End what the engine has under way."""
        await self._runtime.close()

    def _envelope(self, request: Command | Query) -> Envelope:
        if isinstance(request, Command):
            self.commands += 1
            token = request.idempotency_key
        else:
            self.queries += 1
            token = -next(self._numbers)
        deadline_ms = self.clock.time_ms() + PATIENCE_MS
        return Envelope(request.player_id, token, deadline_ms, 0, False, False, Raw(encode(request)))
