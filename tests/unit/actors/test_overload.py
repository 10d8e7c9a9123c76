"""Ten times more than can be done: what is let in is answered soon, the rest is refused at once, and it ends well."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from actors.delivery import LocalDelivery
from actors.memory_store import MemoryStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from actors.store import Write
from faye.messages import Reply
from faye.messages.base import snowflake_at
from faye.messages.craft import Craft
from faye.messages.refusals import Busy
from faye.messages.start import Start
from tests.builders import small_config
from tests.simulation.virtual_time import VirtualClock, run_virtually

HOSTS = ["host-0", "host-1"]
FLUSH_S = 0.1
SUSTAINABLE = 160
"""Two hosts, each with two flushes of four commands under way, each of which takes `FLUSH_S`."""

PLAYERS = range(1, 401)
LASTS_S = 30
PROMPT_S = 0.001
ACCEPTED_P99_S = 2.5


class SlowStore(MemoryStore):
    """A database that takes its time for each flush."""

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        await asyncio.sleep(FLUSH_S)
        return await super().flush(writes, config_id)


class Crowd:
    """Players who ask at a steady rate, whatever becomes of what they asked before."""

    def __init__(self, *, requests_open_max: int = 20_000) -> None:
        config = small_config()
        self.config = replace(
            config,
            engine=replace(config.engine, command_deadline_ms=8000, requests_open_max=requests_open_max),
        )
        self.store = SlowStore()
        self._clock = VirtualClock()
        hosts = {host: Runtime(self.store, self.config, clock=self._clock) for host in HOSTS}
        self.router = ShardRouter(
            LocalDelivery(hosts), self.store, HOSTS, self.config.engine, clock=self._clock
        )
        self._keys = 0
        self._open = 0
        self.open_most = 0
        self.took_s: dict[str, list[float]] = {"Busy": [], "accepted": []}
        self.replies: Counter[str] = Counter()

    async def start(self) -> None:
        for player in PLAYERS:
            await self.router.ask(Start(player_id=player, idempotency_key=self._key()))

    async def ask(self, rate: int, seconds: float) -> None:
        asking = []
        for number in range(int(rate * seconds)):
            asking.append(asyncio.create_task(self._one(PLAYERS[number % len(PLAYERS)])))
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*asking)

    async def craft(self, player: int) -> Reply:
        return await self.router.ask(Craft(player_id=player, idempotency_key=self._key(), amount=1))

    async def _one(self, player: int) -> None:
        loop = asyncio.get_running_loop()
        began, self._open = loop.time(), self._open + 1
        self.open_most = max(self.open_most, self._open)
        reply = await self.craft(player)
        self._open -= 1
        self.replies[type(reply).__name__] += 1
        self.took_s["Busy" if isinstance(reply, Busy) else "accepted"].append(loop.time() - began)

    def _key(self) -> int:
        self._keys += 1
        return snowflake_at(self._clock.time_ms(), self._keys)


def test_ten_times_the_sustainable_rate_is_borne_and_over_soon() -> None:
    async def scenario() -> None:
        crowd = Crowd()
        await crowd.start()
        loop = asyncio.get_running_loop()
        await crowd.ask(10 * SUSTAINABLE, LASTS_S)
        ended_at = loop.time()
        accepted = sorted(crowd.took_s["accepted"])
        assert accepted[int(len(accepted) * 0.99)] < ACCEPTED_P99_S
        assert len(accepted) > 0.8 * SUSTAINABLE * LASTS_S, "the hosts went on at their full rate"
        assert max(crowd.took_s["Busy"]) < 2 * FLUSH_S, "nobody waits long for a no"
        prompt = sum(took_s < PROMPT_S for took_s in crowd.took_s["Busy"])
        assert prompt > 0.5 * len(crowd.took_s["Busy"]), "most learnt at once that there is too much to do"
        assert crowd.open_most < ACCEPTED_P99_S * 10 * SUSTAINABLE, (
            "what is held is bounded by how long it waits"
        )
        while isinstance(await crowd.craft(1), Busy):
            await asyncio.sleep(0.05)
        began = loop.time()
        assert not isinstance(await crowd.craft(2), Busy)
        assert loop.time() - began < 3 * FLUSH_S, "and is as quick as ever"
        assert loop.time() - ended_at < 5.0

    run_virtually(scenario())


def test_nothing_that_was_refused_at_the_door_leaves_a_trace() -> None:
    async def scenario() -> None:
        crowd = Crowd()
        await crowd.start()
        await crowd.ask(10 * SUSTAINABLE, 5)
        decided = len(crowd.store.decided) - len(PLAYERS)
        assert decided == sum(crowd.replies.values()) - crowd.replies["Busy"]

    run_virtually(scenario())


def test_a_router_holds_no_more_requests_than_it_is_allowed_to() -> None:
    async def scenario() -> None:
        crowd = Crowd(requests_open_max=50)
        await crowd.start()
        replies = await asyncio.gather(*(crowd.craft(player) for player in PLAYERS[:200]))
        busy = [reply for reply in replies if isinstance(reply, Busy)]
        assert len(busy) == 150
        assert all(reply.overloaded for reply in busy)
        assert crowd.router.meters.refused == 150

    run_virtually(scenario())
