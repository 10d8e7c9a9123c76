"""Repairs append what the ledger lacks of what players hold, change nothing that stands, and pass the audit then."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from actors.delivery import LocalDelivery
from actors.postgres_store import PostgresStore
from actors.router import ShardRouter
from actors.runtime import Runtime
from faye.config import Config, EngineConfig
from faye.database.audit import Report, audit, examine
from faye.database.audit_repair import EVENT, Plan, append
from faye.messages.craft import Craft, Crafted
from faye.utils.log_files import LogFiles
from tests.builders import new_key
from tests.integration.database.played import forge, play, play_periods, tamper

ESPRIT = "(SELECT id FROM esprits WHERE player_id = 1 ORDER BY id LIMIT 1)"

HEALED = [
    ("UPDATE players SET faylen = faylen + 5 WHERE id = 1",),
    ("UPDATE players SET faylen = faylen - 5, remna = 3 WHERE id = 2",),
    ("UPDATE players SET faylen = 0",),
    (f"DELETE FROM esprits WHERE id = {ESPRIT}",),
    ("DELETE FROM esprits WHERE player_id = 1",),
    (f"UPDATE esprits SET species = 'somebody_else' WHERE id = {ESPRIT}",),
    (f"UPDATE esprits SET player_id = 2 WHERE id = {ESPRIT}",),
    (f"UPDATE esprits SET id = 7 WHERE id = {ESPRIT}",),
    (
        "INSERT INTO esprits (id, player_id, species, gained_at) "
        f"SELECT 5, 1, species, now() FROM esprits WHERE id = {ESPRIT}",
    ),
    (f"DELETE FROM esprits WHERE id = {ESPRIT}", "UPDATE players SET ethryl = ethryl + 1 WHERE id = 1"),
]


@pytest.fixture
async def played(patient_engine: AsyncEngine, config: Config) -> AsyncEngine:
    """A database of two closed periods and an open one."""
    await play_periods(patient_engine, config, closed=2)
    return patient_engine


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path)


async def audit_and_plan(engine: AsyncEngine, files: LogFiles, config: EngineConfig) -> tuple[Report, Plan]:
    examined = await examine(engine, files, config, planning=True)
    assert examined.plan is not None
    return examined.report, examined.plan


async def ledger(engine: AsyncEngine) -> list[tuple[object, ...]]:
    async with engine.connect() as connection:
        found = await connection.execute(sa.text("SELECT * FROM ledger ORDER BY player_id, version, n"))
        return [tuple(row) for row in found]


async def versions(engine: AsyncEngine) -> dict[int, int]:
    async with engine.connect() as connection:
        found = await connection.execute(sa.text("SELECT id, version FROM players"))
        return {row.id: row.version for row in found}


@pytest.mark.parametrize("statements", HEALED)
async def test_what_appending_can_heal_is_healed_and_no_line_is_changed(
    played: AsyncEngine, files: LogFiles, config: Config, statements: tuple[str, ...]
) -> None:
    assert (await audit(played, files, config.engine)).clean
    before = await ledger(played)
    await tamper(played, *statements)
    report, plan = await audit_and_plan(played, files, config.engine)
    assert not report.clean
    assert plan.repairs
    assert not plan.passed_over
    assert await append(played, plan.repairs, config.game.id) == []
    for every_period in (False, True):
        report = await audit(played, files, config.engine, every_period=every_period)
        assert report.clean, report.violations
    after = await ledger(played)
    assert set(before) < set(after)
    assert len(after) - len(before) == sum(len(repair.lines) for repair in plan.repairs)
    assert {line[4] for line in set(after) - set(before)} == {EVENT}
    await play(played, config)
    assert (await audit(played, files, config.engine, every_period=True)).clean


async def test_a_plan_alone_changes_nothing(played: AsyncEngine, files: LogFiles, config: Config) -> None:
    await tamper(played, "UPDATE players SET faylen = faylen + 5 WHERE id = 1")
    before = await ledger(played), await versions(played)
    _, plan = await audit_and_plan(played, files, config.engine)
    assert [(line.asset, line.delta) for repair in plan.repairs for line in repair.lines] == [("faylen", 5)]
    assert (await ledger(played), await versions(played)) == before


async def test_a_clean_system_needs_no_repair(played: AsyncEngine, files: LogFiles, config: Config) -> None:
    report, plan = await audit_and_plan(played, files, config.engine)
    assert report.clean
    assert (plan.repairs, plan.passed_over, plan.refused) == ([], {}, None)


async def test_who_has_played_since_the_plan_is_left_alone(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await tamper(played, "UPDATE players SET remna = remna + 5 WHERE id IN (1, 2)")
    _, plan = await audit_and_plan(played, files, config.engine)
    async with played.begin() as connection:
        await connection.execute(sa.text("UPDATE players SET remna = remna + 1 WHERE id = 2"))
    before = await versions(played)
    assert await append(played, plan.repairs, config.game.id) == [2]
    assert await versions(played) == {1: before[1] + 1, 2: before[2]}


async def test_a_host_that_has_the_player_in_memory_notices_the_repair(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    store = PostgresStore(played)
    router = ShardRouter(LocalDelivery({"here": Runtime(store, config)}), store, ["here"], config.engine)
    first = await router.ask(Craft(player_id=1, idempotency_key=new_key(), amount=1))
    assert isinstance(first, Crafted)
    await tamper(played, "UPDATE players SET fayrites = fayrites + 40 WHERE id = 1")
    _, plan = await audit_and_plan(played, files, config.engine)
    assert await append(played, plan.repairs, config.game.id) == []
    second = await router.ask(Craft(player_id=1, idempotency_key=new_key(), amount=1))
    await router.close()
    assert isinstance(second, Crafted)
    assert (second.fayrites, second.version) == (first.fayrites + 41, first.version + 2)
    assert (await audit(played, files, config.engine)).clean


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            "UPDATE ledger SET delta = delta + 1 WHERE player_id = 1 AND asset = 'faylen' AND period = 3",
            "a ledger line's balance is not the sum up to it",
        ),
        (
            "DELETE FROM ledger WHERE player_id = 1 AND version = (SELECT version FROM players WHERE id = 1)",
            "a player's versions have gaps",
        ),
    ],
)
async def test_a_ledger_that_is_broken_before_its_end_is_passed_over(
    played: AsyncEngine, files: LogFiles, config: Config, statement: str, why: str
) -> None:
    await tamper(played, statement)
    _, plan = await audit_and_plan(played, files, config.engine)
    assert plan.repairs == []
    assert why in plan.passed_over[1]


async def test_whose_lines_the_log_tells_differently_is_passed_over(
    played: AsyncEngine, files: LogFiles, config: Config
) -> None:
    assert (await audit(played, files, config.engine)).clean
    forge(files, lambda lines: lines[:-1])
    await tamper(played, "UPDATE players SET remna = remna + 5")
    _, plan = await audit_and_plan(played, files, config.engine)
    assert len(plan.repairs) == 1
    assert list(plan.passed_over.values()) == ["an entry that the log lacks"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_openings SET balance = balance + 1 WHERE period = 1 AND asset = 'faylen'",
        "DELETE FROM ledger_openings WHERE period = 2 AND player_id = 2",
    ],
)
async def test_nobody_is_led_by_openings_that_are_off(
    played: AsyncEngine, files: LogFiles, config: Config, statement: str
) -> None:
    await tamper(played, statement)
    _, plan = await audit_and_plan(played, files, config.engine)
    assert plan.repairs == []
    assert plan.refused is not None
