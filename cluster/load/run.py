"""One load run from the first registration to the audit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from actors.router import ShardRouter
from cluster.engine import running_engine
from cluster.environment import Environment
from cluster.errors import ClusterError
from cluster.load import through_discord
from cluster.load.arrivals import Act, closed_loop, open_loop
from cluster.load.deeds import Chooser
from cluster.load.faucet import close_accounts, open_accounts, register, until_logged
from cluster.load.hosts import Reading, between, read_meters
from cluster.load.plan import Plan
from cluster.load.report import AuditFigures, LoadReport, figures, kinds, progress_line
from cluster.load.settings import ASKED_DIRECTLY, LoadSettings
from cluster.load.tally import Tally
from cluster.load.through_discord import ThroughDiscord, local_discord, running_bot
from cluster.load.through_engine import ThroughEngine
from cluster.progress import Progress, timed
from cluster.system import System
from faye.config import Config, EngineConfig
from faye.database.audit import audit
from faye.database.db import connect
from faye.utils.log_files import LogFiles
from faye.utils.tasks import end_tasks

_LOG_TIMEOUT_S: Final = 120.0
_PROGRESS_EVERY_S: Final = 1.0


async def run_load(
    plan: Plan,
    settings: LoadSettings,
    system: System,
    environment: Environment,
    config: Config,
    *,
    launcher: Path,
    progress: Progress,
) -> LoadReport:
    """Do what `plan` says over `system`; broken off (cancelled) while it measures, it reports what it has."""
    plan, left_out = _playable(plan)
    files = LogFiles(system.home.logs)
    patient = connect(system.database_url, config.engine, name="faye-load", patient=True)
    try:
        async with running_engine(system, config) as engine:
            with timed(progress, f"a purse for each of {plan.players} players"):
                await register(patient, engine.config.game, settings.purse, plan.players, progress)
                await until_logged(patient, files, _LOG_TIMEOUT_S)
            tally = Tally()
            async with _way_in(plan, system, environment, engine.router, patient, launcher) as act:
                progress(f"{plan.seconds:g} s of the mix {plan.mix_name} begin")
                chooser = Chooser(settings, plan.mix, players=plan.players, hot=plan.hot)
                before = await read_meters(engine.router)
                interrupted = await _drive(plan, settings, act, chooser, tally, engine.router, progress)
                hosts = between(before, await read_meters(engine.router))
            progress("auditing")
            verdict = await _audited(patient, files, config.engine)
    finally:
        await patient.dispose()
    total = tally.total()
    return LoadReport(
        through=plan.through,
        mix=plan.mix_name,
        players=plan.players,
        concurrency=plan.concurrency,
        rate_wanted=plan.rate,
        seconds=round(tally.measured_s, 3),
        interrupted=interrupted,
        rate=round(tally.rate, 3),
        overload=tally.overload,
        total=figures(total),
        kinds=kinds(tally),
        histogram_ms=total.latencies.bars(),
        hosts=hosts,
        left_out=left_out,
        audit=verdict,
    )


def _playable(plan: Plan) -> tuple[Plan, list[str]]:
    """The plan with what its way in has, and the kinds that it has not."""
    through_engine = plan.through == "engine"
    mix = {
        kind: weight
        for kind, weight in plan.mix.items()
        if (kind not in ASKED_DIRECTLY if through_engine else kind in through_discord.COMMANDS)
    }
    left_out: list[str] = [kind for kind in plan.mix if kind not in mix]
    if not mix:
        what = "is asked of the engine" if through_engine else "has a command in Discord yet"
        raise ClusterError(f"--mix {plan.mix_name}: nothing of it {what}")
    return replace(plan, mix=mix), left_out


@asynccontextmanager
async def _way_in(
    plan: Plan,
    system: System,
    environment: Environment,
    router: ShardRouter,
    database: AsyncEngine,
    launcher: Path,
) -> AsyncIterator[Act]:
    if plan.through == "engine":
        yield ThroughEngine(router).act
        return
    async with local_discord() as discord:
        people = ThroughDiscord(discord, plan.players)
        await open_accounts(database, people.ids)
        log = system.home.logs / "load-bot.log"
        try:
            async with running_bot(
                discord, launcher, home=system.home.path, config=environment.config, log=log
            ):
                yield people.act
        finally:
            await close_accounts(database)


async def _drive(
    plan: Plan,
    settings: LoadSettings,
    act: Act,
    chooser: Chooser,
    tally: Tally,
    router: ShardRouter,
    progress: Progress,
) -> bool:
    """Play for the planned time, telling of every second; returns whether it was broken off."""
    telling = asyncio.create_task(_tell(tally, router, progress))
    try:
        if plan.rate is not None:
            await open_loop(
                act,
                chooser,
                tally,
                rate=plan.rate,
                seconds=plan.seconds,
                unanswered_max=settings.unanswered_max,
            )
        else:
            assert plan.concurrency is not None, "a plan is for one of the two loops"
            await closed_loop(act, chooser, tally, concurrency=plan.concurrency, seconds=plan.seconds)
    except asyncio.CancelledError:
        _outlive_cancellation()
        progress("broken off; what was measured is told after the audit (Ctrl-C again leaves that out)")
        return True
    finally:
        await end_tasks([telling])
    return False


async def _tell(tally: Tally, router: ShardRouter, progress: Progress) -> None:
    began_s = asyncio.get_running_loop().time()
    before: Reading = await read_meters(router)
    while True:
        await asyncio.sleep(_PROGRESS_EVERY_S)
        now = await read_meters(router)
        second = asyncio.get_running_loop().time() - began_s
        progress(progress_line(second, tally.recent(), tally, between(before, now)))
        before = now


async def _audited(database: AsyncEngine, files: LogFiles, config: EngineConfig) -> AuditFigures | None:
    """The verdict on everything that the home holds; None if even that was broken off."""
    try:
        report = await audit(database, files, config)
    except asyncio.CancelledError:
        _outlive_cancellation()
        return None
    return AuditFigures(
        clean=report.clean,
        violations_total=report.violations_total,
        ledger_entries=report.ledger_entries,
        seconds=report.seconds,
        first_violations=[f"{each.what}: {each.row}" for each in report.violations],
    )


def _outlive_cancellation() -> None:
    """Go on after Ctrl-C, which was meant for what was under way; the next one is a new one."""
    task = asyncio.current_task()
    assert task is not None, "coroutines run in tasks"
    task.uncancel()
