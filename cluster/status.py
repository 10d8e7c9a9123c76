"""The system at a glance, within two seconds, whatever hangs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from cluster.addresses import place_of
from cluster.home import Home, SystemRecord
from cluster.host_figures import HostFigures
from cluster.ports import LOOPBACK
from cluster.reach import ray_answers
from cluster.vitals import Vitals, newest_figures, read_vitals
from faye.utils.log_files import LogFiles
from faye.utils.transaction_logger import Lag, lag

T = TypeVar("T")

_ANSWER_TIMEOUT_S: Final = 0.5
_LAG_WORTH_A_WORD_S: Final = 10.0

State: TypeAlias = Literal["runs", "rests", "killed"]


class ServerStatus(Struct, frozen=True):
    """One server: where it is, and whether it answered a request just now."""

    name: str
    address: str
    answers: bool


class LogStatus(Struct, frozen=True):
    """transactions.log: how far it is behind (None: the database did not say), and the writers' complaints."""

    entries_behind: int | None
    oldest_behind_at: datetime | None
    complaints: list[str]


class Report(Struct, frozen=True):
    """What to tell of one home."""

    home: str
    state: State
    """runs, rests (stopped, or never started) or killed (its last run was, and the next start recovers)."""
    launcher_pid: int | None
    front_end_pids: list[int]
    disk_free_mb: int | None
    servers: list[ServerStatus]
    log: LogStatus | None
    healthy: bool
    """Whether players are answered: servers answer, a front-end tells of itself, hosts live, the log keeps up."""
    dashboard: str | None = None
    """The address of Ray's dashboard, where it runs."""
    metrics: str | None = None
    """The address that Prometheus scrapes, where Ray's agent runs."""
    front_ends: list[Vitals] = []
    """What each front-end said last; empty where Valkey does not answer, too."""
    hosts: list[HostFigures] = []
    """All hosts of the database, on whatever machine, as the front-end sees them that heard of them last."""


async def describe(home: Home) -> Report:
    """Who runs what on this home, without a password; asks every server, and waits for none of them long."""
    record = home.last_record()
    if record is None or not record.owner.lives():
        state: State = "rests" if record is None else "killed"
        return Report(str(home.path), state, None, [], _free_mb(home), [], None, healthy=False)
    (is_up, behind), vitals, ray_answers = await asyncio.gather(
        _ask_postgres(record.database_url, home), _ask_valkey(record.redis_url, home), _ask_ray(record)
    )
    servers = [
        ServerStatus("PostgreSQL", place_of(record.database_url), is_up),
        ServerStatus("Valkey", place_of(record.redis_url), vitals is not None),
    ]
    if record.ray_address:
        servers.append(ServerStatus("Ray", record.ray_address, ray_answers))
    log = _log_status(behind, vitals or [])
    hosts, ports = newest_figures(vitals or []), home.ports()
    return Report(
        home=str(home.path),
        state="runs",
        launcher_pid=record.owner.pid,
        front_end_pids=[each.pid for each in vitals or []],
        disk_free_mb=_free_mb(home),
        servers=servers,
        log=log,
        healthy=all(server.answers for server in servers)
        and bool(vitals)
        and all(host.lives for host in hosts)
        and not log.complaints
        and not _is_late(log),
        dashboard=_page(ports.ray_dashboard, "/"),
        metrics=_page(ports.ray_metrics, "/metrics"),
        front_ends=vitals or [],
        hosts=hosts,
    )


def lines_of(report: Report) -> list[str]:
    """The report for people."""
    free = "" if report.disk_free_mb is None else f"  ({report.disk_free_mb} MB free)"
    rows = [("home", f"{report.home}{free}")]
    if report.state == "rests":
        rows.append(("launcher", f"nothing runs on {report.home}"))
    elif report.state == "killed":
        rows.append(
            ("launcher", f"nothing runs on {report.home}: its last run was killed, the next start recovers")
        )
    else:
        rows.append(("launcher", f"process {report.launcher_pid}"))
        rows.append(
            (
                "front-ends",
                ", ".join(map(str, report.front_end_pids)) or "none tells of itself: nobody answers Discord",
            )
        )
    rows += [
        (server.name, f"{server.address}  {'answers' if server.answers else 'does not answer'}")
        for server in report.servers
    ]
    rows += [
        (name, address)
        for name, address in (("dashboard", report.dashboard), ("metrics", report.metrics))
        if address
    ]
    if report.log is not None:
        rows.append(("log", _words_of_log(report.log)))
        rows += [("log", f"does not keep up: {complaint}") for complaint in report.log.complaints]
    return [f"{name:<12}{text}" for name, text in rows] + _tables(report)


