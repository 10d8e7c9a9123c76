"""What is read again is answered again without the rule, and never with what is not true any more."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from actors import player_rules, reads
from actors.memory_store import MemoryStore
from actors.store import Snapshot, StoreUnavailable
from faye.config import Config, GameConfig
from faye.database.models.esprit import Esprit
from faye.database.models.player import Player
from faye.messages import Query, Reply
from faye.messages.admin import PreviewDeed, Suspend
from faye.messages.codec import QUERIES
from faye.messages.compare import CompareEsprits
from faye.messages.dissolve import GetDissolvePlan, Selection
from faye.messages.esprit import FindEsprits, GetCollection, GetEsprit
from faye.messages.fight import GetFight
from faye.messages.level import GetEnergy, GetLevel
from faye.messages.limit_break import GetLimitBreak
from faye.messages.profile import GetInventory, GetProfile, Profile
from faye.messages.summon import GetOdds
from faye.messages.team import GetTeam
from faye.messages.trial import GetTrial
from faye.messages.tutorial import GetTutorial
from tests.builders import small_config
from tests.simulation.virtual_time import run_virtually
from tests.unit.actors.one_runtime import HeldStore, World
from tests.unit.actors.test_forsaken_fights import into_a_fight

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANSWERS_AFTER_S = 0.003
LEASE_S = small_config().engine.lease_duration_ms / 1000


class WatchedStore(MemoryStore):
    """Counts who is verified, and can be out of reach, or slow, for verifying alone."""

    __slots__ = ("gate", "out_of_reach", "verified")

    def __init__(self) -> None:
        super().__init__()
        self.verified: list[int] = []
        self.out_of_reach = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self, players: Sequence[int], keys: Sequence[int], verify: Mapping[int, int]) -> Snapshot:
        self.verified += verify
        if self.out_of_reach:
            raise StoreUnavailable("as the test wants it")
        found = await super().load(players, keys, verify)
        await asyncio.sleep(ANSWERS_AFTER_S)
        if verify and not players:
            await self.gate.wait()
        return found


class Watched(World):
    """A runtime that tells how often a rule was asked."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, store: MemoryStore | None = None, config: Config | None = None
    ) -> None:
        super().__init__(store, config)
        self.asked = 0
        rule = reads.read

        def counted(*given: Any, **named: Any) -> Any:
            self.asked += 1
            return rule(*given, **named)

        monkeypatch.setattr(reads, "read", counted)

    async def profile_or_not(self) -> Reply:
        (profile,) = await self.ask(GetProfile(player_id=1))
        return profile

    async def profile(self) -> Profile:
        profile = await self.profile_or_not()
        assert isinstance(profile, Profile)
        return profile


def test_what_is_read_again_asks_no_rule_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        first = await world.profile()
        assert [await world.profile() for _ in range(3)] == [first] * 3
        assert world.asked == 1
        assert world.runtime.measure().reads == 4

    run_virtually(scenario())


def test_another_question_is_another_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        (one,) = await world.ask(GetCollection(player_id=1))
        (other,) = await world.ask(GetCollection(player_id=1, only="locked"))
        assert (one.matching, other.matching) == (1, 0)

    run_virtually(scenario())


def test_a_command_ends_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        before = await world.profile()
        await world.ask(world.craft(1))
        after = await world.profile()
        assert (before.version, after.version, world.asked) == (1, 2, 2)

    run_virtually(scenario())


def test_other_figures_in_force_end_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        before = await world.profile()
        game = world.config.game
        more = replace(game.player, energy_max=game.player.energy_max + 7)
        world.runtime.in_force.game = replace(game, player=more)
        assert (await world.profile()).energy_max == before.energy_max + 7

    run_virtually(scenario())


@pytest.mark.parametrize("ask", [GetProfile, GetEnergy])
def test_energy_that_grows_ends_what_was_read_to_the_millisecond(
    monkeypatch: pytest.MonkeyPatch, ask: type[Query]
) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        loop = asyncio.get_running_loop()
        (grain,) = world.runtime._table
        assert grain.player is not None
        grain.player.energy = 3
        started_at_s = loop.time()
        for amount in (3, 4, 5):
            grows_at_s = started_at_s + (amount - 2) * world.config.game.player.energy_minutes_per_point * 60
            seen = []
            for before_ms in (50, 49, 1, 0):
                await asyncio.sleep(grows_at_s - before_ms / 1000 + 0.0005 - loop.time())
                (reply,) = await world.ask(ask(player_id=1))
                seen.append(reply.energy)
            assert seen == [amount, amount, amount, amount + 1]

    run_virtually(scenario())


