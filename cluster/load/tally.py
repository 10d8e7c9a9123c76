"""What became of the simulated players' requests, counted as it happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cluster.load.deeds import Verdict
from cluster.load.histogram import Histogram


@dataclass
class Counted:
    """Requests of one kind, or of a stretch of time: how they ended and how long they took."""

    latencies: Histogram = field(default_factory=Histogram)
    acknowledgements: Histogram = field(default_factory=Histogram)
    """How long the first sign took, where there is one before the answer (Discord's deferral)."""
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def add(self, verdict: Verdict, latency_ms: float, acknowledged_ms: float | None) -> None:
        """Count one request."""
        self.verdicts[verdict] += 1
        self.latencies.add(latency_ms)
        if acknowledged_ms is not None:
            self.acknowledgements.add(acknowledged_ms)

    def merge(self, other: Counted) -> None:
        """Count everything that `other` has counted."""
        self.latencies.merge(other.latencies)
        self.acknowledgements.merge(other.acknowledgements)
        self.verdicts.update(other.verdicts)


class Tally:
    """Counts by kind; answers after the measured time count in the latencies, not in the rate."""

    def __init__(self) -> None:
        self.kinds: dict[str, Counted] = {}
        self.overload = 0
        """Requests that were due and not sent, because too many were unanswered."""
        self.unanswered = 0
        """Requests under way now."""
        self.done_in_time = 0
        """Requests done, refusals not among them, while the measured time ran."""
        self.measured_s = 0.0
        """How long that was; 0 while it runs."""
        self._recent = Counted()

    def note(self, kind: str, verdict: Verdict, latency_ms: float, acknowledged_ms: float | None) -> None:
        """Count one answer."""
        for counted in (self.kinds.setdefault(kind, Counted()), self._recent):
            counted.add(verdict, latency_ms, acknowledged_ms)
        if not self.measured_s:
            self.done_in_time += verdict is Verdict.DONE

    def close(self, measured_s: float) -> None:
        """End the measured time; whatever is still under way is only waited for."""
        self.measured_s = self.measured_s or measured_s

    def recent(self) -> Counted:
        """What was counted since this was last asked."""
        recent, self._recent = self._recent, Counted()
        return recent

    def total(self) -> Counted:
        """All kinds together."""
        total = Counted()
        for counted in self.kinds.values():
            total.merge(counted)
        return total

    @property
    def rate(self) -> float:
        """Requests done a second while the measured time ran."""
        return self.done_in_time / self.measured_s if self.measured_s else 0.0
