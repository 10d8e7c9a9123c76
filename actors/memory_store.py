"""The store's contract kept in memory: for simulations and unit tests, where a database would be the slow part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from actors.rows import ESPRIT_COLUMNS, PLAYER_COLUMNS, Row, esprit_from, player_from, values_of
from actors.store import (
    ConfigurationChanged,
    DataRefused,
    Decided,
    Exchanger,
    Line,
    Past,
    Snapshot,
    Write,
    page_of,
)
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.database.models.refund import is_refund_of
from faye.messages.history import GetHistory, HistoryEntry, HistoryPage
from faye.utils.clock import at


@dataclass(slots=True)
class MemoryStore:
    """Rows as tuples, so that nothing in the engine's memory can change them without a flush."""

    players: dict[int, Row] = field(default_factory=dict)
    esprits: dict[int, Row] = field(default_factory=dict)
    ledger: dict[tuple[int, int, int], Line] = field(default_factory=dict)
    decided: dict[int, Decided] = field(default_factory=dict)
    in_force: int | None = None
    """The configuration in force; None: none was ever put in force."""

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        """See `Store.load`."""
        return Snapshot(
            players=self._rows(players),
            esprits=self._collections(set(players)),
            decided={key: self.decided[key] for key in keys if key in self.decided},
            current=frozenset(key for key, version in verify.items() if self._version(key) == version),
        )

    async def flush(self, writes: Sequence[Write], config_id: int) -> set[int]:
        """See `Store.flush`."""
        self._require_in_force(config_id)
        for write in writes:
            self._create(write)
        held = [write for write in writes if self._version(write.player.id) == write.expected]
        self._apply(held)
        return {write.player.id for write in held}

    async def exchange(
        self,
        players: Sequence[int],
        key: int,
        decide: Exchanger,
        config_id: int,
        *,
        put_in_force: int | None = None,
    ) -> Decided | None:
        """See `Store.exchange`."""
        if (stood := self.decided.get(key)) is not None:
            return stood
        writes = decide(self._rows(players))
        self._require_in_force(config_id)
        for write in writes:
            self._create(write)
        self._apply(writes)
        if put_in_force is not None:
            self.in_force = put_in_force
        return None

    async def remember(self, decided: Decided) -> Decided | None:
        """See `Store.remember`."""
        stood = self.decided.setdefault(decided.key, decided)
        return None if stood is decided else stood

    async def past(self, key: int) -> Past | None:
        """See `Store.past`."""
        if (decided := self.decided.get(key)) is None:
            return None
        mine = [
            line for (player_id, *_), line in sorted(self.ledger.items()) if player_id == decided.player_id
        ]
        refunds = (line.at_ms for line in mine if is_refund_of(line.posting, key))
        return Past(decided, [line for line in mine if line.key == key], next(refunds, None))

    async def history(self, query: GetHistory) -> HistoryPage:
        """See `Store.history`."""
        after, before = query.after or (0, 0), query.before or (2**63, 0)
        found = [
            _entry(line)
            for (player_id, version, n), line in sorted(self.ledger.items(), reverse=query.after is None)
            if player_id == query.player_id
            and tuple(after) < (version, n) < tuple(before)
            and query.asset in (None, line.posting.asset)
        ]
        return page_of(found, query)

    def _require_in_force(self, config_id: int) -> None:
        if self.in_force not in (None, config_id):
            raise ConfigurationChanged(f"{self.in_force} is in force, not {config_id}")

    def _rows(self, players: Sequence[int]) -> dict[int, Player]:
        return {key: player_from(self.players[key]) for key in players if key in self.players}

    def _version(self, player_id: int) -> int | None:
        row = self.players.get(player_id)
        return None if row is None else int(row[PLAYER_COLUMNS.index("version")])

    def _collections(self, players: set[int]) -> dict[int, list[Esprit]]:
        found: dict[int, list[Esprit]] = {}
        owner = ESPRIT_COLUMNS.index("player_id")
        for row in self.esprits.values():
            if row[owner] in players:
                found.setdefault(row[owner], []).append(esprit_from(row))
        return found

    def _create(self, write: Write) -> None:
        if not write.exists:
            self.players.setdefault(write.player.id, values_of(Player(id=write.player.id), PLAYER_COLUMNS))

    def _apply(self, writes: Sequence[Write]) -> None:
        """Write everything or nothing: the checks come first."""
        for write in writes:
            self._check(write)
        for write in writes:
            if write.version > write.expected:
                self.players[write.player.id] = values_of(write.player, PLAYER_COLUMNS)
            self.ledger |= {(write.player.id, line.version, line.n): line for line in write.lines}
            self.decided |= {decided.key: decided for decided in write.decided}
            for esprit in (*write.gained.values(), *write.changed.values()):
                self.esprits[esprit.id] = values_of(esprit, ESPRIT_COLUMNS)
            for esprit_id in write.lost:
                del self.esprits[esprit_id]

    def _check(self, write: Write) -> None:
        """What the database's keys, checks and counts refuse."""
        keys = [decided.key for decided in write.decided]
        if len(set(keys)) < len(keys) or any(key in self.decided for key in keys):
            raise DataRefused("an idempotency key stands already")
        if any(esprit_id in self.esprits for esprit_id in write.gained):
            raise DataRefused("an Esprit's id stands already")
        owner = ESPRIT_COLUMNS.index("player_id")
        for esprit_id in (*write.changed, *write.lost):
            if esprit_id not in self.esprits or self.esprits[esprit_id][owner] != write.player.id:
                raise DataRefused("an Esprit to change is not there")
        if any(write.player.balance(currency) < 0 for currency in Player.BALANCES):
            raise DataRefused("a balance would be negative")


def _entry(line: Line) -> HistoryEntry:
    posting = line.posting
    return HistoryEntry(
        at=at(line.at_ms),
        event=posting.event,
        asset=posting.asset,
        delta=posting.delta,
        balance=posting.balance,
        version=line.version,
        n=line.n,
        subject=posting.subject,
        key=line.key,
    )
