"""The way to PostgreSQL: one engine a process, with the session settings that correctness depends on."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from faye.config import EngineConfig

CONNECT_TIMEOUT_S = 5


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
    return create_async_engine(
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