STAYING: tuple[Query, ...] = (
    GetProfile(player_id=1),
    GetEnergy(player_id=1),
    GetLevel(player_id=1),
    GetOdds(player_id=1),
    GetTeam(player_id=1),
    GetCollection(player_id=1),
    GetEsprit(player_id=1, esprit_id=1),
    FindEsprits(player_id=1, text="a"),
    CompareEsprits(player_id=1, first="1", second="2"),
)
"""One of each query whose answer stays."""
PASSING: tuple[Query, ...] = (
    GetInventory(player_id=1),
    GetTrial(player_id=1),
    GetFight(player_id=1),
    GetTutorial(player_id=1),
    GetLimitBreak(player_id=1, esprit="1"),
    GetDissolvePlan(player_id=1, selection=Selection(esprit="1")),
    PreviewDeed(player_id=1, deed=Suspend(minutes=1)),
)
"""One of each that is read each time."""


def test_every_query_is_said_to_stay_or_to_pass() -> None:
    assert {type(query) for query in (*STAYING, *PASSING)} == {*QUERIES} - {*reads.ALONE}
    player, _ = somebody(random.Random(1), game := small_config().game)
    for query in PASSING:
        assert player_rules.stays_until(player, query, now=NOW, config=game) == NOW


@pytest.mark.parametrize("query", STAYING, ids=lambda query: type(query).__name__)
def test_an_answer_stays_for_as_long_as_it_is_said_to(query: Query) -> None:
    chance = random.Random(5)
    game = small_config().game
    for _ in range(300):
        now = NOW + timedelta(milliseconds=chance.randrange(10**9))
        player, esprits = somebody(chance, game)
        first = player_rules.read(player, esprits, query, now=now, config=game)
        until = player_rules.stays_until(player, query, now=now, config=game)
        assert until > now
        stays_s = min((until - now).total_seconds(), 10**7)
        for part in (0.0, 0.5, chance.random(), 0.999999):
            later = now + timedelta(seconds=stays_s * part)
            assert player_rules.read(player, esprits, query, now=later, config=game) == first


def somebody(chance: random.Random, game: GameConfig) -> tuple[Player, dict[int, Esprit]]:
    """A player in the middle of something, now and then with more energy than grows."""
    ago = NOW - timedelta(milliseconds=chance.randrange(10**7))
    player = Player(id=1, version=3, started_at=ago, daily_claimed_at=ago, energy_at=ago, leader_id=1)
    player.energy = chance.randrange(game.player.energy_max + 20)
    player.level, player.xp = chance.randrange(1, 40), chance.randrange(100)
    species = chance.choices(list(game.roster), k=5)
    return player, {
        number: Esprit(id=number, player_id=1, species=code, level=number, gained_at=ago)
        for number, code in enumerate(species, start=1)
    }


def test_what_depends_on_the_moment_is_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        for _ in range(3):
            await world.ask(GetInventory(player_id=1))
        assert world.asked == 3

    run_virtually(scenario())


def test_whoever_reads_on_never_waits_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """And those who are read are confirmed together, well before their leases end, and no more often."""

    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.start(1, 2, 3)
        loop = asyncio.get_running_loop()
        for _ in range(100):
            asked_at_s = loop.time()
            await world.ask(*(GetProfile(player_id=player) for player in (1, 2, 3)))
            assert loop.time() == asked_at_s, "it was answered in the same moment"
            await asyncio.sleep(LEASE_S / 10)
        leases = 100 / 10
        assert leases <= len(store.verified) / 3 <= 2 * leases
        assert world.runtime.measure().loads <= 2 * leases + 1

    run_virtually(scenario())


def test_a_grain_that_is_read_no_more_is_not_confirmed_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.start(1)
        await asyncio.sleep(LEASE_S * 0.6)
        await world.profile()
        await asyncio.sleep(LEASE_S * 20)
        assert store.verified == [1]

    run_virtually(scenario())


def test_what_another_host_wrote_is_seen_within_a_lease_by_whoever_reads_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> None:
        here = Watched(monkeypatch)
        await here.start(1)
        there = World(here.store)
        there._keys = 1000
        for earlier in range(5):
            await there.ask(there.craft(1))
            written_at_s = asyncio.get_running_loop().time()
            while (await here.profile()).version < 2 + earlier:
                assert asyncio.get_running_loop().time() - written_at_s <= LEASE_S
                await asyncio.sleep(LEASE_S / 16)

    run_virtually(scenario())


def test_a_confirmation_that_comes_late_says_nothing_of_what_was_written_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.start(1)
        await asyncio.sleep(LEASE_S * 0.6)
        store.gate.clear()
        await world.profile()
        await asyncio.sleep(LEASE_S * 0.3)
        assert store.verified == [1], "it is asked for"
        await world.ask(world.craft(1))
        (grain,) = world.runtime._table
        verified_at_ms = grain.verified_at_ms
        store.gate.set()
        await asyncio.sleep(0.001)
        assert grain.player is not None, "nothing was dropped"
        assert grain.player.version == 2
        assert grain.verified_at_ms == verified_at_ms

    run_virtually(scenario())


