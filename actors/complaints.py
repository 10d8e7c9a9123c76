"""What a host says in its log when work has to be done again."""

from __future__ import annotations

import logging
from typing import Final

from actors.meters import Meters
from actors.store import StoreUnavailable
from faye.utils.clock import Clock

log = logging.getLogger(__name__)

OUTAGE_LOG_INTERVAL_MS: Final = 1000


class Complaints:
    """Tells an outage in a line a second, and anything unforeseen with its traceback."""

    def __init__(self, clock: Clock, meters: Meters) -> None:
        self._clock = clock
        self._meters = meters
        self._told_at_ms = float("-inf")

    def tell(self, error: Exception, what: str, fields: dict[str, object] | None = None) -> None:
        """Say why jobs have to run again; `fields` name the command that it is about."""
        self._meters.outages += 1
        if not isinstance(error, StoreUnavailable):
            log.error("%s", what, exc_info=error, extra=fields)
        elif (now_ms := self._clock.monotonic_ms()) - self._told_at_ms >= OUTAGE_LOG_INTERVAL_MS:
            self._told_at_ms = now_ms
            log.warning("%s: %s", what, error, extra=fields)