def _tables(report: Report) -> list[str]:
    """The front-ends and the hosts, each a line."""
    lines: list[str] = []
    if report.front_ends:
        rows = [
            (str(each.pid), str(each.asked), str(each.unanswered), str(each.resent), str(each.streams))
            for each in report.front_ends
        ]
        lines += ["", *_table(("front-end", "asked", "unanswered", "resent", "streams"), rows)]
    if report.hosts:
        lines += ["", *_table(_HOST_COLUMNS, [_host_row(host) for host in report.hosts])]
    return lines


_HOST_COLUMNS: Final = (
    *("host", "process", "incarnation", "grains", "queued"),
    *("requests/s", "a commit", "commit ms", "warm", "state"),
)


def _host_row(host: HostFigures) -> tuple[str, ...]:
    return (
        host.host,
        str(host.pid or "-"),
        host.incarnation or "-",
        str(host.grains),
        str(host.queued),
        _figure(host.requests_per_s),
        _figure(host.commands_per_commit),
        _figure(host.ms_per_commit),
        "-" if host.warm_share is None else f"{host.warm_share:.0%}",
        _state(host),
    )


def _state(host: HostFigures) -> str:
    if host.silent_s is None:
        return "starts" if host.lives else "was never heard of"
    return "lives" if host.lives else f"silent for {host.silent_s:.1f} s"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Lines of which each column is as wide as its widest entry, figures to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if 0 < at < len(head) - 1 else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]


def json_of(report: Report) -> str:
    """The report for programs."""
    return msgspec.json.encode(report).decode()


def _words_of_log(log: LogStatus) -> str:
    if log.entries_behind is None:
        return "not known how far behind, since PostgreSQL does not say"
    if log.entries_behind == 0:
        return "holds everything"
    since = f" since {log.oldest_behind_at:%Y-%m-%d %H:%M:%S} UTC" if log.oldest_behind_at else ""
    return f"{log.entries_behind} entries behind{since}"


def _log_status(behind: Lag | None, vitals: list[Vitals]) -> LogStatus:
    complaints = sorted({each.log_complaint for each in vitals if each.log_complaint})
    if behind is None:
        return LogStatus(None, None, complaints)
    return LogStatus(behind.entries, behind.since and behind.since.astimezone(UTC), complaints)


def _is_late(log: LogStatus) -> bool:
    """Whether the log is further behind than its polling explains."""
    since = log.oldest_behind_at
    return since is not None and (datetime.now(UTC) - since).total_seconds() > _LAG_WORTH_A_WORD_S


async def _ask_postgres(url: str, home: Home) -> tuple[bool, Lag | None]:
    """Whether it answers a query, and what it says of the log."""
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        connect_args={
            "timeout": _ANSWER_TIMEOUT_S,
            "server_settings": {
                "application_name": "faye-status",
                "statement_timeout": str(int(_ANSWER_TIMEOUT_S * 1000)),
            },
        },
    )
    connection = engine.connect()
    if await _in_time(connection.start()) is None:
        return False, None
    if await _in_time(connection.exec_driver_sql("SELECT 1")) is None:
        return False, None
    behind = await _in_time(lag(connection, LogFiles(home.logs)))
    await _in_time(connection.close())
    return True, behind


async def _ask_valkey(url: str, home: Home) -> list[Vitals] | None:
    """What the front-ends have told it; None when it does not answer."""
    redis = Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=_ANSWER_TIMEOUT_S,
        socket_connect_timeout=_ANSWER_TIMEOUT_S,
    )
    try:
        return await _in_time(read_vitals(redis, home))
    finally:
        await redis.aclose()


async def _ask_ray(record: SystemRecord) -> bool:
    host, _, port = (record.ray_address or "").removeprefix("ray://").rpartition(":")
    return port.isdigit() and await ray_answers(host, int(port), _ANSWER_TIMEOUT_S)


async def _in_time(work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` gives; None when it fails or takes too long. It is not waited for when it will not end."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({task}, timeout=_ANSWER_TIMEOUT_S)
    if not task.done():
        task.cancel()
        return None
    # Drivers raise what they like; here every failure means the same: no answer.
    return None if task.cancelled() or task.exception() is not None else task.result()


def _page(port: int | None, path: str) -> str | None:
    return f"http://{LOOPBACK}:{port}{path}" if port else None


def _free_mb(home: Home) -> int | None:
    try:
        return shutil.disk_usage(home.path).free >> 20
    except OSError:
        return None