def test_an_outage_is_noticed_only_when_the_lease_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.start(1)
        store.out_of_reach = True
        await asyncio.sleep(LEASE_S * 0.6)
        await world.profile()
        await asyncio.sleep(LEASE_S * 0.3)
        await world.profile()
        await asyncio.sleep(LEASE_S * 0.2)
        (answer,) = await world.runtime.deliver([world.envelope(GetProfile(player_id=1))])
        assert answer.status.name == "PENDING"
        store.out_of_reach = False
        assert (await world.profile()).version == 1

    run_virtually(scenario())


def test_a_late_answer_about_old_memory_makes_nobody_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The confirmation says that memory is old, while the grain is under verification as one that is warm."""

    async def scenario() -> None:
        store = WatchedStore()
        here = Watched(monkeypatch, store)
        await here.start(1)
        there = World(store)
        there._keys = 1000
        await there.ask(there.craft(1))
        await asyncio.sleep(LEASE_S * 0.7)
        store.gate.clear()
        await here.profile()
        await asyncio.sleep(LEASE_S * 0.31)  # the confirmation is under way, and the lease has ended
        waiting = asyncio.create_task(here.profile())
        await asyncio.sleep(ANSWERS_AFTER_S / 2)
        assert store.verified == [1, 1]
        store.gate.set()
        assert (await waiting).version == 2
        (grain,) = here.runtime._table
        assert grain.exists

    run_virtually(scenario())


def test_a_confirmation_counts_from_the_moment_of_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.start(1)
        await asyncio.sleep(LEASE_S * 0.6)
        store.gate.clear()
        await world.profile()
        asked_at_ms = world.clock.monotonic_ms() + world.config.engine.confirm_interval_ms
        await asyncio.sleep(LEASE_S * 0.35)
        store.gate.set()
        await asyncio.sleep(0.001)
        (grain,) = world.runtime._table
        assert grain.verified_at_ms == pytest.approx(asked_at_ms)

    run_virtually(scenario())


def test_what_is_found_old_is_dropped_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        here = Watched(monkeypatch, WatchedStore())
        await here.start(1)
        there = World(here.store)
        there._keys = 1000
        await there.ask(there.craft(1))
        await asyncio.sleep(LEASE_S * 0.6)
        await here.profile()
        await asyncio.sleep(LEASE_S * 0.2)
        assert (await here.profile()).version == 2, "well within the lease"

    run_virtually(scenario())


def test_whoever_has_no_row_is_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.profile_or_not()
        await asyncio.sleep(LEASE_S * 0.6)
        await world.profile_or_not()
        await asyncio.sleep(LEASE_S)
        assert store.verified == []

    run_virtually(scenario())


def test_a_confirmation_that_fails_is_an_outage_and_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        store = WatchedStore()
        world = Watched(monkeypatch, store)
        await world.start(1)
        store.out_of_reach = True
        await asyncio.sleep(LEASE_S * 0.6)
        await world.profile()
        await asyncio.sleep(LEASE_S * 0.2)
        assert world.runtime.measure().outages == 1

    run_virtually(scenario())
    assert "a unit of work failed" not in caplog.text


def test_nothing_is_read_again_past_a_write_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        store = HeldStore()
        world = Watched(monkeypatch, store)
        await world.start(1)
        await world.profile()
        store.gate.clear()
        writing = asyncio.create_task(world.ask(world.craft(1)))
        await asyncio.sleep(0.01)
        reading = asyncio.create_task(world.profile())
        await asyncio.sleep(0.01)
        assert not reading.done()
        store.gate.set()
        await writing
        assert (await reading).version == 2

    run_virtually(scenario())


def test_nothing_is_read_again_past_a_fight_that_time_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        fight = await into_a_fight(world)
        await asyncio.sleep(fight.until_ms / 1000 - world.clock.time_ms() / 1000 - 0.1)
        first = await world.profile()
        assert await world.profile() == first
        await asyncio.sleep(0.2)
        assert (await world.profile()).version == first.version + 1

    run_virtually(scenario())


def test_nobody_who_gave_up_is_answered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        await world.profile()
        late = replace(world.envelope(GetProfile(player_id=1)), deadline_ms=world.clock.time_ms())
        (answer,) = await world.runtime.deliver([late])
        assert answer.status.name == "DROPPED"

    run_virtually(scenario())


def test_a_clock_that_was_set_back_ends_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        await world.profile()
        now_ms = world.clock.time_ms()
        monkeypatch.setattr(world.clock, "time_ms", lambda: now_ms - 1)
        await world.profile()
        assert world.asked == 2

    run_virtually(scenario())


def test_the_answer_to_a_long_question_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        world = Watched(monkeypatch)
        await world.start(1)
        for length, asked in ((100, 1), (world.config.engine.read_remembered_max_bytes, 3)):
            for _ in range(2):
                await world.ask(FindEsprits(player_id=1, text="a" * length))
            assert world.asked == asked

    run_virtually(scenario())


def test_a_long_answer_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        config = small_config()
        world = Watched(
            monkeypatch, config=replace(config, engine=replace(config.engine, read_remembered_max_bytes=8))
        )
        await world.start(1)
        await world.profile()
        await world.profile()
        assert world.asked == 2

    run_virtually(scenario())
