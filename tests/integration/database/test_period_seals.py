"""Periods open and close in turn, openings are drawn only by closing, and what is closed is sealed."""

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from faye.config import Config
from faye.database import ledger_periods
from faye.database.audit import Report, audit
from faye.database.ledger_periods import PeriodRefused, close_period
from faye.utils.log_files import LogFiles
from tests.integration.database.played import play, play_periods, tamper

UNSEALED = "a period's openings differ from its seal"
UNCLOSED = "openings of a period that is not closed"
DISORDER = "a ledger period does not follow the one before it"
OUT_OF_TURN = "a ledger period is open or closed out of turn"
UNATTACHED = "a ledger period without its partition, or the reverse"

OPENING = (
    "INSERT INTO ledger_openings (period, player_id, asset, version, balance, digest) "
    "VALUES ({period}, {player}, 'faylen', 3, 500, 0)"
)
PARTITION = "CREATE TABLE ledger_{0} PARTITION OF ledger FOR VALUES IN ({0})"


@pytest.fixture
def empty(patient_engine: AsyncEngine) -> AsyncEngine:
    """A database in which nobody has played."""
    return patient_engine


@pytest.fixture
async def played(patient_engine: AsyncEngine, config: Config) -> AsyncEngine:
    """A database of three closed periods and an open one; the audit reads the last two."""
    await play_periods(patient_engine, config, closed=3)
    return patient_engine


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


async def run(engine: AsyncEngine, *statements: str) -> None:
    """What anybody may do who has the game's role."""
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(sa.text(query))]


def kinds(report: Report) -> set[str]:
    return {violation.what for violation in report.violations}


@pytest.mark.parametrize("period", [-1, 0, 1, 2, 3])
async def test_an_opening_is_refused_unless_its_period_is_being_closed(
    empty: AsyncEngine, period: int
) -> None:
    await close_period(empty)
    with pytest.raises(sa.exc.DBAPIError, match="openings are drawn when their period closes"):
        await run(empty, OPENING.format(period=period, player=55))


@pytest.mark.parametrize(
    "statements",
    [
        ["INSERT INTO ledger_periods (period) VALUES (99)"],
        [PARTITION.format(99), "INSERT INTO ledger_periods (period) VALUES (99)"],
        ["INSERT INTO ledger_periods (period) VALUES (3)"],
        [PARTITION.format(3), "INSERT INTO ledger_periods (period, closed_at) VALUES (3, now())"],
        [
            PARTITION.format(3),
            "INSERT INTO ledger_periods (period, closed_at, openings, seal) VALUES (3, now(), 0, '')",
        ],
        [PARTITION.format(3), "INSERT INTO ledger_periods (period, opened_xid) VALUES (3, '7')"],
        [
            PARTITION.format(3),
            "INSERT INTO ledger_periods (period, opened_at) VALUES (3, now() + interval '9 y')",
        ],
        [
            "CREATE TABLE ledger_3 (LIKE ledger INCLUDING DEFAULTS)",
            "INSERT INTO ledger_periods (period) VALUES (3)",
        ],
    ],
)
async def test_a_period_opens_only_in_turn_and_with_its_partition(
    empty: AsyncEngine, config: Config, statements: list[str]
) -> None:
    await close_period(empty)
    with pytest.raises(sa.exc.DBAPIError, match="cannot be opened"):
        await run(empty, *statements)
    await play(empty, config)
    assert await close_period(empty) == 2


async def test_no_period_opens_before_the_last_but_one_is_closed(empty: AsyncEngine) -> None:
    await run(empty, PARTITION.format(2), "INSERT INTO ledger_periods (period) VALUES (2)")
    with pytest.raises(sa.exc.DBAPIError, match="cannot be opened"):
        await run(empty, PARTITION.format(3), "INSERT INTO ledger_periods (period) VALUES (3)")


@pytest.mark.parametrize(
    "change", ["closed_at = now()", "closed_at = now(), openings = 0, seal = 'x'", "seal = 'x'"]
)
async def test_the_current_period_cannot_be_closed_nor_sealed(empty: AsyncEngine, change: str) -> None:
    await close_period(empty)
    with pytest.raises(sa.exc.DBAPIError, match="closed once"):
        await run(empty, f"UPDATE ledger_periods SET {change} WHERE period = 2")


async def test_a_closed_period_is_sealed_with_the_seal_before_it(empty: AsyncEngine, config: Config) -> None:
    """The seals are reckoned once more; fixed for ever, since they are stored for good."""
    await play_periods(empty, config, closed=2)
    await close_period(empty)
    await close_period(empty)  # nobody has played in this one
    before = ""
    for period in range(1, 5):
        query = (
            f"SELECT player_id, asset, version, balance, digest FROM ledger_openings WHERE period = {period}"
        )
        openings = [":".join(map(str, row)) for row in await rows(empty, query)]
        digest = sum(int(hashlib.sha256(opening.encode()).hexdigest()[:15], 16) for opening in openings)
        before = hashlib.sha256(f"{before}:{period}:{len(openings)}:{digest}".encode()).hexdigest()
        sealed = await rows(empty, f"SELECT openings, seal FROM ledger_periods WHERE period = {period}")
        assert sealed == [(len(openings), before)]
        assert bool(openings) == (period < 4)


