"""Memory that is being read, confirmed before its lease ends, so that whoever reads on need not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from actors.complaints import Complaints
from actors.grain import PlayerGrain, Stage
from actors.meters import Meters
from actors.store import Store
from faye.config import EngineConfig
from faye.utils.clock import Clock


class Confirmations:
    """Asks the database for the versions of many grains at once, beside all else that they do.

    It is never more than a convenience: a grain that is not confirmed in time is verified when it is asked next, as
    is one of a player without a row.
    """

    def __init__(
        self,
        config: EngineConfig,
        store: Store,
        clock: Clock,
        meters: Meters,
        complaints: Complaints,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._meters = meters
        self._complaints = complaints
        self._spawn = spawn
        self._due: dict[int, PlayerGrain] = {}
        self._under_way = False

    def note_read(self, grain: PlayerGrain) -> None:
        """Have a grain confirmed soon, if what was just read out of it was confirmed some time ago."""
        if (
            self._clock.monotonic_ms() - grain.verified_at_ms < self._config.confirm_after_ms
            or not grain.exists
        ):
            return
        self._due[grain.id] = grain
        if not self._under_way:
            self._under_way = True
            self._spawn(self._confirm_all())

    async def _confirm_all(self) -> None:
        try:
            while self._due:
                await asyncio.sleep(self._config.confirm_interval_ms / 1000)
                due, self._due = self._due, {}
                await self._confirm(list(due.values()))
        finally:
            self._under_way = False

    async def _confirm(self, grains: list[PlayerGrain]) -> None:
        """Ask for those at rest; what happens to one of them meanwhile counts more than the answer."""
        at_rest = [
            (grain, grain.player, grain.player.version)
            for grain in grains
            if grain.stage is Stage.IDLE and grain.player is not None
        ]
        if not at_rest:
            return
        asked_at_ms = self._clock.monotonic_ms()
        try:
            found = await self._store.load([], [], {grain.id: version for grain, _, version in at_rest})
        except Exception as error:
            self._complaints.tell(error, f"{len(at_rest)} grains cannot be confirmed")
            return
        self._meters.loads += 1
        for grain, player, version in at_rest:
            if grain.stage is not Stage.IDLE or grain.player is not player or player.version != version:
                continue  # whoever works with it counts on finding it as it was
            if grain.id in found.current:
                grain.verified_at_ms = max(grain.verified_at_ms, asked_at_ms)
            else:
                grain.deactivate()
