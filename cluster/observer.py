"""What one front-end knows of itself and of the hosts, read where it is counted."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from typing import Final

from actors.ray_metrics import Figure, Sample, keep_exporting
from cluster.engine import Engine
from cluster.host_figures import HostWatch
from cluster.vitals import Vitals
from faye.utils.image_generator import CardStudio

FRONT_END_FIGURES: Final = (
    Figure("faye_front_end_asked", "Requests that were asked of the hosts"),
    Figure("faye_front_end_answered", "Requests that a host answered in time"),
    Figure("faye_front_end_unanswered", "Requests without an answer at their deadline"),
    Figure("faye_front_end_refused", "Requests refused at once because there was too much to do"),
    Figure("faye_front_end_resent", "Requests sent again, because a host died, was slow or refused a batch"),
    Figure("faye_front_end_hosts_living", "Hosts that answered the last heartbeat", is_counter=False),
    Figure("faye_front_end_hosts_missing", "Hosts that did not", is_counter=False),
    Figure("faye_front_end_streams", "Hosts reached by a direct stream", is_counter=False),
    Figure("faye_front_end_interactions", "Interactions by what came of them", labels=("command", "outcome")),
    Figure("faye_front_end_cards_kept", "Pictures that were wanted and there"),
    Figure("faye_front_end_cards_drawn", "Pictures that had to be drawn"),
    Figure("faye_front_end_log_writer", "1 in the front-end that writes transactions.log", is_counter=False),
    Figure("faye_front_end_log_behind_seconds", "Since the log held everything", is_counter=False),
    Figure("faye_front_end_log_complains", "1 while the log does not keep up", is_counter=False),
)


class Observer:
    """Looks at an engine, and at the bot over it, without disturbing them."""

    def __init__(self, engine: Engine, outcomes: Mapping[tuple[str, str], int], cards: CardStudio) -> None:
        self._engine = engine
        self._outcomes = outcomes
        self._cards = cards
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

    async def export(self) -> None:
        """Give Ray's agent the front-end's figures until cancelled, if there is one."""
        labels = {"system": self._engine.namespace, "front_end": str(os.getpid())}
        await keep_exporting(FRONT_END_FIGURES, labels, self.samples)

    def samples(self) -> Iterator[Sample]:
        """The front-end's figures now."""
        router, logger = self._engine.router, self._engine.logger
        behind_s = logger.behind_s
        living = len(router.placement.living)
        values = {
            "asked": router.meters.asked,
            "answered": router.meters.answered,
            "unanswered": router.meters.unanswered,
            "refused": router.meters.refused,
            "resent": router.meters.resent,
            "hosts_living": living,
            "hosts_missing": len(router.placement.hosts) - living,
            "streams": len(self._engine.delivery.streams()),
            "cards_kept": self._cards.kept_pictures,
            "cards_drawn": self._cards.drawn_pictures,
            "log_writer": behind_s is not None,
            "log_behind_seconds": behind_s or 0.0,
            "log_complains": logger.complaint is not None,
        }
        for name, value in values.items():
            yield Sample(f"faye_front_end_{name}", float(value))
        for (command, outcome), count in list(self._outcomes.items()):
            labels = {"command": command, "outcome": outcome}
            yield Sample("faye_front_end_interactions", float(count), labels)
