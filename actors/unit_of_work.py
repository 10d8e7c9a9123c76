"""One transaction's worth of decisions, over many grains."""

from __future__ import annotations

from actors.store import Line, Store, Write
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Reply


class UnitOfWork:
    """Collects what grains decided and commits it together; without `commit` nothing of it ever happened."""

    def __init__(self, store: Store, config_id: int) -> None:
        self._store = store
        self._config_id = config_id
        self._writes: dict[int, Write] = {}

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self._writes

    @property
    def commands(self) -> int:
        """How many commands were decided in it."""
        return sum(len(write.decided) for write in self._writes.values())

    def touches(self, player_id: int) -> bool:
        """Whether something of the player waits for the commit."""
        return player_id in self._writes

    def open(self, player: Player, exists: bool) -> Write:
        """The player's write, begun at the version that memory holds now, before the rule runs."""
        write = self._writes.get(player.id)
        if write is None:
            write = Write(player, expected=player.version, exists=exists, version=player.version)
            self._writes[player.id] = write
        return write

    def discard(self, player_id: int) -> None:
        """Take a player's write back, as if its rules had not run."""
        self._writes.pop(player_id, None)

    async def commit(self) -> set[int]:
        """Write everything in one transaction; returns the players whose fence held. Raises like `flush`."""
        return await self._store.flush(list(self._writes.values()), self._config_id)


def record_effect(write: Write, outcome: Outcome[Reply], *, key: int, seed: int | None, at_ms: int) -> None:
    """Bind an outcome to the player's next version: its lines, and what became of Esprits, netted."""
    write.version += 1
    write.player.version = write.version
    for n, posting in enumerate(outcome.postings):
        write.lines.append(Line(write.version, n, key, posting, seed, at_ms))
    for esprit in outcome.gained:
        write.gained[esprit.id] = esprit
    for esprit in outcome.changed:
        if esprit.id not in write.gained:
            write.changed[esprit.id] = esprit
    for esprit_id in outcome.lost:
        write.changed.pop(esprit_id, None)
        if write.gained.pop(esprit_id, None) is None:
            write.lost.add(esprit_id)
