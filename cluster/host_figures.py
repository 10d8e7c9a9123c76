"""What hosts did lately, from the meters that come with their signs of life."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from actors.meters import Meters
from actors.router import Heard

_WINDOW_SAMPLES: Final = 6
"""At one sample a second, figures of the last five seconds."""


class HostFigures(Struct, frozen=True):
    """One host as one front-end sees it: counts of now, rates and shares of the last seconds.

    None where nothing is known, or where nothing was done that could have a size or a duration.
    """

    host: str
    lives: bool
    """Whether shards are placed on it: it answered the last heartbeat."""
    silent_s: float | None = None
    """Since its last sign of life; None if there was none yet."""
    incarnation: str = ""
    pid: int = 0
    grains: int = 0
    queued: int = 0
    requests_per_s: float | None = None
    commands_per_commit: float | None = None
    ms_per_commit: float | None = None
    warm_share: float | None = None


class HostWatch:
    """Keeps a few samples of each host and tells what lies between the oldest and the newest."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[Heard]] = {}

    def look(
        self, hosts: Collection[str], living: Collection[str], heard: Mapping[str, Heard], now_ms: float
    ) -> list[HostFigures]:
        """The figures of all hosts, after taking a sample of each."""
        return [self._figures(host, host in living, heard.get(host), now_ms) for host in hosts]

    def _figures(self, host: str, lives: bool, heard: Heard | None, now_ms: float) -> HostFigures:
        if heard is None or heard.pong.meters is None:
            return HostFigures(host, lives)
        now, before = heard.pong.meters, self._sampled(host, heard)
        grown = Meters(
            **{
                name: getattr(now, name) - getattr(before.pong.meters, name)
                for name in Meters.__struct_fields__
            }
        )
        passed_ms = heard.at_ms - before.at_ms
        answered = grown.effects + grown.refusals + grown.reads + grown.replays
        return HostFigures(
            host=host,
            lives=lives,
            silent_s=round((now_ms - heard.at_ms) / 1000, 3),
            incarnation=heard.pong.incarnation,
            pid=heard.pong.pid,
            grains=now.grains,
            queued=now.queued,
            requests_per_s=_ratio(1000 * answered, passed_ms),
            commands_per_commit=_ratio(grown.committed, grown.commits),
            ms_per_commit=_ratio(grown.commit_ms, grown.commits),
            warm_share=_ratio(grown.warm, grown.envelopes),
        )

    def _sampled(self, host: str, heard: Heard) -> Heard:
        """The oldest sample kept of this incarnation, after adding the newest."""
        samples = self._samples.setdefault(host, deque(maxlen=_WINDOW_SAMPLES))
        if samples and samples[-1].pong.incarnation != heard.pong.incarnation:
            samples.clear()  # it was started again and counts from zero
        samples.append(heard)
        return samples[0]


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None
