"""The ledger is cut into periods that close for good, while everybody goes on writing."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config
from faye.database.audit import audit
from faye.database.db import connect
from faye.database.ledger_periods import OPENINGS_DUE, PeriodRefused, close_period, keep_periods
from faye.messages.craft import Craft, Crafted
from faye.messages.history import GetHistory, HistoryPage
from faye.messages.start import Start
from faye.messages.summon import Summon, Summoned
from faye.messages.transfer import Transfer, Transferred
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import TransactionLogger
from tests.builders import new_key
from tests.integration.database.played import until

OPENINGS = "SELECT player_id, asset, version, balance, digest FROM ledger_openings WHERE period = :period ORDER BY 1, 2"

OPEN_WITHOUT_PARTITION = (
    "ALTER TABLE ledger_periods DISABLE TRIGGER in_turn",
    "INSERT INTO ledger_periods (period) VALUES (2)",
    "ALTER TABLE ledger_periods ENABLE TRIGGER in_turn",
)


@pytest.fixture
def engine(patient_engine: AsyncEngine) -> AsyncEngine:
    return patient_engine


@pytest.fixture
async def router(engine: AsyncEngine, config: Config) -> AsyncIterator[ShardRouter]:
    store = PostgresStore(engine)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    yield router
    await router.close()


async def rows(engine: AsyncEngine, query: str, **given: object) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(query), given)]


async def start(router: ShardRouter, *players: int) -> None:
    for player in players:
        await router.ask(Start(player_id=player, idempotency_key=new_key()))


async def craft(router: ShardRouter, player: int) -> None:
    assert isinstance(await router.ask(Craft(player_id=player, idempotency_key=new_key(), amount=1)), Crafted)


async def give(router: ShardRouter, giver: int, receiver: int) -> None:
    transfer = Transfer(player_id=giver, idempotency_key=new_key(), to_player_id=receiver, amount=1)
    assert isinstance(await router.ask(transfer), Transferred)


async def periods(engine: AsyncEngine) -> list[tuple[object, ...]]:
    return await rows(engine, "SELECT period, closed_at IS NOT NULL FROM ledger_periods ORDER BY 1")


async def test_a_closed_period_is_summed_up_in_openings(engine: AsyncEngine, router: ShardRouter) -> None:
    await start(router, 1, 2)
    assert await close_period(engine) == 1
    await craft(router, 1)
    assert isinstance(
        await router.ask(Summon(player_id=1, idempotency_key=new_key(), banner="standard")), Summoned
    )
    assert await close_period(engine) == 2
    assert await periods(engine) == [(1, True), (2, True), (3, False)]
    last_lines = (
        "SELECT DISTINCT ON (player_id, asset) player_id, asset, balance FROM ledger WHERE period <= :period "
        "ORDER BY player_id, asset, version DESC, n DESC"
    )
    for period in (1, 2):
        drawn = [
            (player, asset, balance)
            for player, asset, _, balance, _ in await rows(engine, OPENINGS, period=period)
        ]
        assert drawn == [
            row for row in await rows(engine, last_lines, period=period) if period == 1 or row[0] == 1
        ]
    held = (
        "SELECT player_id, count(*), sum(faye_esprit_digest(id, species)) FROM esprits "
        "WHERE player_id = 1 GROUP BY 1"
    )
    digests = [
        (row[0], row[3], row[4]) for row in await rows(engine, OPENINGS, period=2) if row[1] == "esprit"
    ]
    assert digests == await rows(engine, held)
    assert {row[2] for row in await rows(engine, OPENINGS, period=2)} == {3}


async def test_a_digest_tells_species_and_ids_apart_and_never_changes(engine: AsyncEngine) -> None:
    query = "SELECT faye_esprit_digest(7, 'a'), faye_esprit_digest(7, 'b'), faye_esprit_digest(77, 'a')"
    (digests,) = await rows(engine, query)
    assert len(set(digests)) == 3
    # Fixed for ever: openings of closed periods hold sums of them.
    assert digests[0] == 589300173619242887


async def test_a_closed_period_takes_no_line(engine: AsyncEngine, router: ShardRouter) -> None:
    await start(router, 1)
    await close_period(engine)
    line = (
        "INSERT INTO {table} (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at, "
        "period) VALUES (1, 9, 0, 1, 'forged', 'faylen', 0, 0, 1, now(), 1)"
    )
    for table in ("ledger", "ledger_1"):
        with pytest.raises(sa.exc.DBAPIError, match="ledger_1 is closed"):
            await rows(engine, line.format(table=table))


@pytest.mark.parametrize("table", ["ledger", "ledger_1", "ledger_2", "ledger_openings"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET balance = 0", "DELETE FROM {}", "TRUNCATE {}"])
async def test_neither_lines_nor_openings_can_be_changed(
    engine: AsyncEngine, router: ShardRouter, table: str, statement: str
) -> None:
    await start(router, 1)
    await close_period(engine)
    await craft(router, 1)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        await rows(engine, statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger_periods",
        "TRUNCATE ledger_periods",
        "UPDATE ledger_periods SET closed_at = NULL WHERE period = 1",
        "UPDATE ledger_periods SET closed_at = now() WHERE period = 1",
        "UPDATE ledger_periods SET period = 7 WHERE period = 2",
        "UPDATE ledger_periods SET opened_xid = '3', closed_at = now() WHERE period = 2",
    ],
)
async def test_a_period_is_closed_once_and_never_changed(engine: AsyncEngine, statement: str) -> None:
    await close_period(engine)
    with pytest.raises(sa.exc.DBAPIError, match=r"append-only|closed once"):
        await rows(engine, statement)


async def test_history_is_read_across_periods(engine: AsyncEngine, router: ShardRouter) -> None:
    await start(router, 1)
    for _ in range(3):
        await craft(router, 1)
        await close_period(engine)
    page, versions = await router.ask(GetHistory(player_id=1, asset="fayrites", limit=2)), []
    while isinstance(page, HistoryPage):
        versions += [entry.version for entry in page.entries]
        if not page.has_more:
            break
        before = (page.entries[-1].version, page.entries[-1].n)
        page = await router.ask(GetHistory(player_id=1, asset="fayrites", limit=2, before=before))
    assert versions == [4, 3, 2]


@pytest.fixture
async def late_router(database_url: str, config: Config) -> AsyncIterator[ShardRouter]:
    """A router and host whose sessions can be told apart, and wait for locks without end."""
    engine = connect(database_url, config.engine, name="straggler", patient=True)
    store = PostgresStore(engine)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    yield router
    await router.close()
    await engine.dispose()


@pytest.mark.parametrize("alone", [True, False], ids=["one-grain", "two-grains"])
async def test_a_straggler_writes_into_the_next_period(
    engine: AsyncEngine, late_router: ShardRouter, alone: bool
) -> None:
    """A command waits for its player's row with the old period in view; the period closes before it goes on.

    Alone, it reaches the closed partition and runs again. Over two grains it writes in a statement after its locks.
    """
    await start(late_router, 1, 2)
    async with engine.connect() as holder:
        await holder.execute(sa.text("SELECT 1 FROM players WHERE id = 1 FOR UPDATE"))
        late = asyncio.create_task(craft(late_router, 1) if alone else give(late_router, 1, 2))
        await until_waiting(engine)
        assert await close_period(engine) == 1
        await holder.rollback()
    await late
    written = "SELECT DISTINCT period, version FROM ledger WHERE player_id = 1 ORDER BY 1"
    assert await rows(engine, written) == [(1, 1), (2, 2)]


async def test_a_straggler_that_is_stale_besides_is_fenced(
    engine: AsyncEngine, late_router: ShardRouter
) -> None:
    """Another host writes the player's next version into the next period while the straggler waits for the row."""
    await start(late_router, 1)
    async with engine.connect() as other:
        await other.execute(sa.text("SELECT 1 FROM players WHERE id = 1 FOR UPDATE"))
        late = asyncio.create_task(craft(late_router, 1))
        await until_waiting(engine)
        assert await close_period(engine) == 1
        await other.execute(sa.text("UPDATE players SET version = 2 WHERE id = 1"))
        line = (
            "INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at) "
            "VALUES (1, 2, 0, 1, 'other', 'fayrites', 0, 0, 1, now())"
        )
        await other.execute(sa.text(line))
        await other.commit()
    await late
    written = "SELECT DISTINCT period, version FROM ledger ORDER BY 2"
    assert await rows(engine, written) == [(1, 1), (2, 2), (2, 3)]


