"""When requests set out: as many at a time as wanted (closed), or on a schedule that waits for nobody (open).

In a closed loop a slow system is asked less, and so looks better than it is to people who come when they like. The
open loop asks at moments drawn beforehand and measures each request from its moment, however late it could be sent:
time spent waiting for its turn is time that its player waits.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cluster.load.deeds import Chooser, Deed, Verdict
from cluster.load.tally import Tally


@dataclass(frozen=True, slots=True)
class Heard:
    """How a request ended, and when its first sign came (by `time.monotonic`), if one came before the answer."""

    verdict: Verdict
    acknowledged_at_s: float | None = None


Act = Callable[[Deed], Awaitable[Heard]]
"""Does a deed and returns when its player has the answer; raises only for a bug."""


Clock = Callable[[], float]
"""Seconds, only their differences mean something. Not the loop's own time, which may be rounded to milliseconds."""


async def closed_loop(
    act: Act,
    chooser: Chooser,
    tally: Tally,
    *,
    concurrency: int,
    seconds: float,
    clock: Clock = time.monotonic,
) -> None:
    """Keep `concurrency` requests under way for `seconds`, then wait for the last answers."""

    async def client(until_s: float) -> None:
        while (now_s := clock()) < until_s:
            tally.unanswered += 1
            await _do(act, chooser.draw(), tally, since_s=now_s, clock=clock)

    with _measured(tally, seconds, clock) as began_s:
        async with asyncio.TaskGroup() as clients:
            for _ in range(concurrency):
                clients.create_task(client(began_s + seconds))


async def open_loop(
    act: Act,
    chooser: Chooser,
    tally: Tally,
    *,
    rate: float,
    seconds: float,
    unanswered_max: int,
    seed: int = 1,
    clock: Clock = time.monotonic,
) -> None:
    """Send `rate` requests a second for `seconds`, at moments that independent people choose; then wait likewise."""
    with _measured(tally, seconds, clock) as began_s:
        async with asyncio.TaskGroup() as requests:
            for moment_s in moments(rate, seconds, seed):
                due_s = began_s + moment_s
                # Also when late: what is under way must go on meanwhile.
                await asyncio.sleep(max(0.0, due_s - clock()))
                if tally.unanswered >= unanswered_max:
                    tally.overload += 1
                    continue
                tally.unanswered += 1
                since_s = min(due_s, clock())  # timers are coarse and may fire before their moment
                requests.create_task(_do(act, chooser.draw(), tally, since_s=since_s, clock=clock))


def moments(rate: float, seconds: float, seed: int) -> Iterator[float]:
    """Seconds from the start at which requests are due: a Poisson process of `rate`."""
    chance = random.Random(seed)
    moment_s = chance.expovariate(rate)
    while moment_s < seconds:
        yield moment_s
        moment_s += chance.expovariate(rate)


async def _do(act: Act, deed: Deed, tally: Tally, *, since_s: float, clock: Clock) -> None:
    try:
        heard = await act(deed)
    finally:
        tally.unanswered -= 1
    first_s = heard.acknowledged_at_s
    acknowledged_ms = None if first_s is None else (first_s - since_s) * 1000
    tally.note(deed.kind, heard.verdict, (clock() - since_s) * 1000, acknowledged_ms)


@contextmanager
def _measured(tally: Tally, seconds: float, clock: Clock) -> Iterator[float]:
    """Close the tally after `seconds`, or when the block is broken off; gives the moment of the start."""
    began_s = clock()
    closing = asyncio.get_running_loop().call_later(seconds, lambda: tally.close(clock() - began_s))
    try:
        yield began_s
    finally:
        closing.cancel()
        tally.close(clock() - began_s)
