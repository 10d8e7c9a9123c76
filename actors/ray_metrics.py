"""What is counted here, as Ray's metrics: Ray's agent on each machine serves them to Prometheus.

Plain Ray has no agent. Then nothing is exported at all, so that nobody pays for what nobody reads.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import ray
from msgspec import Struct
from ray.util.metrics import Counter, Gauge

from actors.meters import Meters

EXPORT_EVERY_S: Final = 5.0

_NEXT_TO_NOTHING: Final = sys.float_info.min
"""What a counter begins with: a series that began with its first event would show Prometheus no growth."""


class Figure(Struct, frozen=True):
    """One exported figure. Prometheus knows it as `ray_` and its name, a counter's with `_total` behind it."""

    name: str
    description: str
    is_counter: bool = True
    labels: tuple[str, ...] = ()

    @property
    def exported_name(self) -> str:
        """The name that Prometheus scrapes."""
        return f"ray_{self.name}{'_total' if self.is_counter else ''}"


class Sample(Struct, frozen=True):
    """The value of one figure now; of a counter, all that was counted so far."""

    name: str
    value: float
    labels: Mapping[str, str] = {}


_OF_NOW: Final = ("grains", "queued")
_DESCRIPTIONS: Final = {
    "batches": "Batches delivered by routers",
    "envelopes": "Requests in these batches",
    "effects": "Commands that changed something",
    "refusals": "Commands that a rule refused",
    "reads": "Queries answered",
    "replays": "Commands asked again, which got their first reply",
    "busy": "Requests refused because a mailbox was full, or the host had too much to do",
    "moved": "Requests sent on because another host holds the shard",
    "dropped": "Requests whose deadline passed before they began",
    "commits": "Transactions acknowledged by the database",
    "commit_ms": "Milliseconds spent waiting for commits",
    "committed": "Commands in these commits",
    "stale": "Activations that lost to a newer writer and ran again",
    "refused": "Transactions that the database refused for their data",
    "outages": "Calls of the database whose outcome is unknown",
    "rules_failed": "Commands in which a rule raised an error",
    "loads": "Questions to the database for cold grains, keys and versions",
    "activations": "Grains loaded into memory",
    "passivations": "Grains forgotten because they were idle",
    "warm": "Requests that found their grain in memory",
    "grains": "Grains in memory now",
    "queued": "Jobs that wait in mailboxes or run now",
}

HOST_FIGURES: Final = tuple(
    Figure(f"faye_host_{field}", _DESCRIPTIONS[field], is_counter=field not in _OF_NOW)
    for field in Meters.__struct_fields__
)


class Exporter:
    """Hands samples of its figures on to Ray, each with the same labels for this process."""

    def __init__(
        self,
        figures: Iterable[Figure],
        labels: Mapping[str, str],
        *,
        counter: Callable[..., Any] = Counter,
        gauge: Callable[..., Any] = Gauge,
    ) -> None:
        self._counted: dict[tuple[str, ...], float] = {}
        self._counters: dict[str, Any] = {}
        self._gauges: dict[str, Any] = {}
        for figure in figures:
            make, kept = (counter, self._counters) if figure.is_counter else (gauge, self._gauges)
            metric = make(figure.name, description=figure.description, tag_keys=(*labels, *figure.labels))
            kept[figure.name] = metric.set_default_tags(dict(labels))

    def export(self, samples: Iterable[Sample]) -> None:
        """Set what is of now, and count what has grown since the last call."""
        for sample in samples:
            if (gauge := self._gauges.get(sample.name)) is not None:
                gauge.set(sample.value, tags=dict(sample.labels))
            else:
                self._count(sample)

    def _count(self, sample: Sample) -> None:
        series = (sample.name, *sample.labels.values())
        before = self._counted.get(series)
        grown = sample.value - (before or 0.0)
        if before is None and grown <= 0:
            grown = _NEXT_TO_NOTHING
        if grown > 0:
            self._counters[sample.name].inc(grown, tags=dict(sample.labels))
        self._counted[series] = sample.value


def host_samples(meters: Meters) -> list[Sample]:
    """A host's figures."""
    return [Sample(f"faye_host_{field}", getattr(meters, field)) for field in Meters.__struct_fields__]


def collected() -> bool:
    """Whether an agent on this machine takes metrics; asks Ray, so call it off the event loop."""
    here = ray.get_runtime_context().get_node_id()
    return any(node["NodeID"] == here and node["MetricsExportPort"] > 0 for node in ray.nodes())  # type: ignore[no-untyped-call]


async def keep_exporting(
    figures: Iterable[Figure], labels: Mapping[str, str], samples: Callable[[], Iterable[Sample]]
) -> None:
    """Export what `samples` gives every few seconds until cancelled; where nobody collects it, do nothing."""
    exporter = Exporter(figures, labels) if await asyncio.to_thread(collected) else None
    while True:
        if exporter is not None:
            exporter.export(samples())
        await asyncio.sleep(EXPORT_EVERY_S)