async def until_waiting(engine: AsyncEngine) -> None:
    waiting = (
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'straggler' AND wait_event_type = 'Lock'"
    )
    await until(engine, waiting)


async def test_periods_never_go_back_while_several_write_and_close(
    engine: AsyncEngine, router: ShardRouter, config: Config, tmp_path: Path
) -> None:
    """The log is written meanwhile, and is the ledger in the end."""
    files = LogFiles(tmp_path)
    await start(router, *range(1, 6))
    done = asyncio.Event()

    async def write(player: int) -> None:
        await craft(router, player)
        while not done.is_set():
            await give(router, player, player % 5 + 1)

    logging = asyncio.create_task(TransactionLogger(engine, files, config.engine).run())
    writers = [asyncio.create_task(write(player)) for player in range(1, 6)]
    for _ in range(4):
        await asyncio.gather(close_period(engine), close_period(engine))
    done.set()
    await asyncio.gather(*writers)
    report = await audit(engine, files, config.engine, every_period=True)
    logging.cancel()
    await asyncio.gather(logging, return_exceptions=True)
    assert report.clean, report.violations
    assert report.logged_entries == report.ledger_entries
    going_back = (
        "SELECT * FROM (SELECT period, lag(period) OVER (PARTITION BY player_id ORDER BY version, n) AS earlier "
        "FROM ledger) l WHERE earlier > period"
    )
    assert not await rows(engine, going_back)
    assert len(await rows(engine, "SELECT DISTINCT period FROM ledger")) > 3


