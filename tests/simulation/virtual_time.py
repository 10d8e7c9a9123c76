"""An event loop whose time passes only by waiting: seeded simulations run fast and repeat exactly."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH_MS = 1_790_000_000_000


class _LeapingSelector(selectors.SelectSelector):
    """Instead of sleeping until the next timer, moves the loop's time to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("the simulation is stuck: nothing is scheduled and something still waits")
        self.now_s += max(0.0, timeout)
        return []  # nothing here waits for a file or another thread


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time."""

    def __init__(self) -> None:
        self._leaping = _LeapingSelector()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now_s

    def leap(self, seconds: float) -> None:
        """Be later all of a sudden."""
        self._leaping.now_s += seconds


class VirtualClock:
    """The engine's clock on the running loop's time."""

    def time_ms(self) -> int:
        return EPOCH_MS + int(self.monotonic_ms())

    def monotonic_ms(self) -> float:
        return asyncio.get_running_loop().time() * 1000


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end in a virtual loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


def stand_still(seconds: float) -> None:
    """Let time pass without the loop running, as in a process that was stopped."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop), "only virtual time can be moved"
    loop.leap(seconds)
