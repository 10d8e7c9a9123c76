"""What one front-end knows of itself and of the hosts, read where it is counted."""

from __future__ import annotations

import os
import time

from cluster.engine import Engine
from cluster.host_figures import HostWatch
from cluster.vitals import Vitals


class Observer:
    """Looks at an engine without disturbing it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hosts = HostWatch()

    def vitals(self) -> Vitals:
        """What `status` is told; its rates are of the last few calls, so call it once a second."""
        router = self._engine.router
        return Vitals(
            pid=os.getpid(),
            at_s=time.time(),
            log_complaint=self._engine.logger.complaint,
            asked=router.meters.asked,
            unanswered=router.meters.unanswered,
            resent=router.meters.resent,
            streams=len(self._engine.delivery.streams()),
            hosts=self._hosts.look(
                router.placement.hosts, router.placement.living, router.heard, time.monotonic() * 1000
            ),
        )
