"""What the hosts did between two moments, by the meters that come with every sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec.structs import replace

from actors.delivery import DeliveryFailed
from actors.meters import Meters
from actors.router import ShardRouter
from cluster.load.report import HostFigures

Reading = Mapping[str, Meters]
"""The meters by incarnation: a host that was started again counts from zero."""


async def read_meters(router: ShardRouter, timeout_s: float = 1.0) -> Reading:
    """The meters of every host that answers now."""
    found = await asyncio.gather(*(_meters(router, host, timeout_s) for host in router.placement.hosts))
    return dict(each for each in found if each is not None)


async def _meters(router: ShardRouter, host: str, timeout_s: float) -> tuple[str, Meters] | None:
    try:
        async with asyncio.timeout(timeout_s):
            pong = await router.delivery.ping(host)
    except (DeliveryFailed, TimeoutError):
        return None
    # A host of this very process gives the meters themselves, which go on.
    return None if pong.meters is None else (f"{pong.host}/{pong.incarnation}", replace(pong.meters))


def between(before: Reading, after: Reading) -> HostFigures | None:
    """What all hosts together did between two readings; None if none of them answered."""
    if not after:
        return None

    def grown(name: str) -> float:
        return float(
            sum(getattr(now, name) - getattr(before.get(host, _NOTHING), name) for host, now in after.items())
        )

    commits, envelopes = grown("commits"), grown("envelopes")
    return HostFigures(
        commands_per_commit=_ratio(grown("committed"), commits),
        requests_per_batch=_ratio(envelopes, grown("batches")),
        ms_per_commit=_ratio(grown("commit_ms"), commits),
        warm_fraction=_ratio(grown("warm"), envelopes),
    )


_NOTHING = Meters()


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None
