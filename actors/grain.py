"""A player's grain: the aggregate in memory, its mailbox, and what it remembers of its own decisions."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from actors.ids import PLAYER, GrainId, shard_of
from actors.mailbox import Job, Mailbox
from actors.store import Decided
from actors.wire import Answer
from faye.config import EngineConfig, GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player


class Stage(Enum):
    """Where a grain stands; it is in one queue at most, and never loaded and run at the same time."""

    IDLE = auto()
    LOADING = auto()
    READY = auto()
    RUNNING = auto()


class LastRead(NamedTuple):
    """What was last answered out of memory, and for how long it is the answer."""

    raw: bytes
    """The encoded query."""
    answer: Answer
    version: int
    game: GameConfig
    since_ms: int
    until_ms: int
    """Unix times: what grows with time is as it was answered from the one and until the other."""

    def holds(self, version: int, game: GameConfig, now_ms: int) -> bool:
        """Whether the rule would answer the same."""
        return self.version == version and self.game is game and self.since_ms <= now_ms < self.until_ms


class PlayerGrain:
    """One player's activation. Nothing in it is trusted: the fence decides whether its writes count."""

    __slots__ = (
        "_config", "esprits", "exists", "id", "last_read", "mailbox", "player", "remembered", "seen_version",
        "shard", "solo", "stage", "used_at_ms", "verified_at_ms", "waiting",
    )  # fmt: skip

    def __init__(self, player_id: int, config: EngineConfig) -> None:
        self.id = player_id
        self.shard = shard_of(GrainId(PLAYER, player_id))
        self._config = config
        self.mailbox = Mailbox(config.mailbox_depth_max)
        self.waiting: dict[int, Job] = {}
        """Jobs queued or under way, by token: a second delivery joins the first."""
        self.stage = Stage.IDLE
        self.solo = 0
        """How many of the next jobs must run in a transaction of their own, after a refused batch."""
        self.used_at_ms = 0.0
        self.seen_version = 0
        self.remembered: dict[int, Decided] = {}
        """The last decisions by key, in order."""
        self.last_read: LastRead | None = None
        self.player: Player | None = None
        self.esprits: dict[int, Esprit] = {}
        self.exists = False
        self.verified_at_ms = float("-inf")

    def activate(self, player: Player | None, esprits: list[Esprit], verified_at_ms: float) -> None:
        """Take the aggregate as the database had it at `verified_at_ms`; None: the player has no row yet."""
        self.exists = player is not None
        self.player = player or Player(id=self.id)
        self.esprits = {esprit.id: esprit for esprit in esprits}
        self.verified_at_ms = verified_at_ms

    def deactivate(self) -> None:
        """Forget the aggregate and every decision: memory answers only for what this activation decided."""
        self.player = None
        self.esprits = {}
        self.last_read = None
        self.remembered.clear()
        self.verified_at_ms = float("-inf")

    @property
    def behind(self) -> bool:
        """Whether a sender has seen a newer version than the one in memory."""
        return self.player is not None and self.player.version < self.seen_version

    def wants_key(self, job: Job) -> bool:
        """Whether the job's key has to be looked up with the next load."""
        return job.is_command and job.stored is None and (job.must_look_up or self.player is None)

    def may_read(self, now_ms: float) -> bool:
        """Whether memory was known to be the newest state within the last lease."""
        return now_ms - self.verified_at_ms <= self._config.lease_duration_ms

    def remember(self, decided: Decided) -> None:
        """Keep a decision of this activation, the oldest making room."""
        self.remembered[decided.key] = decided
        if len(self.remembered) > self._config.replies_remembered_max:
            del self.remembered[next(iter(self.remembered))]
