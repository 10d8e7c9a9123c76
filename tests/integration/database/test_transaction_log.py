"""Every committed ledger entry stands in transactions.log exactly once, in order, after any crash."""

import asyncio
import os
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from cluster.postgres import PostgresServer
from faye.config import Config
from faye.database.db import connect
from faye.utils.log_files import LogFiles
from faye.utils.tasks import end_tasks
from faye.utils.transaction_logger import LogRefused, TransactionLogger, lag
from tests.conftest import as_superuser, prepare_database

PLAYERS = 40
INSERT = sa.text(
    """
    WITH moved AS (UPDATE players SET version = version + 1 WHERE id = ANY (:ids) RETURNING id, version)
    INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
    SELECT id, version, n, 1, 'test', 'faylen', 0, 0, 1, now() FROM moved, generate_series(0, 2) AS n
    """
)


@pytest.fixture
async def engine(database_url: str, config: Config) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url, config.engine, patient=True)
    async with engine.begin() as connection:
        await connection.execute(
            sa.text("INSERT INTO players (id) SELECT generate_series(1, :n)"), {"n": PLAYERS}
        )
    yield engine
    await engine.dispose()


@pytest.fixture
def files(tmp_path: Path) -> LogFiles:
    return LogFiles(tmp_path / "logs")


async def write_some(engine: AsyncEngine, transactions: int, chance: random.Random) -> None:
    """Transactions over several players, in lock order, that overlap, dawdle, and sometimes roll back."""
    for _ in range(transactions):
        ids = sorted(chance.sample(range(1, PLAYERS + 1), chance.choice((1, 2, 5))))
        async with engine.connect() as connection:
            lock = sa.text("SELECT 1 FROM players WHERE id = ANY (:ids) ORDER BY id FOR UPDATE")
            await connection.execute(lock, {"ids": ids})
            await connection.execute(INSERT, {"ids": ids})
            await asyncio.sleep(chance.random() * 0.004)
            await (connection.rollback() if chance.random() < 0.15 else connection.commit())


async def assert_log_is_the_ledger(engine: AsyncEngine, files: LogFiles) -> int:
    async with engine.connect() as connection:
        rows = await connection.execute(sa.text("SELECT player_id, version, n FROM ledger"))
        ledger = Counter(tuple(row) for row in rows)
    logged = [(entry.player, entry.version, entry.n) for entry in files.entries()]
    assert Counter(logged) == ledger
    last: dict[int, tuple[int, int]] = {}
    for player, version, n in logged:
        assert (version, n) > last.get(player, (0, -1)), "a player's entries stand out of order"
        last[player] = (version, n)
    return len(logged)


