"""A campaign: many players over several front-ends, while one thing after the other dies; then the verdict."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cluster.environment import Environment
from cluster.home import Home
from cluster.settings import ClusterSettings
from cluster.system import System
from faye.config import Config
from faye.database.audit import audit
from faye.database.db import connect
from faye.messages import Command, Query, Reply, Undecided
from faye.messages.refusals import Abandoned
from faye.messages.start import Started
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.checking.checker import violations
from tests.checking.history import History, Seen
from tests.checking.log import log_violations
from tests.checking.records import Records
from tests.checking.violation import Violation
from tests.faults.campaign.draws import Draws
from tests.faults.campaign.front_end import FrontEnd, FrontEndLost, Way
from tests.faults.campaign.nemesis import FAULTS, Nemesis, Stage

WAYS: Final[tuple[Way, ...]] = ("streams", "calls", "streams")
"""A front-end each."""

FIRST_PLAYER: Final = 1 << 40
_WELL_WITHIN_S = 60.0
_BETWEEN_MAX_S = 1.5
_READY_WITHIN_S = 60.0
_POLL_S = 0.02
_AGAIN_WITHIN_S = 5.0
_TOGETHER_CHANCE = 0.3


@dataclass(frozen=True)
class Plan:
    """What a campaign does; the seed decides the order of faults and of requests."""

    seed: int
    seconds: float
    """How long things go wrong at least; each fault is injected once, however short this is."""
    players: int = 64
    clients: int = 80
    rate: float = 400.0
    """Requests a second when all is well."""


@dataclass
class Outcome:
    """What happened, and what is to be held against the engine."""

    plan: Plan
    history: History
    records: Records
    violations: list[Violation]
    audit: list[str]
    faults: Counter[str]
    first_answers_s: dict[str, list[float]]
    """Of each fault: how long until every player had been answered again."""
    replies: Counter[str]
    duplicates: int
    unanswered: int
    """Requests whose front-end died before the answer."""
    seconds: float

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.violations and not self.audit


@dataclass
class _Course:
    """What is counted while it runs."""

    answered_asked_at: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    """Of each player: when the latest request set out that was answered with something definite."""
    replies: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    unanswered: int = 0


class Campaign:
    """One campaign over a system that its own process runs; `config_directory` is what the front-ends read."""

    def __init__(self, plan: Plan, system: System, config: Config, config_directory: Path) -> None:
        self._plan = plan
        self._system = system
        self._config = config
        self._config_directory = config_directory
        self._players = range(FIRST_PLAYER, FIRST_PLAYER + plan.players)
        self._draws = Draws(plan.seed, self._players, config)
        self._chance = random.Random(plan.seed + 1)
        self._history = History()
        self._course = _Course()
        self._front_ends: list[FrontEnd] = []
        self._replaced = 0
        self._stage = Stage(system, config.engine, self._front_ends, self._replace)
        self._nemesis = Nemesis(self._stage, random.Random(plan.seed + 2))
        self._faults: Counter[str] = Counter()
        self._first_answers_s: dict[str, list[float]] = defaultdict(list)
        self._missed: list[Violation] = []
        self._over = False

    async def run(self) -> Outcome:
        """Play, let everything go wrong, come to rest, and judge."""
        began = time.monotonic()
        for number, way in enumerate(WAYS):
            self._front_ends.append(await self._started(f"front-end-{number}", way))
        ready = await self._until(lambda: all(each.standing for each in self._front_ends), _READY_WITHIN_S)
        assert ready, f"a front-end did not join the system within {_READY_WITHIN_S:g} s"
        await asyncio.gather(*(self._begin(player) for player in self._players))
        playing = asyncio.gather(*(self._client() for _ in range(self._plan.clients)))
        await self._let_things_go_wrong()
        self._over = True
        await playing
        await asyncio.gather(*(each.stop() for each in self._front_ends))
        return await self._judge(time.monotonic() - began)

    # ---------------------------------------------------------------------- playing

    async def _begin(self, player: int) -> None:
        """Start, again if a front-end died of it."""
        reply = None
        while not isinstance(reply, Started):
            reply = await self._ask(self._draws.start(player), self._anybody())
        self._draws.note(player, reply)

    async def _client(self) -> None:
        pause_s = self._plan.clients / self._plan.rate
        while not self._over:
            await self._act(self._draws.request())
            await asyncio.sleep(self._chance.uniform(0, 2 * pause_s))

    async def _act(self, request: Command | Query) -> None:
        """Ask once; or a command twice, by the same front-end or another, at once or later; or again if it was lost."""
        asking = [self._ask(request, self._anybody())]
        if isinstance(request, Command) and self._chance.random() < 0.2:
            self._course.duplicates += 1
            asking.append(self._ask(request, self._anybody()))
        replies = await asyncio.gather(*asking)
        for reply in replies:
            self._draws.note(request.player_id, reply)
        lost = any(reply is None for reply in replies) and self._chance.random() < 0.7
        if isinstance(request, Command) and (lost or self._chance.random() < 0.05):
            self._course.duplicates += 1
            await asyncio.sleep(
                self._chance.uniform(0, _AGAIN_WITHIN_S if self._chance.random() < 0.2 else 0.1)
            )
            await self._ask(request, self._anybody())

    async def _ask(self, request: Command | Query, front_end: FrontEnd | None) -> Reply | None:
        """Ask through one front-end and note what is seen; None if it died before it answered."""
        if front_end is None:
            await asyncio.sleep(_POLL_S)
            return None
        asked_at = time.monotonic()
        self._history.note_asked(request, asked_at)
        try:
            reply = await front_end.ask(request)
        except FrontEndLost:
            self._course.unanswered += 1
            return None
        name = f"{front_end.name}/{front_end.pid}"
        self._history.seen.append(Seen(name, request, asked_at, time.monotonic(), reply))
        self._course.replies[type(reply).__name__] += 1
        if _is_definite(reply):
            latest = self._course.answered_asked_at
            latest[request.player_id] = max(latest[request.player_id], asked_at)
        return reply

    def _anybody(self) -> FrontEnd | None:
        living = [each for each in self._front_ends if each.lives and each.standing is not None]
        return self._chance.choice(living) if living else None

    # ---------------------------------------------------------------------- going wrong

    async def _let_things_go_wrong(self) -> None:
        """Each fault once, in an order by chance; then any, sometimes two at once, until the time is over."""
        ends = time.monotonic() + self._plan.seconds
        once = list(FAULTS)
        self._chance.shuffle(once)
        while once or time.monotonic() < ends:
            await asyncio.sleep(self._chance.uniform(0.2, _BETWEEN_MAX_S))
            faults = [once.pop()] if once else self._some_faults()
            await asyncio.gather(*(self._go_through(fault) for fault in faults))

    def _some_faults(self) -> list[str]:
        number = 2 if self._chance.random() < _TOGETHER_CHANCE else 1
        return self._chance.sample(list(FAULTS), number)

    async def _go_through(self, fault: str) -> None:
        """Inject a fault and wait until everybody has been answered again."""
        seen_before = len(self._history.seen)
        since = await self._nemesis.inject(fault)
        self._faults[fault] += 1
        await self._until(lambda: all(self._answered_since(since)), _WELL_WITHIN_S)
        waits_s = self._first_answers(since, seen_before)
        silent = [player for player in self._players if player not in waits_s]
        if not silent:
            self._first_answers_s[fault].append(max(waits_s.values()))
        what = f"was not answered within {_WELL_WITHIN_S:.0f} s after: {fault}"
        self._missed += [Violation(player, what) for player in silent]

    def _first_answers(self, since: float, seen_before: int) -> dict[int, float]:
        """Of each player: how long after `since` the first was answered of what was asked from then on."""
        waits_s: dict[int, float] = {}
        for seen in self._history.seen[seen_before:]:
            if seen.asked_at >= since and _is_definite(seen.reply):
                wait_s, player = seen.answered_at - since, seen.request.player_id
                waits_s[player] = min(wait_s, waits_s.get(player, wait_s))
        return waits_s

    def _answered_since(self, moment: float) -> list[bool]:
        return [self._course.answered_asked_at[player] >= moment for player in self._players]

    # ---------------------------------------------------------------------- front-ends

    async def _started(self, name: str, way: Way) -> FrontEnd:
        return await FrontEnd.start(name, way, self._system.home.path, self._config_directory)

    async def _replace(self, gone: FrontEnd) -> None:
        """Put a new front-end in the place of one that ended; it is used when it is ready."""
        self._replaced += 1
        place = self._front_ends.index(gone)
        self._front_ends[place] = await self._started(gone.name, gone.way)
        await gone.stop()

    # ---------------------------------------------------------------------- judging

    async def _judge(self, seconds: float) -> Outcome:
        database = connect(self._system.database_url, self._config.engine, patient=True)
        files = LogFiles(self._system.home.logs)
        try:
            await TransactionLogger(database, files, self._config.engine).catch_up()
            records = await Records.read(database)
            audited = await audit(database, files, self._config.engine)
        finally:
            await database.dispose()
        found = [
            *self._missed,
            *violations(self._history, records, self._config),
            *log_violations(files.directory, records),
        ]
        return Outcome(
            plan=self._plan,
            history=self._history,
            records=records,
            violations=found,
            audit=[str(violation) for violation in audited.violations],
            faults=self._faults,
            first_answers_s=self._first_answers_s,
            replies=self._course.replies,
            duplicates=self._course.duplicates,
            unanswered=self._course.unanswered,
            seconds=seconds,
        )

    async def _until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Wait until something holds; False if it does not in time."""
        deadline = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(_POLL_S)
        return True


def _is_definite(reply: Reply) -> bool:
    """Whether the player was served, be it with a no."""
    return not isinstance(reply, (Undecided, Abandoned))


@asynccontextmanager
async def system_of_its_own(directory: Path, settings: ClusterSettings) -> AsyncIterator[System]:
    """A system in a new home below `directory`."""
    home = Home(directory / "home")
    owned = System.own(home, settings, Environment.read({}), progress=lambda line: None)
    async with owned as system:
        yield system
