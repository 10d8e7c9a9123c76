"""Upkeep that cannot be done is told of so that it can be acted on."""

import asyncio
import logging
from typing import Any

import pytest

from cluster import engine
from faye.config import Config
from faye.database.ledger_periods import PeriodRefused


async def told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, config: Config, failure: Exception
) -> list[logging.LogRecord]:
    """What one turn of upkeep logs when its last work fails."""
    tried = asyncio.Event()

    async def done(*_: Any) -> None:
        """Nothing was due."""

    async def keep_periods(*_: Any) -> None:
        asyncio.get_running_loop().call_soon(tried.set)
        raise failure

    monkeypatch.setattr(engine, "keep_partitions", done)
    monkeypatch.setattr(engine, "keep_periods", keep_periods)
    turn = asyncio.create_task(engine._keep_tables(None, config))  # type: ignore[arg-type]
    await tried.wait()
    turn.cancel()
    await asyncio.gather(turn, return_exceptions=True)
    return caplog.records


async def test_a_refused_period_is_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, config: Config
) -> None:
    refused = PeriodRefused("ledger period 3 cannot be closed: because; run the audit")
    (record,) = await told(monkeypatch, caplog, config, refused)
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"{refused}; tried again in an hour"
    assert record.exc_info is None


async def test_a_bug_in_upkeep_shows_where_it_was(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, config: Config
) -> None:
    (record,) = await told(monkeypatch, caplog, config, ValueError("odd"))
    assert record.getMessage() == "keep_periods failed; tried again in an hour"
    assert record.exc_info is not None
