"""Trouble on request: what a test asks the local Discord to do wrong."""

import re
from dataclasses import dataclass


@dataclass(slots=True)
class RestFault:
    """What happens to the next matching REST calls instead of, before, or after their work."""

    pattern: re.Pattern[str]
    status: int | None
    retry_after_s: float
    delay_s: float
    remaining: int
    answer_is_lost: bool = False
    """The call takes effect; who made it gets the status instead of the answer, or a cut connection."""


class Faults:
    """The faults that still wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[RestFault] = []

    def add(
        self,
        pattern: str,
        *,
        status: int | None = None,
        retry_after_s: float = 0.05,
        delay_s: float = 0.0,
        times: int = 1,
        answer_is_lost: bool = False,
    ) -> None:
        """Meet the next calls whose `METHOD /path` matches with a status, a delay or both.

        If their answer is lost, they take effect all the same, and without a status the connection is cut.
        """
        fault = RestFault(re.compile(pattern), status, retry_after_s, delay_s, times, answer_is_lost)
        self._waiting.append(fault)

    def take(self, call: str) -> RestFault | None:
        """Return the fault for this call, if one waits, and count it."""
        for fault in self._waiting:
            if fault.pattern.search(call):
                fault.remaining -= 1
                if fault.remaining <= 0:
                    self._waiting.remove(fault)
                return fault
        return None
