"""The way to PostgreSQL: one engine a process, with the session settings that correctness depends on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from faye.config import EngineConfig

CONNECT_TIMEOUT_S = 5

_UNSURE_CLASSES = ("22", "23", "25")
"""SQLSTATE classes of data errors, integrity violations, and transactions in another state than was believed."""


def connect(
    database_url: str, config: EngineConfig, *, name: str = "faye", patient: bool = False
) -> AsyncEngine:
    """An engine for `database_url` (`postgresql+asyncpg://…`); nothing is connected before the first use.

    A stopped process must not block players for long, so sessions end idle transactions, lock waits and
    dead connections by themselves. A `patient` engine's do not: it is for whatever waits for its turn or takes
    as long as there is data, which is migrations, upkeep, the log and the audit. `jit` is off: it would compile
    the commit statement again and again.
    """
    bounds = {
        "statement_timeout": config.statement_timeout_ms,
        "lock_timeout": config.lock_timeout_ms,
        "idle_in_transaction_session_timeout": config.idle_in_transaction_timeout_ms,
    }
    settings = {
        "application_name": name,
        "jit": "off",
        **{setting: "0" if patient else str(bound_ms) for setting, bound_ms in bounds.items()},
        "tcp_keepalives_idle": "2",
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "3",
    }
    engine = create_async_engine(
        database_url,
        pool_size=config.database_pool_size,
        max_overflow=0,
        pool_timeout=config.statement_timeout_ms / 1000,
        connect_args={
            "server_settings": settings,
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": None if patient else config.statement_timeout_ms / 1000 + 1,
        },
    )
    sa.event.listen(engine.sync_engine, "handle_error", _discard_an_unsure_connection)
    return engine


def _discard_an_unsure_connection(context: sa.engine.ExceptionContext) -> None:
    """Have a connection whose statement was refused for its data closed, and not given to the next one.

    A value that the driver cannot send fails after it has begun a transaction, of which the library may not know: every
    later use of the connection failed with 25001 or 25P01, and with it whoever it was given to.
    """
    state = str(getattr(context.original_exception, "sqlstate", None) or "")
    if state[:2] in _UNSURE_CLASSES:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