async def test_the_log_is_the_ledger_after_concurrent_writers(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    chance = random.Random(7)
    logger = TransactionLogger(engine, files, config.engine)
    running = asyncio.create_task(logger.run())
    await asyncio.gather(*(write_some(engine, 40, random.Random(chance.random())) for _ in range(4)))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await logger.catch_up()
    assert await assert_log_is_the_ledger(engine, files) > 300


async def test_a_crash_at_any_byte_loses_and_doubles_nothing(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    chance = random.Random(8)
    for _ in range(25):
        await asyncio.gather(*(write_some(engine, 2, random.Random(chance.random())) for _ in range(3)))
        await TransactionLogger(engine, files, config.engine).catch_up()
        if files.current.exists():  # the crash: the last frame's end never reached the disk
            size = files.current.stat().st_size
            os.truncate(files.current, chance.randint(max(0, size - 400), size))
    await TransactionLogger(engine, files, config.engine).catch_up()
    assert await assert_log_is_the_ledger(engine, files) > 300


async def test_a_full_disk_stops_the_log_and_not_the_ledger(
    engine: AsyncEngine, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_some(engine, 5, random.Random(1))
    logger = TransactionLogger(engine, files, config.engine)
    await logger.catch_up()
    before = files.current.stat().st_size
    await write_some(engine, 5, random.Random(2))

    def torn(file: object, data: bytes) -> None:
        os.write(file.fileno(), data[: len(data) // 2])  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("faye.utils.transaction_logger._write_all", torn)
        with pytest.raises(OSError, match="No space"):
            await logger.catch_up()
    assert files.current.stat().st_size == before
    await logger.catch_up()
    await assert_log_is_the_ledger(engine, files)


async def test_a_writer_knows_how_far_it_is_behind_and_others_leave_it_to_the_writer(
    engine: AsyncEngine, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn(file: object, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    writer, other = (TransactionLogger(engine, files, config.engine) for _ in range(2))
    assert writer.behind_s is None
    running = [asyncio.create_task(writer.run())]
    try:
        async with asyncio.timeout(20):
            while writer.complaint or not files.current.exists():
                await write_some(engine, 1, random.Random(1))
            running.append(asyncio.create_task(other.run()))
            while other.behind_s is not None or not (writer.behind_s or 0) < 1:
                await asyncio.sleep(0.01)
            monkeypatch.setattr("faye.utils.transaction_logger._write_all", torn)
            await write_some(engine, 5, random.Random(2))
            while not writer.complaint:
                await asyncio.sleep(0.01)
            began_s = writer.behind_s
            while not (writer.behind_s or 0) > (began_s or 0) + 0.3:
                await asyncio.sleep(0.01)
    finally:
        await end_tasks(running)


async def whole_reads_of_the_ledger(engine: AsyncEngine) -> int:
    """How often the ledger was read from end to end so far; what a session counts is told when it has ended."""
    await engine.dispose()
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    count = sa.text("SELECT sum(seq_scan)::int FROM pg_stat_user_tables WHERE relname ~ '^ledger_[0-9]+$'")
    async with asyncio.timeout(10), engine.connect() as connection:
        while await connection.scalar(others):
            await asyncio.sleep(0.01)
        return int(await connection.scalar(count))


async def test_only_one_process_writes_the_log(engine: AsyncEngine, files: LogFiles, config: Config) -> None:
    async with TransactionLogger(engine, files, config.engine)._elected() as elected:
        assert elected is not None
        with pytest.raises(BlockingIOError):
            await TransactionLogger(engine, files, config.engine).catch_up()
        elsewhere = LogFiles(files.directory / "another-machine")
        with pytest.raises(BlockingIOError):
            await TransactionLogger(engine, elsewhere, config.engine).catch_up()


async def test_looking_for_news_reads_no_ledger_that_was_logged(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    """Not even after very many lines in very few transactions, which make any transaction look large."""
    many = sa.text(
        """
        INSERT INTO ledger (player_id, version, n, idempotency_key, event, asset, delta, balance, config_id, at)
        SELECT :player, version, 0, 1, 'test', 'faylen', 0, 0, 1, now()
        FROM generate_series(:chunk * 1000, :chunk * 1000 + 999) AS version
        """
    )
    async with engine.connect() as one, engine.connect() as other:
        for chunk in range(1, 21):
            await one.execute(many, {"player": 1, "chunk": chunk})
            await other.execute(many, {"player": 2, "chunk": chunk})
        await one.commit()
        await other.commit()
    logger = TransactionLogger(engine, files, config.engine)
    await logger.catch_up()
    async with engine.begin() as connection:
        await connection.execute(sa.text("ANALYZE ledger"))
    before = await whole_reads_of_the_ledger(engine)
    async with engine.connect() as open_meanwhile:
        await open_meanwhile.execute(INSERT, {"ids": [1]})
        assert await logger.catch_up() == 0
        async with engine.connect() as connection:
            assert (await lag(connection, files)).entries == 0
        await open_meanwhile.commit()
    assert await logger.catch_up() == 3
    assert await whole_reads_of_the_ledger(engine) == before


async def test_a_log_of_another_database_goes_on_by_versions(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await write_some(engine, 10, random.Random(3))
    await TransactionLogger(engine, files, config.engine).catch_up()
    text = files.current.read_text().replace('"system":"', '"system":"other-')
    files.current.write_text(text)
    await write_some(engine, 10, random.Random(4))
    async with engine.connect() as connection:
        lacked = await lag(connection, files)
    assert lacked.entries == await TransactionLogger(engine, files, config.engine).catch_up() > 0
    await assert_log_is_the_ledger(engine, files)


async def test_files_of_earlier_days_are_put_away_and_read_in_order(
    engine: AsyncEngine, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for number in range(3):
        await write_some(engine, 3, random.Random(number))
        with monkeypatch.context() as later:
            later.setattr("faye.utils.transaction_logger._today", lambda: tomorrow)
            await TransactionLogger(engine, files, config.engine).catch_up()
        assert len(files.all()) == number + 2, "two files of one day and the current one"
    files.current.unlink()  # the crash between putting a file away and beginning the next
    await write_some(engine, 3, random.Random(9))
    await TransactionLogger(engine, files, config.engine).catch_up()
    await assert_log_is_the_ledger(engine, files)


async def test_a_frame_whose_pages_did_not_all_reach_the_disk_does_not_count(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    for seed in range(2):
        await write_some(engine, 5, random.Random(seed))
        await TransactionLogger(engine, files, config.engine).catch_up()
    raw = bytearray(files.current.read_bytes())
    raw[len(raw) - 900 : len(raw) - 850] = bytes(50)  # a hole in the last frame, with its marker behind it
    files.current.write_bytes(raw)
    await TransactionLogger(engine, files, config.engine).catch_up()
    await assert_log_is_the_ledger(engine, files)


async def test_a_cancelled_writer_leaves_a_whole_log(
    engine: AsyncEngine, files: LogFiles, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(10)
    sync = os.fsync

    def slow_sync(descriptor: int) -> None:
        time.sleep(0.02)
        sync(descriptor)

    monkeypatch.setattr("faye.utils.transaction_logger.os.fsync", slow_sync)
    for _ in range(12):
        await write_some(engine, 3, chance)
        running = asyncio.create_task(TransactionLogger(engine, files, config.engine).run())
        await asyncio.sleep(chance.random() * 0.15)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    monkeypatch.undo()
    await TransactionLogger(engine, files, config.engine).catch_up()
    await assert_log_is_the_ledger(engine, files)


async def test_a_log_newer_than_its_database_is_refused(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await write_some(engine, 3, random.Random(11))
    await TransactionLogger(engine, files, config.engine).catch_up()
    text = files.current.read_text()
    files.current.write_text(re.sub(r'"through":"(\d+):(\d+)', r'"through":"\1:9\2', text))
    with pytest.raises(LogRefused, match="newer"):
        await TransactionLogger(engine, files, config.engine).catch_up()


async def test_a_ledger_with_another_servers_transaction_ids_is_refused(
    engine: AsyncEngine, files: LogFiles, config: Config
) -> None:
    await write_some(engine, 5, random.Random(9))
    await TransactionLogger(engine, files, config.engine).catch_up()
    before = files.current.read_bytes()
    async with engine.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE ledger DISABLE TRIGGER append_only"))
        future = (
            "UPDATE ledger SET xid = CAST(CAST(CAST(CAST(xid AS text) AS bigint) + 1000000 AS text) AS xid8)"
        )
        await connection.execute(sa.text(future))
    with pytest.raises(LogRefused, match="dump"):
        await TransactionLogger(engine, files, config.engine).catch_up()
    assert files.current.read_bytes() == before


@pytest.mark.parametrize("harm", ["deleted", "torn tail"])
async def test_a_log_harmed_under_a_running_writer_is_made_whole(
    engine: AsyncEngine, files: LogFiles, config: Config, harm: str
) -> None:
    running = asyncio.create_task(TransactionLogger(engine, files, config.engine).run())
    await write_some(engine, 5, random.Random(1))
    await until_logged(engine, files)
    if harm == "deleted":
        files.current.unlink()
    else:
        with files.current.open("ab") as file:
            file.write(b'{"player":1,"version":99,"n":0,"key":1,"ev')
    await write_some(engine, 5, random.Random(2))
    await until_logged(engine, files)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await assert_log_is_the_ledger(engine, files)


@pytest.mark.parametrize("harm", ["deleted", "cut", "torn tail"])
@pytest.mark.parametrize("while_it_writes", [True, False])
async def test_harm_during_a_frame_is_not_taken_for_the_frames_own_doing(
    engine: AsyncEngine, files: LogFiles, config: Config, harm: str, while_it_writes: bool
) -> None:
    logger = TransactionLogger(engine, files, config.engine)
    frame = logger._frame
    harmed = asyncio.Event()

    async def harm_it(position: Any) -> int:
        """Harm the log just after a frame, before its writer looks again: one that wrote, or an empty one."""
        written = await frame(position)
        if files.current.exists() and bool(written) is while_it_writes and not harmed.is_set():
            harmed.set()
            if harm == "deleted":
                files.current.unlink()
            elif harm == "cut":
                os.truncate(files.current, files.current.stat().st_size // 2)
            else:
                with files.current.open("ab") as file:
                    file.write(b'{"player":1,"version":99')
        return written

    logger._frame = harm_it  # type: ignore[method-assign]
    running = asyncio.create_task(logger.run())
    await write_some(engine, 5, random.Random(1))
    await asyncio.wait_for(harmed.wait(), 10)
    await write_some(engine, 5, random.Random(2))
    await until_logged(engine, files)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await assert_log_is_the_ledger(engine, files)


async def until_logged(engine: AsyncEngine, files: LogFiles) -> None:
    deadline = time.monotonic() + 10
    while True:
        async with engine.connect() as connection:
            entries = await connection.scalar(sa.text("SELECT count(*) FROM ledger"))
        if len(list(files.entries())) == entries:
            return
        assert time.monotonic() < deadline, "the log did not catch up"
        await asyncio.sleep(0.05)


async def test_what_was_rolled_back_before_a_crash_hides_nothing_that_comes_after_it(
    postgres_server: PostgresServer, config: Config, files: LogFiles
) -> None:
    """A crash gives ids of transactions out again of which nothing had reached the disk."""
    await prepare_database(postgres_server.url, config)
    # As if the crash came before the disk had its next turn.
    await as_superuser(postgres_server, "ALTER SYSTEM SET wal_writer_delay = '10s'")
    await as_superuser(postgres_server, "SELECT pg_reload_conf()")
    engine = connect(postgres_server.url, config.engine, patient=True)
    logger = TransactionLogger(engine, files, config.engine)

    async def write(player: int, *, commit: bool = True) -> None:
        async with engine.connect() as connection:
            await connection.execute(
                sa.text("INSERT INTO players (id) VALUES (:id) ON CONFLICT DO NOTHING"), {"id": player}
            )
            await connection.execute(INSERT, {"ids": [player]})
            await (connection.commit() if commit else connection.rollback())

    try:
        await write(1)
        await asyncio.gather(*(write(player, commit=False) for player in range(2, 6)))
        await logger.catch_up()
        postgres_server.kill()
        await engine.dispose()
        await postgres_server.start()
        for player in range(10, 20):
            await write(player)
        await logger.catch_up()
        assert {entry.player for entry in files.entries()} == {1, *range(10, 20)}
    finally:
        await engine.dispose()
