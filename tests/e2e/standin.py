"""An engine in memory for tests of the front-end: the real rules, one player at a time, no storage."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import randbits

import msgspec

from actors.player_rules import decide, read
from faye.config import GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.outcome import Outcome
from faye.database.models.player import Player
from faye.messages import Command, Query, Reply
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.messages.refusals import Abandoned, IdempotencyConflict, NotKnownYet, NotStarted
from faye.utils.rng import Rng


class StandInEngine:
    """Router and players in one; it remembers what it was asked and can be held, lost or broken."""

    def __init__(self, config: GameConfig) -> None:
        self.config = config
        self.asked: list[Command | Query] = []
        self.effects: Counter[int] = Counter()
        """How often each idempotency key took effect."""
        self.open_gate = asyncio.Event()
        """Cleared: requests wait; this is how a test catches a bot in the middle."""
        self.open_gate.set()
        self.reply_is_lost = False
        """Commands take effect, but their replies do not arrive in time."""
        self.is_away = False
        """The database does not answer."""
        self.breaks_with: Exception | None = None
        self._was_asked = asyncio.Condition()
        self._keys: dict[int, int] = {}
        self._players: dict[int, Player] = {}
        self._esprits: dict[int, dict[int, Esprit]] = defaultdict(dict)
        self._ledger: dict[int, list[HistoryEntry]] = defaultdict(list)
        self._decided: dict[int, tuple[Command, Reply]] = {}

    # -- Router --------------------------------------------------------------------------------------

    async def ask(self, request: Command | Query) -> Reply:
        self.asked.append(request)
        async with self._was_asked:
            self._was_asked.notify_all()
        await self.open_gate.wait()
        if self.breaks_with is not None:
            raise self.breaks_with
        if self.is_away:
            return NotKnownYet()
        if isinstance(request, Query):
            return self._read(request)
        reply = self._decide(request)
        return NotKnownYet() if self.reply_is_lost else reply

    async def outcome(self, command: Command) -> Reply:
        if self.is_away:
            return NotKnownYet()
        if command.idempotency_key not in self._decided:
            self._decided[command.idempotency_key] = (command, Abandoned())
        return self._decided[command.idempotency_key][1]

    # -- Players -------------------------------------------------------------------------------------

    async def find(self, discord_id: int) -> int | None:
        if self.is_away:
            raise ConnectionError("the database does not answer")
        return self._keys.get(discord_id)

    async def open(self, discord_id: int) -> int:
        await self.find(discord_id)
        return self._keys.setdefault(discord_id, randbits(62))

    # -- for tests -----------------------------------------------------------------------------------

    def player(self, discord_id: int | str) -> Player:
        return self._player(self._keys[int(discord_id)])

    def esprits(self, discord_id: int | str) -> list[Esprit]:
        return list(self._esprits[self._keys[int(discord_id)]].values())

    def commands(self, kind: type[Command]) -> list[Command]:
        return [request for request in self.asked if isinstance(request, kind)]

    async def until_asked(self, holds: Callable[[Command | Query], bool], timeout_s: float = 10) -> None:
        async with asyncio.timeout(timeout_s), self._was_asked:
            await self._was_asked.wait_for(lambda: any(holds(request) for request in self.asked))

    # -- inside --------------------------------------------------------------------------------------

    def _player(self, key: int) -> Player:
        return self._players.setdefault(key, Player(id=key))

    def _decide(self, command: Command) -> Reply:
        known = self._decided.get(command.idempotency_key)
        if known is not None:
            return known[1] if known[0] == command else IdempotencyConflict()
        player, esprits = self._player(command.player_id), self._esprits[command.player_id]
        now = datetime.now(UTC)
        decided = decide(player, esprits, command, now=now, rng=Rng(randbits(63)), config=self.config)
        reply = self._apply(player, decided, now) if isinstance(decided, Outcome) else decided
        self._decided[command.idempotency_key] = (command, reply)
        if isinstance(decided, Outcome):
            self.effects[command.idempotency_key] += 1
        return reply

    def _apply(self, player: Player, outcome: Outcome[Reply], now: datetime) -> Reply:
        player.version += 1
        esprits = self._esprits[player.id]
        esprits.update({esprit.id: esprit for esprit in outcome.gained})
        for n, posting in enumerate(outcome.postings):
            entry = HistoryEntry(
                now,
                posting.event,
                posting.asset,
                posting.delta,
                posting.balance,
                player.version,
                n,
                posting.subject,
            )
            self._ledger[player.id].insert(0, entry)
        return msgspec.structs.replace(outcome.reply, version=player.version)

    def _read(self, query: Query) -> Reply:
        player = self._player(query.player_id)
        if isinstance(query, GetHistory):
            return self._history(query) if player.has_started else NotStarted()
        reply = read(player, self._esprits[query.player_id], query, now=datetime.now(UTC), config=self.config)
        return msgspec.structs.replace(reply, version=player.version)

    def _history(self, query: GetHistory) -> HistoryPage:
        entries = [
            entry
            for entry in self._ledger[query.player_id]
            if (query.asset is None or entry.asset == query.asset)
            and (query.before is None or (entry.version, entry.n) < query.before)
        ]
        return HistoryPage(entries=entries[: query.limit], has_more=len(entries) > query.limit)
