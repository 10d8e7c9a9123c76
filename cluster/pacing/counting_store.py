"""The store of a simulation: state in memory, and of the ledger only its sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from actors.memory_store import MemoryStore
from actors.store import Write
from faye.config import GameConfig
from faye.database.models.outcome import ESPRIT, FIGHT

TOP_RARITIES: Final = frozenset(("Supreme", "Deity"))


class CountingStore(MemoryStore):
    """Keeps neither ledger lines nor replies, so that months fit into memory; the engine itself remembers the last."""

    __slots__ = ("_game", "earned", "tops")

    def __init__(self, game: GameConfig) -> None:
        super().__init__()
        self._game = game
        self.earned: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """What all players together were paid so far, by currency and by event; returned prices do not count."""
        self.tops: Counter[int] = Counter()
        """How many Supremes or better each player has got so far."""

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        """See `Store.flush`."""
        written = await super().flush(writes, config_id)
        for write in writes:
            if write.player.id in written:
                self._count(write)
        self.ledger.clear()
        self.decided.clear()
        return written

    def _count(self, write: Write) -> None:
        for line in write.lines:
            posting = line.posting
            if posting.delta <= 0 or posting.asset == FIGHT or posting.event == "trial.returned":
                continue
            if posting.asset == ESPRIT:
                rarity = self._game.roster[posting.subject or ""].rarity
                self.tops[write.player.id] += rarity in TOP_RARITIES
            else:
                self.earned[posting.asset][posting.event] += posting.delta
