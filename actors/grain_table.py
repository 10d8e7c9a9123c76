"""The grains of one host: found or made, the longest unused first, passivated when idle."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator

from actors.grain import PlayerGrain, Stage
from faye.config import EngineConfig
from faye.utils.clock import Clock


class GrainTable:
    """Every activation of a host. Only an idle grain is ever forgotten."""

    def __init__(self, config: EngineConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._grains: OrderedDict[int, PlayerGrain] = OrderedDict()

    def __len__(self) -> int:
        return len(self._grains)

    def __iter__(self) -> Iterator[PlayerGrain]:
        return iter(list(self._grains.values()))

    def find(self, player_id: int) -> PlayerGrain | None:
        """The player's grain if it is here."""
        return self._grains.get(player_id)

    def use(self, player_id: int) -> PlayerGrain:
        """The player's grain, made cold if it is not here."""
        grain = self._grains.get(player_id)
        if grain is None:
            grain = self._grains[player_id] = PlayerGrain(player_id, self._config)
        else:
            self._grains.move_to_end(player_id)
        grain.used_at_ms = self._clock.monotonic_ms()
        return grain

    def forget_shards(self, shards: Collection[int]) -> None:
        """Passivate the idle grains of shards that other hosts serve now."""
        for grain in self:
            if grain.shard in shards:
                self._forget(grain)

    def passivate(self) -> int:
        """Forget grains that were idle for long, and the longest unused beyond the bound; returns how many."""
        now_ms, idle_ms = self._clock.monotonic_ms(), self._config.grain_idle_s * 1000
        before = len(self)
        for grain in self:
            if len(self) <= self._config.grains_max and now_ms - grain.used_at_ms < idle_ms:
                break
            self._forget(grain)
        return before - len(self)

    def _forget(self, grain: PlayerGrain) -> None:
        if grain.stage is Stage.IDLE:
            del self._grains[grain.id]