async def test_who_sees_a_period_before_its_partition_writes_again(
    engine: AsyncEngine, router: ShardRouter
) -> None:
    """A statement lists the partitions before it takes its snapshot; what is attached between the two is this."""
    await start(router, 1, 2)
    async with engine.begin() as connection:
        for statement in OPEN_WITHOUT_PARTITION:
            await connection.execute(sa.text(statement))
    waiting = [asyncio.create_task(job) for job in (craft(router, 1), give(router, 2, 1))]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE TABLE ledger_2 PARTITION OF ledger FOR VALUES IN (2)"))
    await asyncio.gather(*waiting)
    assert await rows(engine, "SELECT DISTINCT player_id FROM ledger WHERE period = 2 ORDER BY 1") == [
        (1,),
        (2,),
    ]


async def test_a_closing_that_was_killed_anywhere_is_finished_by_the_next(
    database_url: str, engine: AsyncEngine, router: ShardRouter, config: Config
) -> None:
    """The connection breaks at every statement of a closing in turn, each time in another period."""
    await start(router, 1, 2)
    for survived in itertools.count():
        await give(router, 1, 2)
        current = (await rows(engine, "SELECT max(period) FROM ledger_periods"))[0][0]
        killed = await close_and_die(connect(database_url, config.engine, patient=True), survived)
        await give(router, 2, 1)
        assert await close_period(engine) == (current if killed else current + 1)
        drawn = await rows(engine, OPENINGS, period=current)
        assert drawn == sorted(await rows(engine, OPENINGS_DUE, period=current)) != []
        assert (await periods(engine))[current - 1] == (current, True)
        if not killed:
            break
    assert survived > 15


async def close_and_die(doomed: AsyncEngine, survived: int) -> bool:
    """Close a period over a connection that breaks after so many statements; whether it came to that."""
    statements = itertools.count(1)

    def break_off(*_: object) -> None:
        if next(statements) > survived:
            raise ConnectionResetError

    sa.event.listen(doomed.sync_engine, "before_cursor_execute", break_off)
    try:
        await close_period(doomed)
    except ConnectionResetError:
        return True
    finally:
        await doomed.dispose()
    return False


async def test_a_period_is_closed_when_it_has_lasted_long_enough(engine: AsyncEngine, config: Config) -> None:
    # Not by the clock: every test's database is a copy of one that was made when the run began.
    ((opened_at,),) = await rows(engine, "SELECT opened_at FROM ledger_periods")
    assert isinstance(opened_at, datetime)
    due_at = opened_at + timedelta(days=config.engine.ledger_period_days)
    shortly = timedelta(seconds=1)
    assert await keep_periods(engine, opened_at, config.engine) is None
    assert await keep_periods(engine, due_at - shortly, config.engine) is None
    assert await keep_periods(engine, due_at + shortly, config.engine) == 1
    several = [keep_periods(engine, due_at, config.engine) for _ in range(3)]
    assert await asyncio.gather(*several) == [None] * 3


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        ("UPDATE ledger SET delta = delta + 1 WHERE player_id = 1 AND asset = 'faylen'", "player 1's faylen"),
        ("DELETE FROM ledger WHERE player_id = 2 AND version = 2", "player 2 has 2 versions"),
        (
            "UPDATE ledger SET delta = -999999999999 WHERE player_id = 2 AND asset = 'ethryl'",
            "player 2's ethryl",
        ),
    ],
)
async def test_a_period_that_does_not_add_up_is_not_closed(
    engine: AsyncEngine, router: ShardRouter, harm: str, what: str
) -> None:
    await start(router, 1, 2)
    await craft(router, 2)
    await craft(router, 2)
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE ledger DISABLE TRIGGER append_only"))
        await connection.execute(sa.text(harm))
    for _ in range(2):
        with pytest.raises(PeriodRefused, match=what):
            await close_period(engine)
        assert await periods(engine) == [(1, False), (2, False)]
        assert not await rows(engine, "SELECT 1 FROM ledger_openings")
    await craft(router, 1)