async def test_whoever_closes_a_period_cannot_choose_its_seal(empty: AsyncEngine) -> None:
    await ledger_periods._turn_over(empty, None)
    await run(empty, "UPDATE ledger_periods SET closed_at = now(), openings = 9, seal = 'x' WHERE period = 1")
    assert await rows(empty, "SELECT openings, length(seal) FROM ledger_periods WHERE period = 1") == [
        (0, 64)
    ]


async def test_an_opening_that_was_there_before_refuses_the_closing(
    empty: AsyncEngine, config: Config, files: LogFiles
) -> None:
    """Whether it is of a player with lines in the period or not."""
    await play(empty, config)
    await ledger_periods._turn_over(empty, None)
    await run(empty, OPENING.format(period=1, player=1), OPENING.format(period=1, player=55))
    for _ in range(2):
        with pytest.raises(
            PeriodRefused, match="period 1 cannot be closed: player 1 has an opening of period 1"
        ):
            await close_period(empty)
    await play(empty, config)
    report = await audit(empty, files, config.engine)
    assert kinds(report) == {UNCLOSED}
    assert [violation.row for violation in report.violations] == [{"period": 1, "openings": 2, "player": 1}]


@pytest.mark.parametrize("period", [4, 5])
async def test_an_opening_of_a_period_to_come_is_named_and_refuses_the_closing(
    played: AsyncEngine, config: Config, files: LogFiles, period: int
) -> None:
    await tamper(played, OPENING.format(period=period, player=1))
    with pytest.raises(PeriodRefused, match=f"player 1 has an opening of period {period} already"):
        await close_period(played)
    assert UNCLOSED in kinds(await audit(played, files, config.engine))


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "WITH made AS (INSERT INTO players (id, version, faylen) VALUES (55, 3, 500)) "
            + OPENING.format(period=1, player=55),
            UNSEALED,
        ),
        (
            "WITH richer AS (UPDATE players SET ethryl = ethryl + 1 WHERE id = 1) "
            "UPDATE ledger_openings SET balance = balance + 1 "
            "WHERE player_id = 1 AND period = 2 AND asset = 'ethryl'",
            UNSEALED,
        ),
        ("UPDATE ledger_openings SET period = 0 WHERE period = 1", UNCLOSED),
        ("DELETE FROM ledger_openings WHERE period = 1", UNSEALED),
        ("UPDATE ledger_periods SET openings = openings + 1 WHERE period = 1", UNSEALED),
        ("UPDATE ledger_periods SET seal = NULL WHERE period = 1", UNSEALED),
        ("UPDATE ledger_periods SET seal = faye_seal('', 2, openings, 7) WHERE period = 1", UNSEALED),
        ("INSERT INTO ledger_periods (period) VALUES (99)", DISORDER),
        ("INSERT INTO ledger_periods (period) VALUES (99)", UNATTACHED),
        ("INSERT INTO ledger_periods (period) VALUES (5)", UNATTACHED),
        ("DELETE FROM ledger_periods WHERE period = 1", DISORDER),
        ("DELETE FROM ledger_periods WHERE period = 1", UNATTACHED),
        ("DELETE FROM ledger_periods", UNATTACHED),
        ("ALTER TABLE ledger DETACH PARTITION ledger_1", UNATTACHED),
        (PARTITION.format(9), UNATTACHED),
        ("CREATE TABLE ledger_9 PARTITION OF ledger FOR VALUES IN (-9)", UNATTACHED),
        ("ALTER TABLE ledger_1 RENAME TO ledger_0", UNATTACHED),
        ("UPDATE ledger_periods SET closed_at = NULL WHERE period = 1", OUT_OF_TURN),
        ("UPDATE ledger_periods SET closed_at = now() WHERE period = 4", OUT_OF_TURN),
    ],
)
async def test_what_is_off_with_periods_of_long_ago_is_named(
    played: AsyncEngine, config: Config, files: LogFiles, statement: str, what: str
) -> None:
    assert (await audit(played, files, config.engine)).clean
    await tamper(played, statement)
    for every_period in (False, True):
        report = await audit(played, files, config.engine, every_period=every_period)
        assert what in kinds(report), report.violations


async def test_a_seal_that_was_forged_with_its_openings_breaks_the_next(
    played: AsyncEngine, config: Config, files: LogFiles
) -> None:
    await tamper(
        played,
        OPENING.format(period=1, player=1).replace("faylen", "forged"),
        "UPDATE ledger_periods SET (openings, seal) = (SELECT count(*), faye_seal('', 1, count(*), "
        "sum(faye_opening_digest(o))) FROM ledger_openings o WHERE o.period = 1) WHERE period = 1",
    )
    report = await audit(played, files, config.engine)
    assert [
        row["period"] for what, row in ((v.what, v.row) for v in report.violations) if what == UNSEALED
    ] == [2]


async def test_a_period_that_is_being_closed_is_no_violation(
    played: AsyncEngine, config: Config, files: LogFiles
) -> None:
    await ledger_periods._turn_over(played, None)
    report = await audit(played, files, config.engine)
    assert report.clean, report.violations
